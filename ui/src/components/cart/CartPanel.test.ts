import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";

import type { CartLine, Identity, SaveState, Upgrade } from "../../lib/api/client";
import { EUR, line, product } from "../../lib/test/fixtures";
import CartPanel from "./CartPanel.svelte";

type Change = {
  lines?: CartLine[];
  unsaved?: number;
  save?: SaveState;
  identity?: Identity;
  upgrade?: Upgrade;
};
const guest: Identity = { kind: "guest", user_id: "7d1c" };

function show({
  lines = [line()],
  unsaved = 0,
  save = "all_saved",
  identity = guest,
  upgrade = { step: "idle" },
}: Change = {}) {
  const handlers = {
    onquantity: vi.fn(),
    onremove: vi.fn(),
    onclear: vi.fn(),
    onkeep: vi.fn(),
    oncheckout: vi.fn(),
    onretry: vi.fn(),
  };
  const cart = { lines: lines.length, unsaved, items: 2, total: lines.length > 0 ? EUR(7200) : null };
  const productOf = () => product();
  render(CartPanel, { cart, lines, save, identity, upgrade, locale: "en", productOf, ...handlers });
  return handlers;
}

describe("save state", () => {
  test.each([
    ["nothing", "Nothing to save yet"],
    ["on_this_device", "Saved on this computer, not online yet."],
    ["syncing", "Saving …"],
    ["all_saved", "All changes saved"],
    ["offline", "Offline. Saved on this computer, sent when you are back."],
    ["rate_limited", "The server takes no more from this network right now"],
    ["captcha", "could not make sure that a person is here"],
    ["server_trouble", "The server has a problem"],
  ] as const)("%s is said in words", (save, words) => {
    show({ save });
    const state = screen.getByTestId("save-state");
    expect(state).toHaveTextContent(words);
    expect(state).toHaveAttribute("data-state", save);
    expect(state).toHaveAttribute("role", "status");
  });

  test.each([
    ["offline", 3, "3 changes wait to be sent."],
    ["on_this_device", 1, "1 change waits to be sent."],
    ["syncing", 3, ""],
  ] as const)("%s with %i changes to send", (save, unsaved, words) => {
    show({ save, unsaved });
    const state = screen.getByTestId("save-state").textContent;
    expect(state?.includes("to be sent.")).toBe(words !== "");
    expect(state).toContain(words);
  });

  test("offline can be tried again at once", async () => {
    const { onretry } = show({ save: "offline" });
    await userEvent.click(screen.getByTestId("retry-now"));
    expect(onretry).toHaveBeenCalledOnce();
  });
});

describe("keep my cart", () => {
  test.each<[string, Change, boolean]>([
    ["a visitor with an empty cart", { identity: { kind: "visitor" }, lines: [] }, false],
    ["a visitor with items", { identity: { kind: "visitor" } }, true],
    ["a guest with an empty cart", { lines: [] }, true],
    ["a member", { identity: { kind: "member", user_id: "7d1c", email: null, phone: null } }, false],
  ])("%s", (_, change, offered) => {
    show(change);
    expect(screen.queryAllByTestId("keep-my-cart")).toHaveLength(offered ? 1 : 0);
  });

  test("goes on where a code is waited for", async () => {
    const contact = { kind: "email", value: "a@example.com" } as const;
    const upgrade: Upgrade = { step: "code_sent", contact, resend_at: 0, expires_at: 0 };
    const { onkeep } = show({ upgrade });
    await userEvent.click(screen.getByRole("button", { name: "Continue: enter your code" }));
    expect(screen.getByText(/a@example\.com/)).toBeVisible();
    expect(onkeep).toHaveBeenCalledOnce();
  });
});

test("goes on where the browser is waited for", () => {
  show({ upgrade: { step: "in_browser", provider: "github" } });
  expect(screen.getByTestId("keep-my-cart")).toHaveTextContent("Continue: your browser is waiting");
  expect(screen.getByText("You are signing in with GitHub.")).toBeVisible();
});

test.each<[string, Identity]>([
  ["visitor", { kind: "visitor" }],
  ["guest", guest],
  ["member", { kind: "member", user_id: "7d1c", email: null, phone: null }],
])("a %s with items can check out", async (_, identity) => {
  const { oncheckout } = show({ identity });
  await userEvent.click(screen.getByTestId("checkout-open"));
  expect(oncheckout).toHaveBeenCalledOnce();
});

describe("lines", () => {
  test("show quantity, amounts and total", () => {
    show();
    expect(screen.getByTestId("quantity-teapot")).toHaveTextContent("2");
    expect(screen.getByTestId("cart-line-teapot")).toHaveTextContent("€72.00");
    expect(screen.getByTestId("cart-total")).toHaveTextContent("€72.00");
    expect(screen.getByTestId("cart-items")).toHaveTextContent("2 items");
  });

  test("the last one less is a removal", async () => {
    const only = line({ quantity: 1 });
    const { onremove, onquantity } = show({ lines: [only] });
    await userEvent.click(screen.getByTestId("decrease-teapot"));
    expect(onremove).toHaveBeenCalledWith(only);
    expect(onquantity).not.toHaveBeenCalled();
  });

  test.each([
    ["pending", "Not on the server yet"],
    ["refused", "Only 2 could be saved"],
  ] as const)("one that is %s says so in words", (sync, words) => {
    show({ lines: [line({ sync }), line({ product_id: "lamp", position: 1 })] });
    expect(screen.getByTestId("cart-line-teapot")).toHaveTextContent(words);
    expect(screen.getByTestId("cart-line-lamp")).not.toHaveTextContent(words);
  });

  test("a price that changed is said beside the one that was seen", () => {
    show({ lines: [line({ seen_price: EUR(4200) }), line({ product_id: "lamp", position: 1 })] });
    expect(screen.getByTestId("cart-line-teapot")).toHaveTextContent("was €42.00");
    expect(screen.getByTestId("cart-line-lamp")).not.toHaveTextContent("was");
  });

  test("are emptied at once, and the focus stays in the cart", async () => {
    const { onclear } = show();
    await userEvent.click(screen.getByTestId("clear-cart"));
    expect(onclear).toHaveBeenCalledOnce();
  });

  test("an empty cart can't be emptied", () => {
    show({ lines: [] });
    expect(screen.queryByTestId("clear-cart")).toBeNull();
  });

  test("beyond two hundred are shown on demand", async () => {
    const many = Array.from({ length: 230 }, (_, position) => line({ product_id: `p${position}`, position }));
    show({ lines: many });
    expect(screen.getAllByTestId(/^cart-line-/)).toHaveLength(200);
    await userEvent.click(screen.getByRole("button", { name: "Show 30 more" }));
    expect(screen.getAllByTestId(/^cart-line-/)).toHaveLength(230);
    expect(screen.queryByTestId("more-lines")).toBeNull();
  });

  test("what is no longer sold can only be removed", () => {
    show({ lines: [line({ unit_price: null, line_total: null, limit: 0 })] });
    expect(screen.getByText(/No longer sold/)).toBeVisible();
    expect(screen.queryByTestId("increase-teapot")).toBeNull();
    expect(screen.getByTestId("remove-teapot")).toBeVisible();
  });
});
