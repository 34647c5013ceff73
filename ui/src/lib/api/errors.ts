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
