//! All scenarios. The password of every account in them is `carryover-1`.

use super::{Scenario, Step, long};

/// An account with this address.
const fn account(email: &'static str) -> Step {
    Step::Account { email, phone: "" }
}

/// A fault that meets one request, or as many as its JSON says.
const fn fault(json: &'static str) -> Step {
    Step::Fault(json)
}

/// In the order in which a tester meets them.
pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "empty",
        about: "Nobody is there: no user, no cart, no message, no fault; the clock is right.",
        then: "Put a product into the cart.",
        see: "A new guest. A shop that was open before says that its guest is gone and keeps its cart.",
        steps: &[Step::Reset],
    },
    Scenario {
        name: "existing-account-with-cart",
        about: "member@example.com has an account with a cart: two kettles and a teapot.",
        then: "As a guest with a kettle in the cart, keep the cart under member@example.com.",
        see: "The address is taken; the switch shows both carts and asks what to keep.",
        steps: &[account("member@example.com"), Step::Sql(MEMBERS_CART)],
    },
    Scenario {
        name: "existing-account-without-cart",
        about: "empty@example.com has an account whose cart is empty.",
        then: "As a guest with a cart, switch to empty@example.com.",
        see: "No question: the guest's cart is now the account's.",
        steps: &[account("empty@example.com")],
    },
    Scenario {
        name: "existing-account-with-full-cart",
        about: "full@example.com has an account with every product in the cart.",
        then: "As a guest with a cart, switch to full@example.com.",
        see: "The dialog stays usable; merged lines respect stock and the limit per order.",
        steps: &[account("full@example.com"), Step::Sql(FULL_CART)],
    },
    Scenario {
        name: "two-long-carts",
        about: "200 more products are sold; long@example.com has all in the cart, the newest guest (if any) a hundred.",
        then: "As that guest, come back to the window, then switch to long@example.com.",
        see: "The dialog shows both carts, scrolls and stays usable: 200 products, a hundred of them in both.",
        steps: &[account("long@example.com"), Step::Sql(long::CARTS)],
    },
    Scenario {
        name: "phone-taken",
        about: "The number +1 555 0100 belongs to an account.",
        then: "As a guest, keep the cart under +15550100.",
        see: "The number is taken; the switch is offered.",
        steps: &[Step::Account { email: "", phone: "15550100" }],
    },
    Scenario {
        name: "google-linked-elsewhere",
        about: "The Google account google@example.com is another member's identity; that member has a cart.",
        then: "As a guest, continue with Google and choose google@example.com.",
        see: "identity_already_exists; the switch is offered, and it takes one more click at most.",
        steps: &[account("google@example.com"), Step::Sql(GOOGLE_IDENTITY)],
    },
    Scenario {
        name: "google-address-taken",
        about: "Google knows taken@example.com; here that address belongs to a member who never used Google.",
        then: "As a guest, continue with Google and choose taken@example.com.",
        see: "email_exists; the switch by e-mail is offered.",
        steps: &[account("taken@example.com"), Step::Sql(GOOGLE_ACCOUNT)],
    },
    Scenario {
        name: "google-unverified",
        about: "Google knows unverified@example.com and has not verified that address.",
        then: "As a guest, continue with Google and choose unverified@example.com.",
        see: "email_not_confirmed; the guest and the cart stay. A mail to confirm the address is in the inbox.",
        steps: &[Step::Sql(UNVERIFIED)],
    },
    Scenario {
        name: "google-no-email",
        about: "A Google account, No address, keeps its e-mail to itself.",
        then: "As a guest, continue with Google and choose No address.",
        see: "unexpected_failure: the browser led nowhere. The guest and the cart are as before.",
        steps: &[Step::Sql(NO_EMAIL)],
    },
    Scenario {
        name: "google-email-changed",
        about: "before@example.com has an account and a cart; its Google account says after@example.com now.",
        then: "As a guest, continue with Google and choose after@example.com, then switch.",
        see: "identity_already_exists, whatever the address; after the switch the account keeps its old one.",
        steps: &[account("before@example.com"), Step::Sql(EMAIL_CHANGED)],
    },
    Scenario {
        name: "email-pending",
        about: "Another guest asked to link pending@example.com and has not typed the code, which waits in the inbox.",
        then: "As a guest, link pending@example.com too and type your own code.",
        see: "Whoever proves the address first has it; the other one is told and loses nothing.",
        steps: &[Step::Guest { links: Some("pending@example.com") }],
    },
    Scenario {
        name: "guest-31-days-old",
        about: "A guest with two lines was made 31 days ago.",
        then: "Run the clean-up.",
        see: "That guest and their cart are gone; younger guests and all members stay.",
        steps: &[Step::Guest { links: None }, Step::Sql(AGE_NEWEST_GUEST)],
    },
    Scenario {
        name: "everyone-31-days-later",
        about: "The clock is 31 days ahead.",
        then: "Change the cart, then run the clean-up.",
        see: "Tokens are refreshed first; after the clean-up the shop says that the guest is gone and keeps the cart.",
        steps: &[Step::Advance(31 * 24 * 3600)],
    },
    Scenario {
        name: "codes-expired",
        about: "The clock is an hour and a second ahead: codes sent until now have run out.",
        then: "Type the code that was sent before.",
        see: "The code has expired, and a new one is offered.",
        steps: &[Step::Advance(3601)],
    },
    Scenario {
        name: "rate-limit-reached",
        about: "This hour's guests of this computer are used up.",
        then: "As a visitor, change the cart.",
        see: "The cart works and is saved on the device; the guest is made when the limit lets one through.",
        steps: &[Step::NoGuestsLeft],
    },
    Scenario {
        name: "too-many-mails",
        about: "The next change of address is refused for too many mails.",
        then: "Ask for a code.",
        see: "A sentence that says how long to wait.",
        steps: &[fault(TOO_MANY_MAILS)],
    },
    Scenario {
        name: "captcha-refused",
        about: "The next sign-up fails its captcha.",
        then: "As a visitor, change the cart.",
        see: "The cart works; the shop says that it could not make sure that a person is there, and tries again.",
        steps: &[fault(CAPTCHA)],
    },
    Scenario {
        name: "answer-dropped-at-sign-up",
        about: "The next guest is made, but nobody hears of it.",
        then: "As a visitor, change the cart.",
        see: "One guest in the end: a later try takes the place of the one that nobody heard of.",
        steps: &[fault(r#"{"method":"POST","path":"/auth/v1/signup","fault":{"kind":"drop_answer"},"times":1}"#)],
    },
    Scenario {
        name: "answer-dropped-at-code",
        about: "The next code counts, but the answer is lost.",
        then: "Ask for a code and type it.",
        see: "The shop finds out that the upgrade happened; the cart is there.",
        steps: &[fault(r#"{"method":"POST","path":"/auth/v1/verify","fault":{"kind":"drop_answer"},"times":1}"#)],
    },
    Scenario {
        name: "answer-dropped-at-refresh",
        about: "The next refresh rotates the token, but the answer is lost.",
        then: "Wait for the refresh, or move the clock by an hour.",
        see: "The same session goes on: nobody is signed out.",
        steps: &[fault(r#"{"method":"POST","path":"/auth/v1/token","fault":{"kind":"drop_answer"},"times":1}"#)],
    },
    Scenario {
        name: "answer-dropped-at-sync",
        about: "The next change of the cart reaches the server, but the answer is lost.",
        then: "Change the cart.",
        see: "The change is there once, not twice.",
        steps: &[fault(r#"{"method":"POST","path":"/rest/v1/rpc/*","fault":{"kind":"drop_answer"},"times":1}"#)],
    },
    Scenario {
        name: "offline",
        about: "No request gets through until faults are lifted.",
        then: "Shop.",
        see: "Everything works; the shop says that it is offline and that the cart is on the device.",
        steps: &[fault(r#"{"path":"/*","fault":{"kind":"refuse"}}"#)],
    },
    Scenario {
        name: "sign-in-down",
        about: "The Auth API answers 503 until faults are lifted; the shop's data is there.",
        then: "Change the cart, ask for a code.",
        see: "The cart works; the upgrade says that it will have to wait, and why.",
        steps: &[fault(
            r#"{"path":"/auth/v1/*","fault":{"kind":"error","status":503,"code":"unexpected_failure","message":"Service unavailable"}}"#,
        )],
    },
    Scenario {
        name: "slow",
        about: "Every request takes three seconds longer until faults are lifted.",
        then: "Shop, upgrade.",
        see: "No wait while shopping; progress on whatever waits for an answer.",
        steps: &[fault(r#"{"path":"/*","fault":{"kind":"delay","ms":3000}}"#)],
    },
    Scenario {
        name: "proxy-page",
        about: "The next three requests get a proxy's page in place of JSON.",
        then: "Change the cart.",
        see: "The shop tries again by itself; no sentence with HTML in it.",
        steps: &[fault(r#"{"path":"/*","fault":{"kind":"html","status":502},"times":3}"#)],
    },
    Scenario {
        name: "nonsense",
        about: "The next three answers are no JSON.",
        then: "Change the cart.",
        see: "The shop tries again by itself and loses nothing.",
        steps: &[fault(r#"{"path":"/*","fault":{"kind":"malformed"},"times":3}"#)],
    },
    Scenario {
        name: "session-revoked",
        about: "The newest session is ended from elsewhere.",
        then: "Move the clock by an hour, or change the cart.",
        see: "A member is asked to sign in again; a guest is told; the cart stays.",
        steps: &[Step::Sql(
            "delete from auth.sessions where id = (select id from auth.sessions order by created_at desc limit 1)",
        )],
    },
    Scenario {
        name: "user-deleted",
        about: "The user of the newest session is deleted.",
        then: "Change the cart.",
        see: "The shop says so; the cart is still on the device.",
        steps: &[Step::Sql(
            "delete from auth.users where id = (select user_id from auth.sessions order by created_at desc limit 1)",
        )],
    },
    Scenario {
        name: "account-banned",
        about: "banned@example.com is shut out for a day.",
        then: "Switch to banned@example.com.",
        see: "A sentence that says so; the guest and the cart are as before.",
        steps: &[
            account("banned@example.com"),
            Step::Sql(
                "update auth.users set banned_until = now() + interval '1 day' where email = 'banned@example.com'",
            ),
        ],
    },
    Scenario {
        name: "second-device",
        about: "Another device put an enamel mug into the cart that was changed last.",
        then: "Come back to the window.",
        see: "The mug is in the cart, and the shop says where it came from.",
        steps: &[Step::Sql(SECOND_DEVICE)],
    },
    Scenario {
        name: "price-changed",
        about: "The kettle costs ten per cent more.",
        then: "With a kettle in the cart, look at it again.",
        see: "Price then and price now; the total is the new one.",
        steps: &[Step::Sql(
            "update public.products set price_minor = price_minor * 11 / 10 where id = 'gooseneck-kettle'",
        )],
    },
    Scenario {
        name: "out-of-stock",
        about: "No kettle is left.",
        then: "With kettles in the cart, change their number.",
        see: "The line says that it is unavailable, and why; nothing else changes.",
        steps: &[Step::Sql("update public.products set stock = 0 where id = 'gooseneck-kettle'")],
    },
    Scenario {
        name: "one-left",
        about: "One kettle is left.",
        then: "With two kettles in the cart, change the cart.",
        see: "The line goes down to one and says why; it is not dropped.",
        steps: &[Step::Sql("update public.products set stock = 1 where id = 'gooseneck-kettle'")],
    },
];

const MEMBERS_CART: &str = "
    insert into public.carts (user_id, version) select id, 1 from auth.users where email = 'member@example.com';
    insert into public.cart_lines (user_id, product_id, quantity)
        select u.id, l.product_id, l.quantity from auth.users u, (values ('gooseneck-kettle', 2), ('teapot', 1)) as l (product_id, quantity)
        where u.email = 'member@example.com';";

const FULL_CART: &str = "
    insert into public.carts (user_id, version) select id, 1 from auth.users where email = 'full@example.com';
    insert into public.cart_lines (user_id, product_id, quantity)
        select u.id, p.id, least(p.stock, p.max_per_order) from auth.users u, public.products p
        where u.email = 'full@example.com' and p.stock > 0;";

const GOOGLE_IDENTITY: &str = "
    insert into sandbox.provider_accounts (provider, sub, name, email, created_at)
        values ('google', 'google-example', 'Google account', 'google@example.com', now()) on conflict do nothing;
    delete from auth.identities where provider = 'google' and provider_id = 'google-example';
    insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
        select 'google-example', id, jsonb_build_object('sub', 'google-example', 'email', 'google@example.com', 'email_verified', true),
            'google', now(), now(), now() from auth.users where email = 'google@example.com';
    insert into public.carts (user_id, version) select id, 1 from auth.users where email = 'google@example.com';
    insert into public.cart_lines (user_id, product_id, quantity)
        select id, 'desk-lamp', 1 from auth.users where email = 'google@example.com';";

const GOOGLE_ACCOUNT: &str = "
    insert into sandbox.provider_accounts (provider, sub, name, email, created_at)
        values ('google', 'taken-example', 'Taken address', 'taken@example.com', now()) on conflict do nothing;";

const UNVERIFIED: &str = "
    insert into sandbox.provider_accounts (provider, sub, name, email, address, created_at)
        values ('google', 'unverified-example', 'Unverified address', 'unverified@example.com', 'unverified', now())
        on conflict do nothing;
    -- The address and the account at Google are nobody's yet.
    update auth.users set email = null, email_confirmed_at = null where email = 'unverified@example.com' and is_anonymous;
    delete from auth.users where email = 'unverified@example.com';
    delete from auth.identities where provider = 'google' and provider_id = 'unverified-example';";

const NO_EMAIL: &str = "
    insert into sandbox.provider_accounts (provider, sub, name, email, address, created_at)
        values ('google', 'missing-example', 'No address', 'hidden@example.com', 'missing', now()) on conflict do nothing;";

const EMAIL_CHANGED: &str = "
    insert into sandbox.provider_accounts (provider, sub, name, email, created_at)
        values ('google', 'changed-example', 'Changed address', 'after@example.com', now())
        on conflict (provider, sub) do update set email = excluded.email;
    delete from auth.identities where provider = 'google' and provider_id = 'changed-example';
    insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
        select 'changed-example', id, jsonb_build_object('sub', 'changed-example', 'email', email, 'email_verified', true),
            'google', now(), now(), now() from auth.users where email = 'before@example.com';
    insert into public.carts (user_id, version) select id, 1 from auth.users where email = 'before@example.com';
    insert into public.cart_lines (user_id, product_id, quantity)
        select id, 'desk-lamp', 1 from auth.users where email = 'before@example.com';";

const AGE_NEWEST_GUEST: &str = "
    update auth.users set created_at = created_at - interval '31 days'
    where id = (select id from auth.users where is_anonymous order by created_at desc limit 1);";

const SECOND_DEVICE: &str = "
    insert into public.cart_lines (user_id, product_id, quantity)
        select user_id, 'enamel-mug', 1 from public.carts order by updated_at desc limit 1
        on conflict (user_id, product_id) do update set quantity = public.cart_lines.quantity + 1;
    update public.carts set version = version + 1, updated_at = now()
        where user_id = (select user_id from public.carts order by updated_at desc limit 1);";

const TOO_MANY_MAILS: &str = r#"{"method":"PUT","path":"/auth/v1/user","times":1,"fault":{"kind":"error","status":429,
    "code":"over_email_send_rate_limit","message":"email rate limit exceeded","retry_after":60}}"#;

const CAPTCHA: &str = r#"{"method":"POST","path":"/auth/v1/signup","times":1,"fault":{"kind":"error","status":400,
    "code":"captcha_failed","message":"captcha protection: request disallowed (timeout-or-duplicate)"}}"#;
