// The same by text message.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { bad, client, code, good, guest, number } from "./support/people.mjs";
import { SETTINGS, start } from "./support/sandbox.mjs";

let sandbox;
before(async () => (sandbox = await start(`${SETTINGS}[auth.sms.test_otp]\n15550009999 = "123456"\n`)));
after(() => sandbox.stop());

const verify = (supabase, phone, token) => supabase.auth.verifyOtp({ type: "phone_change", phone, token });

async function withPhone(phone = number()) {
  const person = await guest(sandbox);
  good(await person.supabase.auth.updateUser({ phone }));
  good(await verify(person.supabase, phone, await code(sandbox, phone)));
  return { ...person, phone };
}

test("the code makes a member with the same id", async () => {
  const { supabase, id } = await guest(sandbox);
  const phone = number();
  const asked = good(await supabase.auth.updateUser({ phone }));
  assert.deepEqual([asked.user.new_phone, asked.user.is_anonymous], [phone, true]);
  const { user } = good(await verify(supabase, phone, await code(sandbox, phone)));
  assert.deepEqual([user.id, user.phone, user.is_anonymous], [id, phone, false]);
  assert.deepEqual(user.identities.map(({ provider }) => provider), ["phone"]);
});

test("a plus before the number makes no other number", async () => {
  const { supabase } = await guest(sandbox);
  const phone = number();
  good(await supabase.auth.updateUser({ phone: `+${phone}` }));
  assert.equal(good(await verify(supabase, `+${phone}`, await code(sandbox, phone))).user.phone, phone);
});

test("a taken number is refused", async () => {
  const { phone } = await withPhone();
  const { supabase } = await guest(sandbox);
  assert.deepEqual(bad(await supabase.auth.updateUser({ phone })), [422, "phone_exists"]);
});

test("a wrong code is refused", async () => {
  const { supabase } = await guest(sandbox);
  const phone = number();
  good(await supabase.auth.updateUser({ phone }));
  const wrong = (await code(sandbox, phone)) === "000000" ? "000001" : "000000";
  assert.deepEqual(bad(await verify(supabase, phone, wrong)), [403, "otp_expired"]);
});

test("what is no number is refused", async () => {
  const { supabase } = await guest(sandbox);
  assert.deepEqual(bad(await supabase.auth.updateUser({ phone: "none" })), [400, "validation_failed"]);
});

test("a member signs in again by text message", async () => {
  const { phone, id } = await withPhone();
  const supabase = client(sandbox);
  good(await supabase.auth.signInWithOtp({ phone }));
  const { user } = good(await supabase.auth.verifyOtp({ type: "sms", phone, token: await code(sandbox, phone) }));
  assert.equal(user.id, id);
});

test("a number of the tests has its fixed code", async () => {
  const supabase = client(sandbox);
  good(await supabase.auth.signInWithOtp({ phone: "15550009999" }));
  good(await supabase.auth.verifyOtp({ type: "sms", phone: "15550009999", token: "123456" }));
});

test("a number and a password sign up, and the code confirms", async () => {
  const supabase = client(sandbox);
  const phone = number();
  const { session } = good(await supabase.auth.signUp({ phone, password: "correct horse" }));
  assert.equal(session, null);
  good(await supabase.auth.verifyOtp({ type: "sms", phone, token: await code(sandbox, phone) }));
  good(await client(sandbox).auth.signInWithPassword({ phone, password: "correct horse" }));
});
