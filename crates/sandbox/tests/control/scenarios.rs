//! Scenarios do what their sentences say.

use anyhow::{Context, Result, ensure};
use carryover_testkit::{Console, Person};
use reqwest::Method;
use serde_json::{Value, json};

use crate::Desk;

/// What a guest is told who asks to link an address or a number.
async fn link(desk: &Desk, wish: Value) -> Result<(u16, String)> {
    let guest = desk.console.guest().await?;
    let request = desk.console.request(Method::PUT, "/auth/v1/user", Some(&guest.access_token)).json(&wish);
    let (status, body) = Console::send(request).await?;
    Ok((status, body["error_code"].as_str().unwrap_or_default().to_owned()))
}

async fn log_in(desk: &Desk, email: &str) -> Result<(u16, Value)> {
    let body = json!({ "email": email, "password": "carryover-1" });
    let path = "/auth/v1/token?grant_type=password";
    Console::send(desk.console.request(Method::POST, path, None).json(&body)).await
}

async fn cart_of(desk: &Desk, email: &str) -> Result<Vec<Value>> {
    let (status, session) = log_in(desk, email).await?;
    ensure!(status == 200, "{status} {session}");
    let token = session["access_token"].as_str();
    let path = "/rest/v1/cart_lines?select=product_id,quantity&order=product_id";
    let (_, lines) = Console::send(desk.console.request(Method::GET, path, token)).await?;
    Ok(lines.as_array().cloned().unwrap_or_default())
}

#[tokio::test]
async fn every_scenario_can_be_set_and_set_again() -> Result<()> {
    let desk = Desk::new().await?;
    let list = desk.get("scenarios").await?;
    let list = list.as_array().context("no list")?;
    ensure!(list.len() >= 34, "there are {}", list.len());
    for round in 0..2 {
        for scenario in list {
            let name = scenario["name"].as_str().context("no name")?;
            let set = desk.scenario(name).await.with_context(|| format!("round {round}"))?;
            assert_eq!(&set, scenario);
            // Faults of the one before would meet the next one's steps' effects, not the steps themselves.
            Console::send(desk.request(Method::DELETE, "faults")).await?;
        }
    }
    let (status, _) = Console::send(desk.request(Method::POST, "scenarios/none")).await?;
    assert_eq!(status, 404);
    Ok(())
}

#[tokio::test]
async fn addresses_and_numbers_are_taken() -> Result<()> {
    let desk = Desk::new().await?;
    desk.scenario("existing-account-with-cart").await?;
    desk.scenario("existing-account-without-cart").await?;
    desk.scenario("phone-taken").await?;
    let taken = (422, "email_exists".to_owned());
    assert_eq!(link(&desk, json!({ "email": "member@example.com" })).await?, taken);
    assert_eq!(link(&desk, json!({ "phone": "+15550100" })).await?, (422, "phone_exists".to_owned()));
    let cart = cart_of(&desk, "member@example.com").await?;
    assert_eq!(
        cart,
        [json!({ "product_id": "gooseneck-kettle", "quantity": 2 }), json!({ "product_id": "teapot", "quantity": 1 })]
    );
    assert_eq!(cart_of(&desk, "empty@example.com").await?, [] as [Value; 0]);
    Ok(())
}

#[tokio::test]
async fn the_full_cart_respects_stock_and_limits() -> Result<()> {
    let desk = Desk::new().await?;
    desk.scenario("existing-account-with-full-cart").await?;
    let cart = cart_of(&desk, "full@example.com").await?;
    let products = desk.console.rows("products?select=id,stock,max_per_order&stock=gt.0&order=id").await?;
    assert_eq!(cart.len(), products.len());
    for (line, product) in cart.iter().zip(&products) {
        let most = product["stock"].as_i64().min(product["max_per_order"].as_i64());
        assert_eq!((&line["product_id"], line["quantity"].as_i64()), (&product["id"], most));
    }
    Ok(())
}

#[tokio::test]
async fn the_old_guest_goes_in_the_clean_up_and_a_younger_one_stays() -> Result<()> {
    let desk = Desk::new().await?;
    let young = desk.console.guest().await?;
    desk.scenario("guest-31-days-old").await?;
    assert_eq!(desk.users().await?, 2);
    desk.post("clean_up", &json!({})).await?;
    let users = desk.console.users().await?;
    assert_eq!(users.iter().map(|user| user["id"].as_str()).collect::<Vec<_>>(), [Some(young.id.as_str())]);
    desk.scenario("everyone-31-days-later").await?;
    desk.post("clean_up", &json!({})).await?;
    assert_eq!(desk.users().await?, 0, "the clock counts");
    Ok(())
}

