// What protects guests from abuse.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { address, bad, client, controls, good, guest } from "./support/people.mjs";
import { SETTINGS, start } from "./support/sandbox.mjs";

const LIMITED = SETTINGS.replace("anonymous_users = 10000", "anonymous_users = 30").replaceAll('max_frequency = "1ms"', 'max_frequency = "60s"');
const solved = (captchaToken) => ({ options: { captchaToken } });

let sandbox;
before(async () => (sandbox = await start(LIMITED)));
after(() => sandbox.stop());

test("the 31st guest of an hour is refused, and one more passes after two minutes", async () => {
  for (let guests = 0; guests < 30; guests++) good(await client(sandbox).auth.signInAnonymously());
  assert.deepEqual(bad(await client(sandbox).auth.signInAnonymously()), [429, "over_request_rate_limit"]);
  await controls(sandbox, "clock", { advance: 121 });
  good(await client(sandbox).auth.signInAnonymously());
});

test("a second mail within the pause is refused, and says when", async () => {
  await controls(sandbox, "clock", { advance: 3600 });
  const { supabase } = await guest(sandbox);
  const email = address();
  good(await supabase.auth.updateUser({ email }));
  const { error } = await supabase.auth.updateUser({ email });
  assert.deepEqual([error.status, error.code], [429, "over_email_send_rate_limit"]);
  assert.match(error.message, /only request this after \d+ seconds/);
  await controls(sandbox, "clock", { advance: 60 });
  good(await supabase.auth.updateUser({ email }));
});

for (const [provider, pass, fail] of [
  ["hcaptcha", "0x0000000000000000000000000000000000000000", null],
  ["turnstile", "1x0000000000000000000000000000000AA", "2x0000000000000000000000000000000AA"],
]) {
  test(`${provider}: guests must solve it`, async () => {
    const own = await start(`${SETTINGS}[auth.captcha]\nenabled = true\nprovider = "${provider}"\nsecret = "${pass}"\n`);
    try {
      assert.deepEqual(bad(await client(own).auth.signInAnonymously()), [400, "captcha_failed"]);
      const supabase = client(own);
      good(await supabase.auth.signInAnonymously(solved("10000000-aaaa-bbbb-cccc-000000000001")));
      good(await supabase.auth.refreshSession());
    } finally {
      await own.stop();
    }
  });

  if (fail) {
    test(`${provider}: its failing secret lets nobody in`, async () => {
      const own = await start(`${SETTINGS}[auth.captcha]\nenabled = true\nprovider = "${provider}"\nsecret = "${fail}"\n`);
      try {
        assert.deepEqual(bad(await client(own).auth.signInAnonymously(solved("anything"))), [400, "captcha_failed"]);
      } finally {
        await own.stop();
      }
    });
  }
}

test("switched off, nobody signs up", async () => {
  const own = await start(SETTINGS.replace("[auth]\n", "[auth]\nenable_signup = false\n"));
  try {
    assert.deepEqual(bad(await client(own).auth.signInAnonymously()), [422, "signup_disabled"]);
    assert.deepEqual(bad(await client(own).auth.signUp({ email: address(), password: "correct horse" })), [422, "signup_disabled"]);
  } finally {
    await own.stop();
  }
});

test("a key that is none", async () => {
  const { status, error } = await client(sandbox, { key: "nonsense" }).from("products").select();
  assert.deepEqual([status, error.code], [401, "PGRST301"]);
});
