// What the project's own server may do.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { address, bad, client, good, guest, member, service } from "./support/people.mjs";
import { start } from "./support/sandbox.mjs";

let sandbox;
before(async () => (sandbox = await start()));
after(() => sandbox.stop());

const admin = () => service(sandbox).auth.admin;

test("users are made, read, changed and deleted", async () => {
  const email = address();
  const { user } = good(await admin().createUser({ email, password: "correct horse", email_confirm: true }));
  good(await client(sandbox).auth.signInWithPassword({ email, password: "correct horse" }));
  assert.equal(good(await admin().getUserById(user.id)).user.email, email);
  const changed = good(await admin().updateUserById(user.id, { user_metadata: { name: "x" } }));
  assert.equal(changed.user.user_metadata.name, "x");
  good(await admin().deleteUser(user.id));
  assert.deepEqual(bad(await admin().getUserById(user.id)), [404, "user_not_found"]);
});

test("users are listed page by page", async () => {
  for (let guests = 0; guests < 3; guests++) await guest(sandbox);
  const { users, total } = good(await admin().listUsers({ page: 1, perPage: 2 }));
  assert.equal(users.length, 2);
  assert.ok(total >= 3);
});

test("a link is made without a mail", async () => {
  const { email, id } = await member(sandbox);
  const { properties } = good(await admin().generateLink({ type: "magiclink", email }));
  const { user } = good(await client(sandbox).auth.verifyOtp({ type: "magiclink", token_hash: properties.hashed_token }));
  assert.equal(user.id, id);
});

test("somebody is invited", async () => {
  const email = address();
  const { user } = good(await admin().inviteUserByEmail(email));
  assert.ok(user.invited_at);
});

test("nobody else may", async () => {
  const { supabase } = await member(sandbox);
  assert.deepEqual(bad(await supabase.auth.admin.listUsers()), [403, "not_admin"]);
  assert.deepEqual(bad(await client(sandbox).auth.admin.listUsers()), [403, "not_admin"]);
});

test("guests who do not come back are removed by the project's own function", async () => {
  const { id } = await guest(sandbox);
  const later = new Date(Date.now() + 31 * 24 * 3600 * 1000).toISOString();
  const removed = good(await service(sandbox).rpc("clean_up_guests", { as_of: later }));
  assert.ok(removed.guests >= 1);
  assert.deepEqual(bad(await admin().getUserById(id)), [404, "user_not_found"]);
});
