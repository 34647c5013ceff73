import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";

import type { UiError } from "../../lib/api/client";
import { uiError } from "../../lib/test/fixtures";
import InWindow from "../../lib/test/InWindow.svelte";
import LeaveDialog from "./LeaveDialog.svelte";

function show(change: { guest?: boolean; items?: number; problem?: UiError } = {}) {
  const handlers = {
    onkeep: vi.fn(),
    onexport: vi.fn(),
    ondelete: vi.fn(() => Promise.resolve(change.problem)),
    onleft: vi.fn(),
  };
  const given = { open: true, guest: change.guest ?? true, items: change.items ?? 3, ...handlers };
  render(InWindow, { part: LeaveDialog, with: given });
  return handlers;
}

describe("leaving", () => {
  test.each([
    [true, 3, "a cart with 3 items", "you as a guest"],
    [true, 0, "an empty cart", "you as a guest"],
    [false, 1, "a cart with 1 item", undefined],
  ])("says what is lost (guest: %s, %i items)", (guest, items, cart, itself) => {
    show({ guest, items });
    const losses = screen.getByTestId("leave-losses");
    expect(losses).toHaveTextContent(cart);
    if (itself) expect(losses).toHaveTextContent(itself);
    else expect(losses).not.toHaveTextContent("guest");
  });

  test("the way that loses nothing has the focus", async () => {
    const { onkeep, ondelete } = show();
    await vi.waitFor(() => expect(screen.getByTestId("leave-keep")).toHaveFocus());
    await userEvent.keyboard("{Enter}");
    expect(onkeep).toHaveBeenCalledOnce();
    expect(ondelete).not.toHaveBeenCalled();
  });

  test("deletes at a word and closes", async () => {
    const { ondelete, onleft } = show();
    await userEvent.click(screen.getByTestId("leave-delete"));
    expect(ondelete).toHaveBeenCalledOnce();
    await vi.waitFor(() => expect(onleft).toHaveBeenCalledOnce());
    await vi.waitFor(() => expect(screen.queryByTestId("leave-delete")).toBeNull());
  });

  test("stays open when nothing was deleted, and says why", async () => {
    const { onleft } = show({ problem: uiError({ code: "offline" }) });
    await userEvent.click(screen.getByTestId("leave-delete"));
    expect(await screen.findByRole("alert")).toHaveTextContent("The server can't be reached.");
    expect(onleft).not.toHaveBeenCalled();
  });

  test("escape closes it and does nothing", async () => {
    const { ondelete } = show();
    await userEvent.keyboard("{Escape}");
    await vi.waitFor(() => expect(screen.queryByTestId("leave-delete")).toBeNull());
    expect(ondelete).not.toHaveBeenCalled();
  });
});
