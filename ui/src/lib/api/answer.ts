import type { Result, UiError } from "./client";

const unexpected: UiError = { code: "server", message: "", next_step: null, retry_after_seconds: null };

/** The answer of a command. One that breaks instead of failing is told as an error of the server. */
export function answerOf<T>(call: Promise<Result<T>>): Promise<Result<T>> {
  return call.catch((): Result<T> => ({ status: "error", error: unexpected }));
}
