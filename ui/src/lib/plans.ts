/** What two plans of the same hand-off have to do with each other. */
import type { Plan, PlanLine } from "./api/client";

/** The lines of an older plan that a newer one has with other quantities in the carts, by product. */
export function changedLines(older: Plan, newer: Plan): Record<string, PlanLine> {
  const before = Object.fromEntries(older.lines.map((line) => [line.product_id, line]));
  const now = newer.lines.map((line) => {
    const was = before[line.product_id] ?? { ...line, guest: 0, account: 0 };
    return [line.product_id, was, was.guest !== line.guest || was.account !== line.account] as const;
  });
  return Object.fromEntries(now.filter(([, , changed]) => changed).map(([id, was]) => [id, was]));
}

/** Whether both carts are as they were. */
export function isSame(older: Plan, newer: Plan): boolean {
  return older.lines.length === newer.lines.length && Object.keys(changedLines(older, newer)).length === 0;
}

/** How many pieces fewer the result has than both carts together. */
export function shortfall(plan: Plan): number {
  return plan.lines.reduce(
    (sum, { guest, account, result }) => sum + Math.max(0, guest + account - result),
    0,
  );
}
