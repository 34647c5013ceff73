// Google, GitHub and Apple: linking, signing in, conflicts, and what a consent page can end with.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { allow, link, signIn } from "./support/browser.mjs";
import { address, bad, client, good, guest, member } from "./support/people.mjs";
import { SETTINGS, start } from "./support/sandbox.mjs";

let sandbox;
before(async () => (sandbox = await start()));
after(() => sandbox.stop());

const exchange = (supabase, landed) => supabase.auth.exchangeCodeForSession(landed.searchParams.get("code"));
const failure = (landed) => [landed.searchParams.get("error"), landed.searchParams.get("error_code")];

for (const provider of ["google", "github", "apple"]) {
  test(`${provider}: a guest links it and is a member with the same id`, async () => {
    const { supabase, id } = await guest(sandbox);
    const email = address(provider);
    const { user } = good(await exchange(supabase, await link(supabase, provider, allow(email))));
    assert.deepEqual([user.id, user.email, user.is_anonymous], [id, email, false]);
    assert.deepEqual(user.app_metadata.providers, [provider]);
  });

  test(`${provider}: somebody signs in, and again, and is the same`, async () => {
    const email = address(provider);
    const [one, again] = [client(sandbox), client(sandbox)];
    const first = good(await exchange(one, await signIn(one, provider, allow(email)))).user;
    const second = good(await exchange(again, await signIn(again, provider, allow(email)))).user;
    assert.equal(first.id, second.id);
  });
}

test("an identity that is another's is refused, and the guest is as before", async () => {
  const email = address();
  const owner = await guest(sandbox);
  good(await exchange(owner.supabase, await link(owner.supabase, "google", allow(email))));
  const { supabase } = await guest(sandbox);
  assert.deepEqual(failure(await link(supabase, "google", allow(email))), ["server_error", "identity_already_exists"]);
  assert.equal(good(await supabase.auth.getUser()).user.is_anonymous, true);
});

test("an address that is another's is refused", async () => {
  const { email } = await member(sandbox);
  const { supabase } = await guest(sandbox);
  assert.deepEqual(failure(await link(supabase, "google", allow(email))), ["invalid_request", "email_exists"]);
  assert.deepEqual(good(await supabase.auth.getUser()).user.identities, []);
});

test("the person denies", async () => {
  const { supabase } = await guest(sandbox);
  const landed = await link(supabase, "google", { answer: "deny" });
  assert.equal(landed.searchParams.get("error"), "access_denied");
  assert.equal(good(await supabase.auth.getUser()).user.is_anonymous, true);
});

test("the provider fails", async () => {
  const { supabase } = await guest(sandbox);
  const landed = await link(supabase, "google", { answer: "fail" });
  assert.ok(landed.searchParams.get("error"));
});

test("an address that the provider did not verify makes nobody a member", async () => {
  const { supabase } = await guest(sandbox);
  const landed = await link(supabase, "google", allow(address(), { address: "unverified" }));
  assert.equal(landed.searchParams.get("error_code"), "email_not_confirmed");
  assert.equal(good(await supabase.auth.getUser()).user.is_anonymous, true);
});

test("a code counts once, and only with its proof key", async () => {
  const { supabase } = await guest(sandbox);
  const landed = await link(supabase, "google", allow(address()));
  const stranger = client(sandbox);
  assert.ok((await exchange(stranger, landed)).error, "no proof key");
  good(await exchange(supabase, landed));
  assert.ok((await exchange(supabase, landed)).error, "a second time");
});

test("a second identity comes beside the first and goes again", async () => {
  const { supabase } = await member(sandbox);
  good(await exchange(supabase, await link(supabase, "github", allow(address()))));
  const { identities } = good(await supabase.auth.getUserIdentities());
  assert.deepEqual(identities.map(({ provider }) => provider).sort(), ["email", "github"]);
  good(await supabase.auth.unlinkIdentity(identities.find(({ provider }) => provider === "github")));
  assert.equal(good(await supabase.auth.getUserIdentities()).identities.length, 1);
});

test("the last identity stays", async () => {
  const { supabase } = await member(sandbox);
  const { identities } = good(await supabase.auth.getUserIdentities());
  assert.deepEqual(bad(await supabase.auth.unlinkIdentity(identities[0])), [422, "single_identity_not_deletable"]);
});

test("switched off, nothing is linked", async () => {
  const off = await start(SETTINGS.replace("enable_manual_linking = true", ""));
  try {
    const { supabase } = await guest(off);
    const refused = await supabase.auth.linkIdentity({ provider: "google", options: { skipBrowserRedirect: true } });
    assert.deepEqual(bad(refused), [404, "manual_linking_disabled"]);
  } finally {
    await off.stop();
  }
});

test("a provider that is not switched on", async () => {
  const { supabase } = await guest(sandbox);
  const refused = await supabase.auth.linkIdentity({ provider: "azure", options: { skipBrowserRedirect: true } });
  assert.deepEqual(bad(refused), [400, "validation_failed"]);
});

async function idToken(email) {
  const answer = await fetch(`${sandbox.url}/provider/google/id_token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, name: "Account" }),
  });
  return (await answer.json()).id_token;
}

test("an ID token signs in", async () => {
  const email = address();
  const { user } = good(await client(sandbox).auth.signInWithIdToken({ provider: "google", token: await idToken(email) }));
  assert.equal(user.email, email);
});

test("an ID token links", async () => {
  const { supabase, id } = await guest(sandbox);
  const { user } = good(await supabase.auth.linkIdentity({ provider: "google", token: await idToken(address()) }));
  assert.deepEqual([user.id, user.is_anonymous], [id, false]);
});
