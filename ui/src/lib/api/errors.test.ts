import { afterEach, describe, expect, test } from "vitest";

import de from "../../../messages/de.json";
import en from "../../../messages/en.json";
import { overwriteGetLocale } from "../../paraglide/runtime";
import { uiError } from "../test/fixtures";
import type { ErrorCode } from "./client";
import { errorSentence } from "./errors";

// A code without a line here does not compile.
const every: Record<ErrorCode, true> = {
  offline: true,
  timeout: true,
  rate_limited: true,
  wrong_code: true,
  email_taken: true,
  invalid_email: true,
  unknown_product: true,
  no_upgrade: true,
  nothing_to_undo: true,
  not_a_guest: true,
  disk_full: true,
  read_only: true,
  damaged: true,
  newer_version: true,
  storage: true,
  key_store: true,
  server: true,
  session_lost: true,
  captcha: true,
  starting: true,
  phone_taken: true,
  identity_taken: true,
  invalid_phone: true,
  unknown_account: true,
  wrong_password: true,
  weak_password: true,
  same_password: true,
  reauthentication_needed: true,
  denied: true,
  browser_timed_out: true,
  browser_failed: true,
  unverified_email: true,
  provider_disabled: true,
  last_identity: true,
  members_only: true,
  cart_changed: true,
  no_hand_off: true,
  out_of_stock: true,
  over_limit: true,
  price_changed: true,
  cart_empty: true,
  undo_expired: true,
  already_undone: true,
  other_code_needed: true,
  cart_moved: true,
  unsaved: true,
  earlier_cart_gone: true,
  busy: true,
  backend_unreachable: true,
  backend_refused: true,
  secret_key: true,
  insecure_url: true,
};
const codes = Object.keys(every) as ErrorCode[];

function sentenceIn(locale: "en" | "de", code: ErrorCode): string {
  overwriteGetLocale(() => locale);
  return errorSentence(uiError({ code }));
}

afterEach(() => overwriteGetLocale(() => "en"));

describe.each(codes)("%s", (code) => {
  test("has its own words in both languages, with what happened and what to do", () => {
    const [english, german] = [sentenceIn("en", code), sentenceIn("de", code)];
    expect(german).not.toBe(english);
    for (const sentence of [english, german]) {
      expect(sentence).toMatch(/^[A-ZÄÖÜ].+[.,:;].+\.$/);
      expect(sentence).not.toContain("error_");
    }
  });
});

test("the wait is said when the server tells it", () => {
  expect(errorSentence(uiError({ code: "rate_limited", retry_after_seconds: 42 }))).toContain("42 seconds");
  expect(errorSentence(uiError({ code: "rate_limited", retry_after_seconds: 1 }))).toContain(
    "Wait one second,",
  );
});

test("a code of a newer shell falls back to its own words", () => {
  const error = uiError({ code: "brand_new" as ErrorCode, message: "It rains.", next_step: "Wait." });
  expect(errorSentence(error)).toBe("It rains. Wait.");
});

test("both languages have the same messages", () => {
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
});
