/**
 * Becoming a member, signing in, the account and its orders. The right code is 123456; an address with "taken" belongs to an
 * account, one with "unknown" to none; "weak" is a weak password, "wrong" a wrong one.
 */
import type {
  Account,
  Api,
  Contact,
  EarlierCart,
  ErrorCode,
  Order,
  Result,
  Snapshot,
  Switch,
} from "./client";
import { ADDRESS, type Fake, failure, identityNamed, ok, soon } from "./fakeState";

const RIGHT_CODE = "123456";
const DAY = 86_400_000;

function codeSent(contact: Contact) {
  const [resend_at, expires_at] = [Date.now() + 60_000, Date.now() + 600_000];
  return { step: "code_sent", contact, resend_at, expires_at } as const;
}

function invalid({ kind, value }: Contact): ErrorCode | undefined {
  if (kind === "phone") return /^\+\d{6,}$/.test(value) ? undefined : "invalid_phone";
  return /^\S+@\S+\.\S+$/.test(value) ? undefined : "invalid_email";
}

function agree(change: () => void): Promise<Result<null>> {
  return soon(() => {
    change();
    return ok;
  });
}

type Upgrading =
  | "requestCode"
  | "confirmCode"
  | "cancelUpgrade"
  | "linkProvider"
  | "openBrowserAgain"
  | "signInOptions"
  | "forgetMe"
  | "exportData";

/** The same person gets a way to sign in. */
export function upgrading(fake: Fake, query: URLSearchParams): Pick<Api, Upgrading> {
  const step = (upgrade: Snapshot["upgrade"]) => fake.change({ upgrade });
  return {
    requestCode: (contact) => {
      const code = invalid(contact) ?? (contact.value.includes("taken") ? "email_taken" : undefined);
      return code ? soon(() => failure(code)) : agree(() => step(codeSent(contact)));
    },
    confirmCode: (code) => {
      if (code !== RIGHT_CODE) return soon(() => failure("wrong_code"));
      return agree(() => fake.change({ upgrade: { step: "idle" }, identity: identityNamed("member") }));
    },
    cancelUpgrade: () => {
      step({ step: "idle" });
      return Promise.resolve(ok);
    },
    linkProvider: (provider) => agree(() => step({ step: "in_browser", provider })),
    openBrowserAgain: () => soon(() => ok),
    signInOptions: () => {
      const options = { email: true, phone: !query.has("nophone"), providers: ["google", "github", "apple"] };
      if (query.get("options") === "loading") return new Promise(() => undefined);
      return soon(() =>
        query.get("options") === "failed" ? failure("offline") : { status: "ok" as const, data: options },
      );
    },
    forgetMe: () =>
      soon(() => {
        if (fake.snapshot.save === "offline") return failure("offline");
        fake.forget();
        return ok;
      }),
    exportData: () => Promise.resolve({ status: "ok", data: "Downloads/carryover-2024-05-06-070809.json" }),
  };
}

type Switching =
  "requestSignInCode" | "confirmSignInCode" | "signInWithPassword" | "signInWithProvider" | "cancelSwitch";

/** Another person, whose account exists. */
export function switching(fake: Fake): Pick<Api, Switching> {
  const step = (next: Switch) => fake.change({ switch: next });
  const proven = () => agree(() => step({ step: "choosing", account: ADDRESS }));
  return {
    requestSignInCode: (contact) => {
      const code = invalid(contact) ?? (contact.value.includes("unknown") ? "unknown_account" : undefined);
      return code ? soon(() => failure(code)) : agree(() => step(codeSent(contact)));
    },
    confirmSignInCode: (code) => (code === RIGHT_CODE ? proven() : soon(() => failure("wrong_code"))),
    signInWithPassword: (_, password) =>
      password.includes("wrong") ? soon(() => failure("wrong_password")) : proven(),
    signInWithProvider: (provider) => agree(() => step({ step: "in_browser", provider })),
    cancelSwitch: () => {
      step({ step: "idle" });
      return Promise.resolve(ok);
    },
  };
}

