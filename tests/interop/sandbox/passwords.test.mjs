// Passwords: signing up and in, setting, changing and forgetting them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { address, bad, client, code, controls, follow, good, guest, member } from "./support/people.mjs";
import { SETTINGS, start } from "./support/sandbox.mjs";

let sandbox;
before(async () => (sandbox = await start()));
after(() => sandbox.stop());

const PASSWORD = "correct horse";
const signIn = (email, password = PASSWORD) => client(sandbox).auth.signInWithPassword({ email, password });

test("signing up waits for the code", async () => {
  const supabase = client(sandbox);
  const email = address();
  const { user, session } = good(await supabase.auth.signUp({ email, password: PASSWORD, options: { data: { name: "x" } } }));
  assert.equal(session, null);
  assert.equal(user.user_metadata.name, "x");
  assert.deepEqual(bad(await signIn(email)), [400, "email_not_confirmed"]);
  good(await supabase.auth.verifyOtp({ type: "email", email, token: await code(sandbox, email) }));
  assert.equal(good(await signIn(email)).user.id, user.id);
});

test("a taken address looks like any other, but for its identities", async () => {
  const { email } = await member(sandbox);
  const { user } = good(await client(sandbox).auth.signUp({ email, password: PASSWORD }));
  assert.deepEqual(user.identities, []);
});

test("a wrong password is refused", async () => {
  const { email } = await member(sandbox, address(), PASSWORD);
  assert.deepEqual(bad(await signIn(email, "wrong horse")), [400, "invalid_credentials"]);
  assert.deepEqual(bad(await signIn(address())), [400, "invalid_credentials"]);
});

test("a guest who gives address and password is a member with both", async () => {
  const { email, id } = await member(sandbox, address(), PASSWORD);
  assert.equal(good(await signIn(email)).user.id, id);
});

test("a guest sets no password alone", async () => {
  const { supabase } = await guest(sandbox);
  assert.deepEqual(bad(await supabase.auth.updateUser({ password: PASSWORD })), [422, "validation_failed"]);
});

test("a member sets one afterwards", async () => {
  const { supabase, email, id } = await member(sandbox);
  good(await supabase.auth.updateUser({ password: PASSWORD }));
  assert.equal(good(await signIn(email)).user.id, id);
});

test("the same password is none", async () => {
  const { supabase } = await member(sandbox, address(), PASSWORD);
  assert.deepEqual(bad(await supabase.auth.updateUser({ password: PASSWORD })), [422, "same_password"]);
});

test("a short password is refused with its reasons", async () => {
  const { error } = await client(sandbox).auth.signUp({ email: address(), password: "short" });
  assert.deepEqual([error.status, error.code, error.reasons], [422, "weak_password", ["length"]]);
});

test("a new password ends the other sessions", async () => {
  const { supabase, email } = await member(sandbox, address(), PASSWORD);
  const other = client(sandbox);
  good(await other.auth.signInWithPassword({ email, password: PASSWORD }));
  good(await supabase.auth.updateUser({ password: "another horse" }));
  assert.ok((await other.auth.refreshSession()).error);
  good(await supabase.auth.refreshSession());
});

test("a forgotten password is replaced by way of the mail's code", async () => {
  const { email } = await member(sandbox, address(), PASSWORD);
  const supabase = client(sandbox);
  good(await supabase.auth.resetPasswordForEmail(email));
  good(await supabase.auth.verifyOtp({ type: "recovery", email, token: await code(sandbox, email) }));
  good(await supabase.auth.updateUser({ password: "another horse" }));
  good(await signIn(email, "another horse"));
});

test("or of its link", async () => {
  const { email, id } = await member(sandbox, address(), PASSWORD);
  const supabase = client(sandbox);
  good(await supabase.auth.resetPasswordForEmail(email, { redirectTo: "http://127.0.0.1:4998/cb" }));
  const landed = await follow(sandbox, email);
  assert.equal(good(await supabase.auth.exchangeCodeForSession(landed.searchParams.get("code"))).user.id, id);
});

test("nobody learns whether an address is known", async () => {
  good(await client(sandbox).auth.resetPasswordForEmail(address()));
});

test("a sign-up's mail is sent again", async () => {
  const supabase = client(sandbox);
  const email = address();
  good(await supabase.auth.signUp({ email, password: PASSWORD }));
  good(await supabase.auth.resend({ type: "signup", email }));
  good(await supabase.auth.verifyOtp({ type: "signup", email, token: await code(sandbox, email) }));
});

test("without confirmations a sign-up signs in at once", async () => {
  const own = await start(SETTINGS.replaceAll("enable_confirmations = true", "enable_confirmations = false"));
  try {
    const { session } = good(await client(own).auth.signUp({ email: address(), password: PASSWORD }));
    assert.ok(session.access_token);
    const { supabase } = await guest(own);
    const { user } = good(await supabase.auth.updateUser({ email: address() }));
    assert.deepEqual([user.is_anonymous, user.identities.length], [false, 1]);
  } finally {
    await own.stop();
  }
});

test("where the project asks for it, a code confirms who changes a password a day after signing in", async () => {
  const own = await start(SETTINGS.replace("[auth.email]", "[auth.email]\nsecure_password_change = true"));
  try {
    const { supabase, email } = await member(own, address(), PASSWORD);
    await controls(own, "clock", { advance: 24 * 3600 + 1 });
    good(await supabase.auth.refreshSession());
    assert.deepEqual(bad(await supabase.auth.updateUser({ password: "another horse" })), [400, "reauthentication_needed"]);
    good(await supabase.auth.reauthenticate());
    const nonce = await code(own, email);
    assert.deepEqual(bad(await supabase.auth.updateUser({ password: "another horse", nonce: "000000" })), [422, "reauthentication_not_valid"]);
    good(await supabase.auth.updateUser({ password: "another horse", nonce }));
  } finally {
    await own.stop();
  }
});

test("a guest can't be asked who they are", async () => {
  const { supabase } = await guest(sandbox);
  assert.deepEqual(bad(await supabase.auth.reauthenticate()), [400, "validation_failed"]);
});
