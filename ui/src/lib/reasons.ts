/** From a reason of the plan to a sentence. */
import { m } from "../paraglide/messages";
import type { PlanLine, Reason } from "./api/client";
import { formatMoney } from "./money";

/** Why a line of the result is what it is; empty: it goes without saying. */
export function reasonSentence(reason: Reason, line: PlanLine, locale: string): string {
  switch (reason.code) {
    case "same":
      return "";
    case "summed":
      return m.reason_summed({ guest: line.guest, account: line.account });
    case "larger_taken":
      return m.reason_larger_taken();
    case "guest_taken":
      return m.reason_guest_taken();
    case "account_taken":
      return m.reason_account_taken();
    case "only_guest":
      return m.reason_only_guest();
    case "only_account":
      return m.reason_only_account();
    case "kept_separate":
      return m.reason_kept_separate();
    case "left_out":
      return m.reason_left_out();
    case "unavailable":
      return m.reason_unavailable();
    case "sold_out":
      return m.reason_sold_out();
    case "reduced": {
      const { allowed, wanted } = reason;
      const words = reason.by === "stock" ? m.reason_reduced_stock : m.reason_reduced_order;
      return words({ allowed, wanted });
    }
    case "repriced":
      return m.reason_repriced({
        now: formatMoney(reason.now, locale),
        seen: formatMoney(reason.seen, locale),
      });
  }
}

/** What a person should notice: something is less, dearer or gone. */
export function isConsequence({ code }: Reason): boolean {
  return code === "reduced" || code === "repriced" || code === "unavailable" || code === "sold_out";
}