#[tokio::test]
async fn the_limit_is_reached_and_the_exact_answer_comes() -> Result<()> {
    let desk = Desk::new().await?;
    desk.scenario("rate-limit-reached").await?;
    let sign_up = || Console::send(desk.console.request(Method::POST, "/auth/v1/signup", None).json(&json!({})));
    let (status, body) = sign_up().await?;
    assert_eq!((status, &body["error_code"]), (429, &json!("over_request_rate_limit")));
    desk.post("clock", &json!({ "advance": 121 })).await?;
    assert_eq!(sign_up().await?.0, 200);
    // A scenario's own guests do not draw from the shop's bucket.
    desk.scenario("rate-limit-reached").await?;
    desk.scenario("email-pending").await?;
    Ok(())
}

#[tokio::test]
async fn codes_run_out_when_the_clock_goes_on() -> Result<()> {
    let desk = Desk::new().await?;
    desk.scenario("email-pending").await?;
    let code = desk.console.code("pending@example.com").await?;
    desk.scenario("codes-expired").await?;
    let proof = json!({ "type": "email_change", "email": "pending@example.com", "token": code });
    let (status, body) =
        Console::send(desk.console.request(Method::POST, "/auth/v1/verify", None).json(&proof)).await?;
    assert_eq!((status, &body["error_code"]), (403, &json!("otp_expired")));
    Ok(())
}

#[tokio::test]
async fn accounts_and_sessions_end_from_elsewhere() -> Result<()> {
    let desk = Desk::new().await?;
    desk.scenario("account-banned").await?;
    assert_eq!(log_in(&desk, "banned@example.com").await?.1["error_code"], "user_banned");
    let user = |token: String| {
        let request = desk.console.request(Method::GET, "/auth/v1/user", Some(&token));
        async { Console::send(request).await.map(|(status, body)| (status, body["error_code"].clone())) }
    };
    let guest = desk.console.guest().await?;
    desk.scenario("session-revoked").await?;
    assert_eq!(user(guest.access_token).await?, (403, json!("session_not_found")));
    let guest = desk.console.guest().await?;
    desk.scenario("user-deleted").await?;
    assert_eq!(user(guest.access_token).await?, (403, json!("user_not_found")));
    Ok(())
}

#[tokio::test]
async fn the_shop_changes_under_a_cart() -> Result<()> {
    let desk = Desk::new().await?;
    let guest = desk.console.guest().await?;
    let set = |quantity: u32| {
        let lines = json!({ "lines": [{ "product_id": "gooseneck-kettle", "quantity": quantity }] });
        let path = "/rest/v1/rpc/set_cart_lines";
        Console::send(desk.console.request(Method::POST, path, Some(&guest.access_token)).json(&lines))
    };
    set(2).await?;
    desk.scenario("second-device").await?;
    let (_, cart) = set(2).await?;
    assert_eq!(cart["lines"][0], json!({ "product_id": "enamel-mug", "quantity": 1 }));
    desk.scenario("one-left").await?;
    assert_eq!(
        set(2).await?.1["refused"][0],
        json!({ "product_id": "gooseneck-kettle", "reason": "over_limit", "allowed": 1 })
    );
    desk.scenario("out-of-stock").await?;
    assert_eq!(set(1).await?.1["refused"][0]["reason"], "unavailable");
    desk.scenario("price-changed").await?;
    let kettle = desk.console.rows("products?select=price_minor&id=eq.gooseneck-kettle").await?;
    assert_eq!(kettle, [json!({ "price_minor": 6490 })]);
    Ok(())
}

#[tokio::test]
async fn the_page_of_the_docs_tells_every_scenario_and_no_other() -> Result<()> {
    const PAGE: &str = include_str!("../../../../docs/control.md");
    let desk = Desk::new().await?;
    let told: Vec<_> = PAGE.lines().filter(|line| line.starts_with("| `") && line.matches('|').count() == 5).collect();
    let list = desk.get("scenarios").await?;
    let text = |scenario: &Value, name: &str| scenario[name].as_str().unwrap_or_default().to_owned();
    let expected: Vec<_> = list
        .as_array()
        .into_iter()
        .flatten()
        .map(|s| format!("| `{}` | {} | {} | {} |", text(s, "name"), text(s, "about"), text(s, "then"), text(s, "see")))
        .collect();
    assert_eq!(told, expected);
    Ok(())
}

/// Where a guest lands who continues with Google and chooses this account there.
async fn link_google(desk: &Desk, guest: &Person, sub: &str) -> Result<String> {
    let path = "/auth/v1/user/identities/authorize?provider=google&skip_http_redirect=true&redirect_to=http://127.0.0.1:7777/cb";
    let (status, body) = Console::send(desk.console.request(Method::GET, path, Some(&guest.access_token))).await?;
    ensure!(status == 200, "{body}");
    desk.console.consent(body["url"].as_str().context("no address")?, &[("account", sub), ("answer", "allow")]).await
}

