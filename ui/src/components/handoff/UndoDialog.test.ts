import { screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { HandOffUndo, Result } from "../../lib/api/client";
import { failed } from "../../lib/test/fixtures";
import { member, openShop } from "../../lib/test/shop";

const undo_until = Date.now() + 86_400_000;
const done = { claim_id: "c1", outcome: "merged", changed: 2, undo_until } as const;
const handedOver = {
  id: 1,
  kind: "handed_over",
  product: null,
  quantity: null,
  file: null,
  hand_off: done,
} as const;
const brief = (quantity: number) => ({ product_id: "teapot", name: "Round teapot", quantity });
const asks = (version: number, quantity: number): Result<HandOffUndo> => ({
  status: "ok",
  data: { kind: "changed", version, current: [brief(quantity)], before: [brief(3)] },
});
const undone: Result<HandOffUndo> = { status: "ok", data: { kind: "done" } };

async function pressUndo(...answers: Result<HandOffUndo>[]) {
  const undoHandOff = vi.fn<(claimId: string, seen: number | null) => Promise<Result<HandOffUndo>>>(() =>
    Promise.resolve(answers.shift() ?? failed("server")),
  );
  await openShop({ identity: member, notices: [handedOver] }, { undoHandOff });
  await userEvent.click(screen.getByTestId("notice-undo"));
  return undoHandOff;
}

test("a cart that is as it was then is undone without a question", async () => {
  const undoHandOff = await pressUndo(undone);
  expect(undoHandOff).toHaveBeenCalledExactlyOnceWith("c1", null);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("one that changed since is shown beside what comes back, and keeping it has the focus", async () => {
  const undoHandOff = await pressUndo(asks(7, 5));
  expect(await screen.findByTestId("undo-line-teapot")).toHaveTextContent("changes from 5 to 3");
  await waitFor(() => expect(screen.getByTestId("undo-cancel")).toHaveFocus());
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(undoHandOff).toHaveBeenCalledTimes(1);
});

test("it is undone with the version that was seen, and asked again if it changed once more", async () => {
  const undoHandOff = await pressUndo(asks(7, 5), asks(8, 6), undone);
  await userEvent.click(await screen.findByTestId("undo-confirm"));
  expect(undoHandOff).toHaveBeenLastCalledWith("c1", 7);
  expect(await screen.findByText(/changed once more/)).toBeVisible();
  await userEvent.click(screen.getByTestId("undo-confirm"));
  expect(undoHandOff).toHaveBeenLastCalledWith("c1", 8);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test.each(["undo_expired", "already_undone"] as const)("%s is told", async (code) => {
  await pressUndo(failed(code));
  expect(await screen.findByTestId("toast")).toHaveTextContent(
    code === "undo_expired" ? "more than 30 days ago" : "undone already",
  );
});

test("earlier carts are listed and come back", async () => {
  const line = { product_id: "lamp", name: "Lamp", quantity: 2 };
  const cart = { id: "e1", origin: "guest" as const, kept_at: 0, expires_at: 0, items: 2, lines: [line] };
  const lists = [[cart], []];
  const { api } = await openShop(
    { identity: member, notices: [handedOver] },
    { earlierCarts: () => Promise.resolve({ status: "ok", data: lists.shift() ?? [] }) },
  );
  await userEvent.click(screen.getByTestId("notice-earlier"));
  expect(await screen.findByText("2 × Lamp")).toBeVisible();
  await userEvent.click(screen.getByTestId("earlier-restore-e1"));
  expect(api.restoreEarlierCart).toHaveBeenCalledExactlyOnceWith("e1");
  expect(await screen.findByText(/It is your cart again/)).toBeVisible();
  expect(await screen.findByText("No earlier carts")).toBeVisible();
});
