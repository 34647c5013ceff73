import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";

import type { Answer, Api, HandOff, PlanLine, Result } from "../../lib/api/client";
import { EUR, failed, handOff, plan, planLine } from "../../lib/test/fixtures";
import { chooseFromMenu, held, openShop } from "../../lib/test/shop";

const choosing = { step: "choosing", account: "ana@example.com" } as const;
const lines: PlanLine[] = [
  planLine({
    result: 4,
    reasons: [{ code: "summed" }, { code: "reduced", wanted: 5, allowed: 4, by: "stock" }],
  }),
  planLine({ product_id: "towel", name: "Linen towel", guest: 2, account: 2, result: 4, differs: false }),
  planLine({ product_id: "lamp", name: "Lamp", guest: 1, account: 0, reasons: [{ code: "only_guest" }] }),
];
const both = handOff({ plan: plan(lines) });

async function openConflict(calls: Partial<Api> = {}, data: HandOff = both) {
  const shop = await openShop(
    { switch: choosing },
    { previewHandOff: vi.fn(() => Promise.resolve({ status: "ok" as const, data })), ...calls },
  );
  await screen.findByRole("table");
  return shop;
}

const merge = (change: Partial<Extract<Answer, { keep: "merge" }>> = {}): Answer => ({
  keep: "merge",
  both: "sum",
  by_hand: {},
  ...change,
});

describe("what is shown", () => {
  test("is a table whose columns name the carts and whose rows name the product", async () => {
    await openConflict();
    const columns = screen.getAllByRole("columnheader").map((header) => header.textContent?.trim());
    expect(columns[1]).toMatch(/^This device/);
    expect(columns[2]).toMatch(/^ana@example\.com/);
    expect(columns[3]).toBe("Result");
    const row = screen.getByRole("row", { name: /Round teapot/ });
    expect(within(row).getByRole("rowheader")).toHaveTextContent("Round teapot");
    expect(
      within(row)
        .getAllByRole("cell")
        .map((cell) => cell.dataset.result ?? ""),
    ).toContain("4");
  });

  test("says that nothing has changed yet, and as whom one is signed in", async () => {
    await openConflict();
    const dialog = screen.getByRole("dialog", { name: "You have two carts" });
    expect(dialog).toHaveAccessibleDescription(/signed in as ana@example\.com.*nothing has changed yet/);
  });

  test("marks lines that differ by words, and gives the reasons as sentences", async () => {
    await openConflict();
    expect(screen.getByTestId("conflict-line-teapot")).toHaveTextContent("differs");
    expect(screen.getByTestId("conflict-line-teapot")).toHaveTextContent("Stock 4, so 4 instead of 5.");
    expect(screen.getByTestId("conflict-line-towel")).not.toHaveTextContent("differs");
    expect(screen.getByTestId("conflict-line-lamp")).toHaveTextContent("Only on this device.");
  });

  test("can be only what differs", async () => {
    await openConflict();
    await userEvent.click(screen.getByLabelText("Only differences (2 of 3)"));
    expect(screen.queryByTestId("conflict-line-towel")).toBeNull();
    expect(screen.getAllByTestId(/^conflict-line-/)).toHaveLength(2);
  });

  test("says, collapsed, what passes over besides the cart", async () => {
    await openConflict();
    const besides = screen.getByText(/Your reviews and orders from this device pass to the account/);
    expect(besides).not.toBeVisible();
    await userEvent.click(screen.getByText("What passes over besides the cart"));
    expect(besides).toBeVisible();
  });

  test("a long pair of carts is whole", async () => {
    const many = Array.from({ length: 200 }, (_, index) => planLine({ product_id: `p${index}` }));
    await openConflict({}, handOff({ plan: plan(many) }));
    await waitFor(() => expect(screen.getAllByTestId(/^conflict-line-/)).toHaveLength(200));
  });
});

