// The scenario: every call of the official client that crates/auth answers for, in an order a user might go through.

import { AuthClient } from "@supabase/auth-js";

import { IDENTITY, PUBLISHABLE_KEY, queryOf, start } from "./server.mjs";

const STORAGE_KEY = "interop";
const REDIRECT = "http://127.0.0.1:4567/cb";
const EMAIL = "new@example.test";
const PHONE = "15550100";
// Each of another length: the record holds no password but its length, and this way a mix-up still shows.
const PASSWORD = "a password";
const NEW_PASSWORD = "another password";

/** Steps in order: the name in the record, and the call. */
const STEPS = [
  [
    "sign_up_anonymously",
    (auth) => auth.signInAnonymously({ options: { data: { from: "test" }, captchaToken: "captcha" } }),
  ],
  ["refresh", (auth) => auth.refreshSession()],
  ["user", (auth) => auth.getUser()],
  ["update_email", (auth) => auth.updateUser({ email: EMAIL })],
  ["verify_email_change", (auth) => auth.verifyOtp({ type: "email_change", email: EMAIL, token: "123456" })],
  ["verify_token_hash", (auth) => auth.verifyOtp({ type: "email_change", token_hash: "pkce_hash" })],
  ["update_phone", (auth) => auth.updateUser({ phone: PHONE })],
  ["verify_phone_change", (auth) => auth.verifyOtp({ type: "phone_change", phone: PHONE, token: "123456" })],
  [
    "update_password",
    (auth) => auth.updateUser({ password: NEW_PASSWORD, nonce: "123456", current_password: PASSWORD }),
  ],
  ["update_data", (auth) => auth.updateUser({ data: { from: "test" } })],
  ["resend_email_change", (auth) => auth.resend({ type: "email_change", email: EMAIL })],
  ["resend_signup", (auth) => auth.resend({ type: "signup", email: EMAIL })],
  ["reauthenticate", (auth) => auth.reauthenticate()],
  [
    "link_identity_oauth",
    (auth) =>
      auth.linkIdentity({
        provider: "google",
        options: { skipBrowserRedirect: true, redirectTo: REDIRECT },
      }),
  ],
  ["exchange_code", (auth) => auth.exchangeCodeForSession("auth-code")],
  ["link_identity_id_token", (auth) => auth.linkIdentity({ provider: "google", token: "id-token" })],
  ["unlink_identity", (auth) => auth.unlinkIdentity({ identity_id: IDENTITY })],
  [
    "sign_in_with_oauth_url",
    (auth) =>
      auth.signInWithOAuth({
        provider: "google",
        options: { skipBrowserRedirect: true, redirectTo: REDIRECT },
      }),
  ],
  ["sign_in_with_password", (auth) => auth.signInWithPassword({ email: EMAIL, password: PASSWORD })],
  ["sign_in_with_password_phone", (auth) => auth.signInWithPassword({ phone: PHONE, password: PASSWORD })],
  [
    "sign_in_with_otp_email",
    (auth) => auth.signInWithOtp({ email: EMAIL, options: { shouldCreateUser: false } }),
  ],
  ["sign_in_with_otp_phone", (auth) => auth.signInWithOtp({ phone: PHONE })],
  ["verify_otp_email", (auth) => auth.verifyOtp({ type: "email", email: EMAIL, token: "123456" })],
  ["verify_otp_sms", (auth) => auth.verifyOtp({ type: "sms", phone: PHONE, token: "123456" })],
  [
    "sign_in_with_id_token",
    (auth) => auth.signInWithIdToken({ provider: "google", token: "id-token", nonce: "raw-nonce" }),
  ],
  ["reset_password", (auth) => auth.resetPasswordForEmail(EMAIL)],
  [
    "sign_up_email",
    (auth) => auth.signUp({ email: EMAIL, password: PASSWORD, options: { data: { from: "test" } } }),
  ],
  ["sign_out_local", (auth, storage) => keepingSession(storage, () => auth.signOut({ scope: "local" }))],
  ["sign_out_others", (auth) => auth.signOut({ scope: "others" })],
  ["sign_out_global", (auth) => auth.signOut({ scope: "global" })],
];

/** Steps that only build a URL, for a browser to open. */
const URL_ONLY = new Set(["sign_in_with_oauth_url"]);

/** Runs every step and returns what each sent, values and all. */
export async function run() {
  const server = await start();
  const storage = memory();
  const auth = new AuthClient({
    url: server.url,
    headers: { apikey: PUBLISHABLE_KEY },
    storageKey: STORAGE_KEY,
    storage,
    flowType: "pkce",
    autoRefreshToken: false,
    persistSession: true,
    skipAutoInitialize: true,
  });
  try {
    const records = [];
    for (const [step, call] of STEPS) {
      const before = server.received.length;
      const { data, error } = await call(auth, storage);
      if (error) throw new Error(`${step}: ${error.message}`, { cause: error });
      const sent = server.received.slice(before);
      const wanted = URL_ONLY.has(step) ? 0 : 1;
      // More would mean that the client asks for something by itself, and then the steps no longer tell who sent what.
      if (sent.length !== wanted) throw new Error(`${step}: ${sent.length} requests instead of ${wanted}`);
      records.push({ step, ...(wanted ? sent[0] : opened(data.url, server)) });
    }
    return records;
  } finally {
    await server.stop();
  }
}

/** What a browser will ask for. It sends none of the client's headers. */
function opened(text, server) {
  const url = new URL(text);
  if (url.origin !== server.url) throw new Error(`the URL leads elsewhere: ${url.origin}`);
  server.begin(url);
  return {
    method: "GET",
    path: url.pathname,
    query: queryOf(url.searchParams),
    body: null,
    apiVersion: null,
    authorization: null,
  };
}

/** A local sign-out drops the session, without which the later sign-outs would send nothing: it is put back. */
async function keepingSession(storage, call) {
  const session = storage.getItem(STORAGE_KEY);
  const result = await call();
  storage.setItem(STORAGE_KEY, session);
  return result;
}

function memory() {
  const items = new Map();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}
