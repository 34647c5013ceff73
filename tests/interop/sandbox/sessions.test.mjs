// Refreshing, signing out, events, and what ends a session from elsewhere.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { address, bad, client, controls, good, guest, member, service } from "./support/people.mjs";
import { SETTINGS, start } from "./support/sandbox.mjs";

let sandbox;
before(async () => (sandbox = await start()));
after(() => sandbox.stop());

const PASSWORD = "correct horse";
const current = async (supabase) => good(await supabase.auth.getSession()).session;

test("a refresh rotates the token and keeps the session", async () => {
  const { supabase, id } = await guest(sandbox);
  const before = await current(supabase);
  const { session, user } = good(await supabase.auth.refreshSession());
  assert.notEqual(session.refresh_token, before.refresh_token);
  assert.deepEqual([user.id, user.is_anonymous], [id, true]);
});

test("a token whose answer was lost brings the same one again", async () => {
  const { supabase } = await guest(sandbox);
  const { refresh_token } = await current(supabase);
  const first = good(await client(sandbox).auth.refreshSession({ refresh_token }));
  const again = good(await client(sandbox).auth.refreshSession({ refresh_token }));
  assert.equal(first.session.refresh_token, again.session.refresh_token);
});

test("an older token ends the family", async () => {
  const own = await start(SETTINGS.replace("[auth]\n", "[auth]\nrefresh_token_reuse_interval = 0\n"));
  try {
    const { supabase } = await guest(own);
    const { refresh_token: oldest } = await current(supabase);
    good(await supabase.auth.refreshSession());
    good(await supabase.auth.refreshSession());
    const { refresh_token: newest } = await current(supabase);
    assert.deepEqual(bad(await client(own).auth.refreshSession({ refresh_token: oldest })), [400, "refresh_token_already_used"]);
    assert.deepEqual(bad(await client(own).auth.refreshSession({ refresh_token: newest })), [400, "refresh_token_already_used"]);
  } finally {
    await own.stop();
  }
});

test("refreshes at the same time get the same token", async () => {
  const { supabase } = await guest(sandbox);
  const { refresh_token } = await current(supabase);
  const answers = await Promise.all(Array.from({ length: 8 }, () => client(sandbox).auth.refreshSession({ refresh_token })));
  assert.equal(new Set(answers.map((answer) => good(answer).session.refresh_token)).size, 1);
});

test("a token that is none", async () => {
  assert.deepEqual(bad(await client(sandbox).auth.refreshSession({ refresh_token: "abcdefghijkl" })), [400, "refresh_token_not_found"]);
});

test("signing out here leaves the others", async () => {
  const { supabase, email } = await member(sandbox, address(), PASSWORD);
  const other = client(sandbox);
  good(await other.auth.signInWithPassword({ email, password: PASSWORD }));
  good({ data: null, ...(await supabase.auth.signOut({ scope: "local" })) });
  assert.equal(await current(supabase), null);
  good(await other.auth.refreshSession());
});

test("signing out the others leaves this one", async () => {
  const { supabase, email } = await member(sandbox, address(), PASSWORD);
  const other = client(sandbox);
  good(await other.auth.signInWithPassword({ email, password: PASSWORD }));
  good({ data: null, ...(await supabase.auth.signOut({ scope: "others" })) });
  assert.ok((await other.auth.refreshSession()).error);
  good(await supabase.auth.refreshSession());
});

test("signing out everywhere ends all", async () => {
  const { supabase, email } = await member(sandbox, address(), PASSWORD);
  const other = client(sandbox);
  good(await other.auth.signInWithPassword({ email, password: PASSWORD }));
  good({ data: null, ...(await supabase.auth.signOut()) });
  assert.ok((await other.auth.refreshSession()).error);
});

test("the events of an upgrade come in their order", async () => {
  const supabase = client(sandbox);
  const seen = [];
  const { data } = supabase.auth.onAuthStateChange((event) => void seen.push(event));
  good(await supabase.auth.signInAnonymously());
  const email = address();
  good(await supabase.auth.updateUser({ email }));
  good(await supabase.auth.refreshSession());
  good({ data: null, ...(await supabase.auth.signOut({ scope: "local" })) });
  data.subscription.unsubscribe();
  const told = seen.filter((event) => event !== "INITIAL_SESSION");
  assert.deepEqual(told, ["SIGNED_IN", "USER_UPDATED", "TOKEN_REFRESHED", "SIGNED_OUT"]);
});

test("a deleted user's token is refused", async () => {
  const { supabase, id } = await guest(sandbox);
  good(await service(sandbox).auth.admin.deleteUser(id));
  assert.deepEqual(bad(await supabase.auth.getUser()), [403, "user_not_found"]);
});

test("a session ended elsewhere is refused", async () => {
  const { supabase } = await guest(sandbox);
  const { access_token } = await current(supabase);
  good({ data: null, ...(await supabase.auth.signOut({ scope: "local" })) });
  // The client has an error of its own for the API's `session_not_found`.
  const { error } = await client(sandbox).auth.getUser(access_token);
  assert.equal(error.name, "AuthSessionMissingError");
  const answer = await fetch(`${sandbox.url}/auth/v1/user`, { headers: { apikey: sandbox.key, authorization: `Bearer ${access_token}` } });
  assert.deepEqual([answer.status, (await answer.json()).error_code], [403, "session_not_found"]);
});

test("a banned user is refused everywhere", async () => {
  const { supabase, id, email } = await member(sandbox, address(), PASSWORD);
  good(await service(sandbox).auth.admin.updateUserById(id, { ban_duration: "24h" }));
  assert.deepEqual(bad(await supabase.auth.getUser()), [403, "user_banned"]);
  assert.deepEqual(bad(await client(sandbox).auth.signInWithPassword({ email, password: PASSWORD })), [400, "user_banned"]);
});

test("an access token runs out, and a refresh brings another", async () => {
  const own = await start();
  try {
    const { supabase } = await guest(own);
    const { access_token } = await current(supabase);
    await controls(own, "clock", { advance: 3601 });
    assert.deepEqual(bad(await client(own).auth.getUser(access_token)), [403, "bad_jwt"]);
    const late = await fetch(`${own.url}/rest/v1/products`, { headers: { apikey: own.key, authorization: `Bearer ${access_token}` } });
    assert.deepEqual([late.status, (await late.json()).code], [401, "PGRST303"]);
    good(await supabase.auth.refreshSession());
    good(await supabase.auth.getUser());
  } finally {
    await own.stop();
  }
});

test("the upgrade adds its own way of signing in to the claims", async () => {
  const { supabase } = await member(sandbox);
  const { claims } = good(await supabase.auth.getClaims());
  assert.deepEqual(claims.amr.map(({ method }) => method), ["otp"]);
});

test("sessions end by disuse where the project says so", async () => {
  const own = await start(`${SETTINGS}[auth.sessions]\ninactivity_timeout = "1h"\n`);
  try {
    const { supabase } = await guest(own);
    await controls(own, "clock", { advance: 3700 });
    assert.deepEqual(bad(await supabase.auth.refreshSession()), [400, "session_expired"]);
  } finally {
    await own.stop();
  }
});