const order: Order = {
  id: "order-1",
  placed_at: Date.now() - 3 * DAY,
  total: { minor: 12_380, currency: "EUR" },
  lines: [
    { product_id: "teapot", name: "Round teapot", quantity: 2, price: { minor: 3600, currency: "EUR" } },
    { product_id: "house-blend", name: "House blend", quantity: 4, price: { minor: 1295, currency: "EUR" } },
  ],
};

const earlier: EarlierCart = {
  id: "earlier-1",
  origin: "guest",
  kept_at: Date.now() - 2 * DAY,
  expires_at: Date.now() + 28 * DAY,
  items: 10,
  lines: [
    { product_id: "teapot", name: "Round teapot", quantity: 1 },
    { product_id: "linen-towel", name: "Linen towel", quantity: 2 },
    { product_id: "chef-knife", name: "Chef's knife", quantity: 1 },
    { product_id: "desk-lamp", name: "Desk lamp", quantity: 1 },
    { product_id: "seed-mix", name: "Seed mix", quantity: 4 },
    { product_id: "pepper-mill", name: "Pepper mill", quantity: 1 },
  ],
};

function accountNamed(query: URLSearchParams): Account {
  const alone = query.get("account") === "alone";
  const email = { id: "i1", provider: "email", label: ADDRESS } as const;
  return {
    email: ADDRESS,
    phone: null,
    identities: alone
      ? [{ ...email, kept_because: "last" }]
      : [
          { ...email, kept_because: null },
          { id: "i2", provider: "google", label: "someone@example.org", kept_because: null },
        ],
    providers: ["google", "github", "apple"],
  };
}

type Membership =
  | "checkOut"
  | "orders"
  | "account"
  | "unlinkIdentity"
  | "requestNonce"
  | "setPassword"
  | "signOut"
  | "closeAccount"
  | "earlierCarts"
  | "restoreEarlierCart";

/** What only a member has. `?checkout=out_of_stock` and `?nonce` make the first tries fail. */
export function membership(fake: Fake, query: URLSearchParams): Pick<Api, Membership> {
  let account = accountNamed(query);
  let orders = query.has("orders") ? [order, { ...order, id: "order-2" }] : [];
  let carts = query.has("earlier")
    ? [earlier, { ...earlier, id: "earlier-2", origin: "replaced" as const }]
    : [];
  let nonce = query.has("nonce");
  const leave = () => agree(() => fake.forget());
  return {
    checkOut: () =>
      soon(() => {
        if (fake.snapshot.identity.kind !== "member") return failure("members_only");
        if (query.has("checkout")) return failure(query.get("checkout") as ErrorCode);
        const placed = fake.order();
        orders = [placed, ...orders];
        return { status: "ok" as const, data: placed };
      }),
    orders: () => soon(() => ({ status: "ok" as const, data: orders })),
    account: () => soon(() => ({ status: "ok" as const, data: account })),
    unlinkIdentity: (id) =>
      agree(() => {
        account = { ...account, identities: account.identities.filter((identity) => identity.id !== id) };
      }),
    requestNonce: () => soon(() => ok),
    setPassword: (password, code) => {
      if (password.includes("weak")) return soon(() => failure("weak_password"));
      if (nonce && code === null) return soon(() => failure("reauthentication_needed"));
      if (nonce && code !== RIGHT_CODE) return soon(() => failure("wrong_code"));
      nonce = false;
      return soon(() => ok);
    },
    signOut: (scope, evenUnsaved) => {
      if (scope === "others") return soon(() => ok);
      const unsaved = fake.snapshot.cart.unsaved > 0 && !evenUnsaved;
      return unsaved ? soon(() => failure("unsaved")) : leave();
    },
    closeAccount: leave,
    earlierCarts: () => soon(() => ({ status: "ok" as const, data: carts })),
    restoreEarlierCart: (id) =>
      agree(() => {
        carts = carts.filter((cart) => cart.id !== id);
      }),
  };
}
