/** From an error's code to a sentence that says what happened and what to do next. */
import { m } from "../../paraglide/messages";
import type { ErrorCode, UiError } from "./client";

const sentences: Record<ErrorCode, () => string> = {
  offline: m.error_offline,
  timeout: m.error_timeout,
  rate_limited: m.error_rate_limited,
  wrong_code: m.error_wrong_code,
  email_taken: m.error_email_taken,
  invalid_email: m.error_invalid_email,
  unknown_product: m.error_unknown_product,
  no_upgrade: m.error_no_upgrade,
  nothing_to_undo: m.error_nothing_to_undo,
  not_a_guest: m.error_not_a_guest,
  storage: m.error_storage,
  disk_full: m.error_disk_full,
  read_only: m.error_read_only,
  damaged: m.error_damaged,
  newer_version: m.error_newer_version,
  key_store: m.error_key_store,
  server: m.error_server,
  session_lost: m.error_session_lost,
  captcha: m.error_captcha,
  starting: m.error_starting,
  phone_taken: m.error_phone_taken,
  identity_taken: m.error_identity_taken,
  invalid_phone: m.error_invalid_phone,
  unknown_account: m.error_unknown_account,
  wrong_password: m.error_wrong_password,
  weak_password: m.error_weak_password,
  same_password: m.error_same_password,
  reauthentication_needed: m.error_reauthentication_needed,
  denied: m.error_denied,
  browser_timed_out: m.error_browser_timed_out,
  browser_failed: m.error_browser_failed,
  unverified_email: m.error_unverified_email,
  provider_disabled: m.error_provider_disabled,
  last_identity: m.error_last_identity,
  members_only: m.error_members_only,
  cart_changed: m.error_cart_changed,
  no_hand_off: m.error_no_hand_off,
  out_of_stock: m.error_out_of_stock,
  over_limit: m.error_over_limit,
  price_changed: m.error_price_changed,
  cart_empty: m.error_cart_empty,
  undo_expired: m.error_undo_expired,
  already_undone: m.error_already_undone,
  other_code_needed: m.error_other_code_needed,
  cart_moved: m.error_cart_moved,
  unsaved: m.error_unsaved,
  earlier_cart_gone: m.error_earlier_cart_gone,
  busy: m.error_busy,
  backend_unreachable: m.error_backend_unreachable,
  backend_refused: m.error_backend_refused,
  secret_key: m.error_secret_key,
  insecure_url: m.error_insecure_url,
};

/** Where a sentence can name the provider that the browser was opened for. */
const browserSentences: Partial<Record<ErrorCode, (inputs: { provider: string }) => string>> = {
  denied: m.browser_denied,
  browser_timed_out: m.browser_timed_out,
  browser_failed: m.browser_failed,
  unverified_email: m.browser_unverified_email,
  provider_disabled: m.browser_provider_disabled,
};

/** Every code there is a sentence for. */
export const errorCodes = Object.keys(sentences) as ErrorCode[];

/** The sentence for an error, in the language of the window. */
export function errorSentence(error: UiError): string {
  if (error.code === "rate_limited" && error.retry_after_seconds !== null) {
    return m.error_rate_limited_for({ seconds: error.retry_after_seconds });
  }
  // A newer shell may know codes that this window does not.
  const known = (sentences as Partial<Record<string, () => string>>)[error.code];
  return known?.() ?? [error.message, error.next_step].filter(Boolean).join(" ");
}

/** The sentence for what came back from the browser. */
export function browserSentence(code: ErrorCode, provider: string): string {
  const error = { code, message: "", next_step: null, retry_after_seconds: null };
  return browserSentences[code]?.({ provider }) ?? errorSentence(error);
}