describe("an answer", () => {
  test.each<["guest" | "account", Answer, string]>([
    ["guest", { keep: "guest" }, "Keep this device's cart (7 items)"],
    ["account", { keep: "account" }, "Keep the account's cart (7 items)"],
  ])("keep %s is planned at once, shown, and confirmed as it is shown", async (keep, answer, words) => {
    const kept = plan([planLine({ result: 7, line_total: EUR(700) })]);
    const planHandOff = vi.fn(() => Promise.resolve({ status: "ok" as const, data: kept }));
    const { api } = await openConflict({ planHandOff });
    await userEvent.click(screen.getByTestId(`conflict-choice-${keep}`));
    expect(planHandOff).toHaveBeenCalledExactlyOnceWith(answer);
    const total = screen.getByTestId("conflict-total");
    await waitFor(() => expect(total).toHaveTextContent("7 items, €7.00"));
    expect(total).toHaveAttribute("role", "status");
    expect(screen.getByText("The other cart is kept for 30 days under earlier carts.")).toBeVisible();
    expect(screen.queryByTestId("conflict-rule")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: words }));
    expect(api.claimHandOff).toHaveBeenCalledExactlyOnceWith(answer);
  });

  test("has a rule for lines in both, and a choice for each line", async () => {
    const { api } = await openConflict();
    await userEvent.selectOptions(screen.getByTestId("conflict-rule"), "larger");
    expect(api.planHandOff).toHaveBeenLastCalledWith(merge({ both: "larger" }));
    expect(screen.queryByRole("group", { name: /For this line/ })).toBeNull();
    await userEvent.click(screen.getByLabelText("Decide line by line"));
    const teapot = within(screen.getByRole("group", { name: "For this line: Round teapot" }));
    expect(teapot.getByRole("radio", { name: "Larger: 3" })).toBeChecked();
    await userEvent.click(teapot.getByRole("radio", { name: "Leave out" }));
    const byHand = { teapot: "leave_out" } as const;
    expect(api.planHandOff).toHaveBeenLastCalledWith(merge({ both: "larger", by_hand: byHand }));
    await userEvent.click(teapot.getByRole("radio", { name: "Larger: 3" }));
    expect(api.planHandOff).toHaveBeenLastCalledWith(merge({ both: "larger" }));
  });

  test("for a line is moved by the arrow keys, and all lines are back at the rule when that is closed", async () => {
    const { api } = await openConflict({
      planHandOff: vi.fn(() => Promise.resolve({ status: "ok" as const, data: plan(lines) })),
    });
    const byLine = screen.getByLabelText("Decide line by line");
    await userEvent.click(byLine);
    const teapot = within(screen.getByRole("group", { name: "For this line: Round teapot" }));
    teapot.getByRole("radio", { name: "Sum: 5" }).focus();
    await userEvent.keyboard("{ArrowRight}");
    expect(api.planHandOff).toHaveBeenLastCalledWith(merge({ by_hand: { teapot: "larger" } }));
    await userEvent.click(byLine);
    expect(api.planHandOff).toHaveBeenLastCalledWith(merge());
    await userEvent.click(byLine);
    const again = within(screen.getByRole("group", { name: "For this line: Round teapot" }));
    expect(again.getByRole("radio", { name: "Sum: 5" })).toBeChecked();
  });

  test("a line in one cart only is taken or left out", async () => {
    await openConflict({ planHandOff: () => Promise.resolve({ status: "ok", data: plan(lines) }) });
    await userEvent.click(screen.getByLabelText("Decide line by line"));
    const lamp = screen.getByRole("group", { name: "For this line: Lamp" });
    const radios = within(lamp).getAllByRole("radio");
    expect(radios.map((radio) => radio.parentElement?.textContent.trim())).toEqual(["Take it", "Leave out"]);
    expect(radios[0]).toBeChecked();
  });

  test("what is no longer sold leaves nothing to choose", async () => {
    const gone = planLine({
      result: 0,
      unit_price: null,
      line_total: null,
      reasons: [{ code: "unavailable" }],
    });
    await openConflict({}, handOff({ plan: plan([gone]) }));
    expect(screen.getByTestId("conflict-line-teapot")).toHaveTextContent("No longer sold, left out.");
    await userEvent.click(screen.getByLabelText("Decide line by line"));
    expect(screen.queryByTestId("conflict-by-hand-teapot")).toBeNull();
  });
});