/// Whether the guest is one still, and whose address they have.
async fn who_is(desk: &Desk, person: &Person) -> Result<(Value, Value)> {
    let (_, user) =
        Console::send(desk.console.request(Method::GET, "/auth/v1/user", Some(&person.access_token))).await?;
    Ok((user["is_anonymous"].clone(), user["email"].clone()))
}

#[tokio::test]
async fn a_google_account_of_somebody_elses_is_refused_at_the_callback() -> Result<()> {
    let desk = Desk::new().await?;
    desk.scenario("google-linked-elsewhere").await?;
    desk.scenario("google-address-taken").await?;
    let guest = desk.console.guest().await?;
    for (sub, code) in [("google-example", "identity_already_exists"), ("taken-example", "email_exists")] {
        let landed = link_google(&desk, &guest, sub).await?;
        assert!(landed.contains(&format!("error_code={code}")), "{landed}");
    }
    Ok(())
}

#[tokio::test]
async fn an_address_that_google_did_not_verify_leaves_the_guest_one() -> Result<()> {
    let desk = Desk::new().await?;
    // Twice: the first time leaves something behind, which the second time must not meet.
    for _ in 0..2 {
        desk.scenario("google-unverified").await?;
        let guest = desk.console.guest().await?;
        let landed = link_google(&desk, &guest, "unverified-example").await?;
        assert!(landed.contains("error_code=email_not_confirmed"), "{landed}");
        assert_eq!(who_is(&desk, &guest).await?, (json!(true), json!("unverified@example.com")));
        assert_eq!(desk.console.message("unverified@example.com").await?["kind"], "signup");
    }
    Ok(())
}

#[tokio::test]
async fn without_an_address_nobody_is_linked() -> Result<()> {
    let desk = Desk::new().await?;
    desk.scenario("google-no-email").await?;
    let guest = desk.console.guest().await?;
    let landed = link_google(&desk, &guest, "missing-example").await?;
    assert!(landed.contains("error_code=unexpected_failure"), "{landed}");
    assert_eq!(who_is(&desk, &guest).await?, (json!(true), json!("")));
    assert_eq!(desk.get("state").await?["identities"], json!([]));
    Ok(())
}

#[tokio::test]
async fn another_address_at_google_is_the_same_account_here() -> Result<()> {
    let desk = Desk::new().await?;
    desk.scenario("google-email-changed").await?;
    let guest = desk.console.guest().await?;
    let landed = link_google(&desk, &guest, "changed-example").await?;
    assert!(landed.contains("error_code=identity_already_exists"), "{landed}");
    // What the switch does: a sign-in with Google.
    let begin = "/auth/v1/authorize?provider=google&redirect_to=http://127.0.0.1:7777/cb";
    let landed = desk.console.consent(begin, &[("account", "changed-example"), ("answer", "allow")]).await?;
    let (_, fragment) = landed.split_once('#').with_context(|| landed.clone())?;
    let token = fragment.split('&').find_map(|pair| pair.strip_prefix("access_token=")).context("no token")?;
    let (_, user) = Console::send(desk.console.request(Method::GET, "/auth/v1/user", Some(token))).await?;
    assert_eq!(user["email"], "before@example.com");
    let google = user["identities"].as_array().into_iter().flatten().find(|one| one["provider"] == "google");
    assert_eq!(google.context("no identity")?["email"], "after@example.com");
    Ok(())
}

#[tokio::test]
async fn two_carts_are_long_and_meet_in_a_hundred_products() -> Result<()> {
    let desk = Desk::new().await?;
    desk.scenario("two-long-carts").await?;
    assert_eq!(desk.users().await?, 1, "nobody is there to fill a guest's cart for");
    let guest = desk.console.guest().await?;
    desk.scenario("two-long-carts").await?;
    let account = cart_of(&desk, "long@example.com").await?;
    assert_eq!((account.len(), &account[199]), (200, &json!({ "product_id": "long-200", "quantity": 1 })));
    let (_, cart) =
        Console::send(desk.console.request(Method::POST, "/rest/v1/rpc/get_cart", Some(&guest.access_token))).await?;
    let lines = cart["lines"].as_array().context("no lines")?;
    assert_eq!((lines.len(), &lines[99]), (100, &json!({ "product_id": "long-100", "quantity": 2 })));
    let products = desk.console.rows("products?select=id,name,picture&order=position").await?;
    assert_eq!(products.len(), 228);
    assert_eq!(
        products[28],
        json!({ "id": "long-001", "name": "Gooseneck kettle, no. 1", "picture": "gooseneck-kettle" })
    );
    Ok(())
}
