// The upgrade by e-mail: by code, by link, and everything that may come in between.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { address, bad, client, code, controls, follow, good, guest, member, message } from "./support/people.mjs";
import { start } from "./support/sandbox.mjs";

let sandbox;
before(async () => (sandbox = await start()));
after(() => sandbox.stop());

const verify = (supabase, email, token) => supabase.auth.verifyOtp({ type: "email_change", email, token });

test("asking to link an address changes nothing yet", async () => {
  const { supabase } = await guest(sandbox);
  const email = address();
  const { user } = good(await supabase.auth.updateUser({ email }));
  assert.equal(user.new_email, email);
  assert.equal(user.email, "");
  assert.equal(user.is_anonymous, true);
});

test("the code makes a member, with the same id and the same cart", async () => {
  const { supabase, id } = await guest(sandbox);
  good(await supabase.rpc("set_cart_lines", { lines: [{ product_id: "teapot", quantity: 3 }] }));
  const email = address();
  good(await supabase.auth.updateUser({ email }));
  const { user, session } = good(await verify(supabase, email, await code(sandbox, email)));
  assert.equal(user.id, id);
  assert.equal(user.is_anonymous, false);
  assert.deepEqual(user.identities.map(({ provider }) => provider), ["email"]);
  assert.deepEqual(user.app_metadata, { provider: "email", providers: ["email"] });
  assert.ok(session.access_token);
  const { claims } = good(await supabase.auth.getClaims());
  assert.equal(claims.is_anonymous, false);
  assert.deepEqual(good(await supabase.rpc("get_cart")).lines, [{ product_id: "teapot", quantity: 3 }]);
});

test("the address is compared without case", async () => {
  const { supabase } = await guest(sandbox);
  const email = address("Mixed");
  good(await supabase.auth.updateUser({ email }));
  assert.equal(good(await verify(supabase, email.toUpperCase(), await code(sandbox, email))).user.email, email.toLowerCase());
});

test("a wrong code is refused and the right one still counts", async () => {
  const { supabase } = await guest(sandbox);
  const email = address();
  good(await supabase.auth.updateUser({ email }));
  const right = await code(sandbox, email);
  const wrong = right === "000000" ? "000001" : "000000";
  for (let times = 0; times < 3; times++) assert.deepEqual(bad(await verify(supabase, email, wrong)), [403, "otp_expired"]);
  good(await verify(supabase, email, right));
});

test("a code counts once", async () => {
  const { supabase } = await guest(sandbox);
  const email = address();
  good(await supabase.auth.updateUser({ email }));
  const token = await code(sandbox, email);
  good(await verify(supabase, email, token));
  assert.deepEqual(bad(await verify(supabase, email, token)), [403, "otp_expired"]);
});

test("asking again sends another code, and only that one counts", async () => {
  const { supabase } = await guest(sandbox);
  const email = address();
  good(await supabase.auth.updateUser({ email }));
  const first = await code(sandbox, email);
  good(await supabase.auth.updateUser({ email }));
  const second = await code(sandbox, email);
  if (first !== second) assert.deepEqual(bad(await verify(supabase, email, first)), [403, "otp_expired"]);
  good(await verify(supabase, email, second));
});

test("changing the address before it is proved leaves the first one free", async () => {
  const { supabase } = await guest(sandbox);
  const [first, second] = [address(), address()];
  good(await supabase.auth.updateUser({ email: first }));
  good(await supabase.auth.updateUser({ email: second }));
  assert.equal(good(await verify(supabase, second, await code(sandbox, second))).user.email, second);
  assert.equal((await member(sandbox, first)).email, first);
});

test("resend sends a guest nothing", async () => {
  const { supabase } = await guest(sandbox);
  const email = address();
  good(await supabase.auth.updateUser({ email }));
  const { id } = await message(sandbox, email);
  good(await supabase.auth.resend({ type: "email_change", email }));
  assert.equal((await message(sandbox, email)).id, id);
});

test("a taken address is refused before anything is sent", async () => {
  const { email } = await member(sandbox);
  const { supabase } = await guest(sandbox);
  assert.deepEqual(bad(await supabase.auth.updateUser({ email })), [422, "email_exists"]);
});

test("of two guests the first to prove an address has it", async () => {
  const [one, other] = [await guest(sandbox), await guest(sandbox)];
  const email = address();
  good(await one.supabase.auth.updateUser({ email }));
  const first = await code(sandbox, email);
  good(await other.supabase.auth.updateUser({ email }));
  good(await verify(one.supabase, email, first));
  const { error } = await verify(other.supabase, email, await code(sandbox, email));
  assert.ok(error);
  assert.equal(good(await other.supabase.auth.getUser()).user.is_anonymous, true);
});