describe("the same next time", () => {
  test("is remembered only if asked for", async () => {
    const { api } = await openConflict();
    await userEvent.click(screen.getByTestId("conflict-confirm"));
    expect(api.claimHandOff).toHaveBeenCalledOnce();
    expect(api.setPreferences).not.toHaveBeenCalled();
  });

  test("is remembered once it is done", async () => {
    const { api } = await openConflict();
    await userEvent.click(screen.getByLabelText("Do the same next time, without asking"));
    await userEvent.click(screen.getByTestId("conflict-confirm"));
    await waitFor(() =>
      expect(api.setPreferences).toHaveBeenCalledExactlyOnceWith(
        expect.objectContaining({ two_carts: "merge" }),
      ),
    );
  });

  test("is not remembered of what failed", async () => {
    const { api } = await openConflict({
      claimHandOff: vi.fn(() => Promise.resolve(failed("offline"))),
    });
    await userEvent.click(screen.getByLabelText("Do the same next time, without asking"));
    await userEvent.click(screen.getByTestId("conflict-confirm"));
    expect(await screen.findByRole("alert")).toBeVisible();
    expect(api.setPreferences).not.toHaveBeenCalled();
  });

  test("is offered for a card, not for an answer made by hand", async () => {
    await openConflict();
    await userEvent.selectOptions(screen.getByTestId("conflict-rule"), "larger");
    expect(screen.queryByTestId("conflict-remember")).toBeNull();
    await userEvent.click(screen.getByTestId("conflict-choice-guest"));
    expect(screen.getByTestId("conflict-remember")).toHaveAccessibleDescription(/in the settings/);
  });
});

test("a cart that changed meanwhile is shown again with the answer, and that is said", async () => {
  const previews = [both, handOff({ plan: plan([planLine({ guest: 7 }), ...lines.slice(1)]) })];
  const { api } = await openConflict({
    previewHandOff: vi.fn(() => Promise.resolve({ status: "ok" as const, data: previews.shift() ?? both })),
    claimHandOff: vi.fn(() => Promise.resolve(failed("cart_changed"))),
  });
  await userEvent.click(screen.getByTestId("conflict-choice-guest"));
  await waitFor(() => expect(screen.getByTestId("conflict-confirm")).not.toHaveAttribute("aria-disabled"));
  await userEvent.click(screen.getByTestId("conflict-confirm"));
  expect(await screen.findByTestId("conflict-changed")).toHaveTextContent("changed while you were deciding");
  expect(api.previewHandOff).toHaveBeenCalledTimes(2);
  expect(screen.getByRole("radio", { name: /Keep this device's cart/ })).toBeChecked();
  expect(api.planHandOff).toHaveBeenLastCalledWith({ keep: "guest" });
});

test.each(["before", "after"])(
  "a claim that is refused on the way brings the same choice back, told %s",
  async (when) => {
    const claim = held<Result<unknown>>();
    const { tell } = await openConflict({ claimHandOff: () => claim.promise });
    await userEvent.click(screen.getByTestId("conflict-choice-account"));
    await userEvent.click(screen.getByTestId("conflict-confirm"));
    tell({ switch: { step: "claiming" } });
    await waitFor(() =>
      expect(screen.getByTestId("conflict-confirm")).toHaveTextContent("Moving your cart …"),
    );
    if (when === "before") tell({ switch: choosing });
    claim.answer(failed("cart_changed"));
    await claim.promise;
    if (when === "after") tell({ switch: choosing });
    expect(await screen.findByTestId("conflict-changed")).toBeVisible();
    expect(screen.getByRole("radio", { name: /Keep the account's cart/ })).toBeChecked();
  },
);

test("stays through its own claim, and closes when the account is here", async () => {
  const { api, tell } = await openConflict();
  await userEvent.click(screen.getByTestId("conflict-confirm"));
  expect(api.claimHandOff).toHaveBeenCalledExactlyOnceWith(merge());
  tell({ switch: { step: "claiming" } });
  await waitFor(() => expect(screen.getByTestId("conflict-confirm")).toHaveTextContent("Moving your cart …"));
  await expect(screen.findByTestId("switch-claiming", {}, { timeout: 200 })).rejects.toThrow();
  const member = { kind: "member", user_id: "a1", email: "ana@example.com", phone: null } as const;
  tell({ switch: { step: "idle" }, identity: member });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test.each<[string, () => Promise<unknown>]>([
  ["the button", () => userEvent.click(screen.getByTestId("conflict-not-now"))],
  ["Escape", () => userEvent.keyboard("{Escape}")],
  ["the cross", () => userEvent.click(screen.getByTestId("conflict-close"))],
])("not now by %s leaves the guest as they are", async (_, leave) => {
  const { api } = await openConflict();
  await leave();
  expect(api.cancelSwitch).toHaveBeenCalledOnce();
  expect(api.claimHandOff).not.toHaveBeenCalled();
  await waitFor(() => expect(screen.queryByTestId("conflict-dialog")).toBeNull());
});

test("the keyboard gets from the title over the choice to the decision in a few keys", async () => {
  const { api } = await openConflict();
  await waitFor(() => expect(screen.getByRole("heading", { name: "You have two carts" })).toHaveFocus());
  await userEvent.tab();
  expect(screen.getByRole("radio", { name: /Merge both/ })).toHaveFocus();
  await userEvent.keyboard("{ArrowDown}{ArrowUp}");
  expect(vi.mocked(api.planHandOff).mock.calls.map(([answer]) => answer.keep)).toEqual(["guest", "merge"]);
  await userEvent.tab();
  expect(screen.getByTestId("conflict-rule")).toHaveFocus();
  await userEvent.tab();
  expect(screen.getByTestId("conflict-by-line")).toHaveFocus();
  await userEvent.tab();
  expect(screen.getByTestId("conflict-only-differences")).toHaveFocus();
  await userEvent.tab();
  await userEvent.keyboard("{Enter}");
  expect(screen.getByTestId("conflict-confirm")).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  expect(api.claimHandOff).toHaveBeenCalledExactlyOnceWith(merge());
});

test("carts that can't be had are asked for again", async () => {
  const answers = [failed("offline"), { status: "ok", data: both } as const];
  const previewHandOff = vi.fn(() => Promise.resolve(answers.shift() ?? failed("server")));
  await openShop({ switch: choosing }, { previewHandOff });
  expect(await screen.findByText(/server can't be reached/)).toBeVisible();
  expect(screen.queryByTestId("conflict-confirm")).toBeNull();
  await userEvent.click(screen.getByTestId("conflict-retry"));
  expect(await screen.findByTestId("conflict-confirm")).toBeVisible();
});

test("a cart that changed and can't be had now leaves its retry, and the choice for then", async () => {
  const previews = [{ status: "ok", data: both } as const, failed("offline")];
  const { api } = await openConflict({
    previewHandOff: vi.fn(() => Promise.resolve(previews.shift() ?? ({ status: "ok", data: both } as const))),
    claimHandOff: () => Promise.resolve(failed("cart_changed")),
  });
  await userEvent.click(screen.getByTestId("conflict-choice-guest"));
  await userEvent.click(screen.getByTestId("conflict-confirm"));
  expect(await screen.findByText(/server can't be reached/)).toBeVisible();
  expect(screen.queryByTestId("conflict-confirm")).toBeNull();
  await userEvent.click(screen.getByTestId("conflict-retry"));
  expect(await screen.findByRole("radio", { name: /Keep this device's cart/ })).toBeChecked();
  expect(api.planHandOff).toHaveBeenLastCalledWith({ keep: "guest" });
  await waitFor(() => expect(screen.getByTestId("conflict-confirm")).not.toHaveAttribute("aria-disabled"));
});

test("a second sign-in while the first look is still out gets its carts", async () => {
  const look = held<Result<HandOff>>();
  const { tell } = await openShop({ switch: choosing }, { previewHandOff: vi.fn(() => look.promise) });
  await userEvent.click(await screen.findByTestId("switch-not-now"));
  tell({ switch: { step: "idle" } });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await chooseFromMenu("account-sign-in");
  await userEvent.type(await screen.findByTestId("switch-email"), "ana@example.com");
  await userEvent.type(screen.getByTestId("switch-password"), "correct horse{Enter}");
  tell({ switch: choosing });
  await screen.findByTestId("switch-looking");
  look.answer({ status: "ok", data: both });
  expect(await screen.findByTestId("conflict-confirm")).toBeVisible();
});