test("what is no address is refused", async () => {
  const { supabase } = await guest(sandbox);
  assert.deepEqual(bad(await supabase.auth.updateUser({ email: "nobody" })), [400, "validation_failed"]);
});

test("the link of the mail ends in a code for the app that asked", async () => {
  const { supabase, id } = await guest(sandbox);
  const email = address();
  good(await supabase.auth.updateUser({ email }, { emailRedirectTo: "http://127.0.0.1:4998/cb" }));
  const landed = await follow(sandbox, email);
  assert.equal(landed.origin + landed.pathname, "http://127.0.0.1:4998/cb");
  const { user } = good(await supabase.auth.exchangeCodeForSession(landed.searchParams.get("code")));
  assert.deepEqual([user.id, user.is_anonymous], [id, false]);
});

test("without a proof key the link ends in tokens", async () => {
  const { supabase, id } = await guest(sandbox, { flowType: "implicit" });
  const email = address();
  good(await supabase.auth.updateUser({ email }, { emailRedirectTo: "http://127.0.0.1:4998/cb" }));
  const tokens = new URLSearchParams((await follow(sandbox, email)).hash.slice(1));
  assert.equal(tokens.get("type"), "email_change");
  const session = { access_token: tokens.get("access_token"), refresh_token: tokens.get("refresh_token") };
  assert.equal(good(await supabase.auth.setSession(session)).user.id, id);
});

test("a link counts once", async () => {
  const { supabase } = await guest(sandbox);
  const email = address();
  good(await supabase.auth.updateUser({ email }));
  await follow(sandbox, email);
  const landed = await follow(sandbox, email);
  assert.match(landed.href, /error_code=otp_expired/);
});

test("a link confirmed elsewhere is seen at the next refresh", async () => {
  const { supabase } = await guest(sandbox);
  const email = address();
  good(await supabase.auth.updateUser({ email }));
  await follow(sandbox, email);
  assert.equal(good(await supabase.auth.getUser()).user.is_anonymous, false);
  const stale = good(await supabase.auth.getClaims()).claims;
  assert.equal(stale.is_anonymous, true);
  good(await supabase.auth.refreshSession());
  assert.equal(good(await supabase.auth.getClaims()).claims.is_anonymous, false);
});

test("an address that is not allowed is replaced by the project's own", async () => {
  const { supabase } = await guest(sandbox);
  const email = address();
  good(await supabase.auth.updateUser({ email }, { emailRedirectTo: "https://evil.example/cb" }));
  assert.equal((await follow(sandbox, email)).host, "127.0.0.1:4999");
});

test("token_hash proves an address as well", async () => {
  const { supabase, id } = await guest(sandbox);
  const email = address();
  good(await supabase.auth.updateUser({ email }));
  const token_hash = new URL((await message(sandbox, email)).link).searchParams.get("token");
  assert.equal(good(await supabase.auth.verifyOtp({ type: "email_change", token_hash })).user.id, id);
});

test("a code runs out after an hour", async () => {
  const own = await start();
  try {
    const { supabase } = await guest(own);
    const email = address();
    good(await supabase.auth.updateUser({ email }));
    const token = await code(own, email);
    await controls(own, "clock", { advance: 3601 });
    assert.deepEqual(bad(await verify(supabase, email, token)), [403, "otp_expired"]);
  } finally {
    await own.stop();
  }
});

test("a member's new address needs both codes", async () => {
  const { supabase, email, id } = await member(sandbox);
  const next = address("next");
  good(await supabase.auth.updateUser({ email: next }));
  const first = await supabase.auth.verifyOtp({ type: "email_change", email, token: await code(sandbox, email) });
  assert.equal(first.error, null);
  assert.equal(first.data.session, null);
  const { user } = good(await supabase.auth.verifyOtp({ type: "email_change", email: next, token: await code(sandbox, next) }));
  assert.deepEqual([user.id, user.email], [id, next]);
});

test("somebody without an account signs in by code", async () => {
  const supabase = client(sandbox);
  const email = address();
  good(await supabase.auth.signInWithOtp({ email }));
  const { user } = good(await supabase.auth.verifyOtp({ type: "email", email, token: await code(sandbox, email) }));
  assert.deepEqual([user.email, user.is_anonymous], [email, false]);
});

test("whoever must exist already is not made", async () => {
  const refused = await client(sandbox).auth.signInWithOtp({ email: address(), options: { shouldCreateUser: false } });
  assert.deepEqual(bad(refused), [422, "otp_disabled"]);
});
