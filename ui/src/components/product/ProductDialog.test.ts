import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";

import type { Api, Identity, Review, Result } from "../../lib/api/client";
import { changed, failed, line, product, review } from "../../lib/test/fixtures";
import { guest, held, member, openShop } from "../../lib/test/shop";

const shelves = { categories: [{ id: "coffee", name: "Coffee & tea" }], products: [product()] };
const two = [
  review({ id: "new", stars: 5, body: "A delight.", mine: true, at: Date.UTC(2024, 5, 1, 12) }),
  review({ id: "old", stars: 2, body: "Drips." }),
];

function answering(data: Review[]): Partial<Api> {
  return { reviews: vi.fn(() => Promise.resolve({ status: "ok" as const, data })) };
}

/** The page of the teapot, opened by the keyboard. */
async function openProduct(identity: Identity = guest, calls: Partial<Api> = {}) {
  const shop = await openShop(
    { identity, catalog: { state: "ready", revision: 1 } },
    { catalog: () => Promise.resolve(shelves), ...calls },
  );
  (await screen.findByTestId("product-open-teapot")).focus();
  await userEvent.keyboard("{Enter}");
  const page = await screen.findByTestId("product-page");
  return { ...shop, page };
}

describe("a product", () => {
  test("shows what there is to know, and goes into the cart from there", async () => {
    const { api, page } = await openProduct();
    expect(page).toHaveAccessibleName("Round teapot");
    expect(page).toHaveTextContent("Coffee & tea");
    expect(page).toHaveTextContent("Holds four cups.");
    expect(page).toHaveTextContent("€36.00");
    expect(page).toHaveTextContent("22 in stock. At most 4 per order.");
    await userEvent.click(screen.getByTestId("page-increase-teapot"));
    expect(api.setQuantity).toHaveBeenLastCalledWith("teapot", 3);
  });

  test.each<[string, () => unknown]>([
    ["Escape", () => userEvent.keyboard("{Escape}")],
    ["Back", () => history.back()],
    ["Alt and left", () => userEvent.keyboard("{Alt>}{ArrowLeft}{/Alt}")],
    ["its button", () => userEvent.click(screen.getByTestId("product-close"))],
  ])("closes by %s, and the focus is on its card again", async (_, close) => {
    await openProduct();
    await close();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await waitFor(() => expect(screen.getByTestId("product-open-teapot")).toHaveFocus());
  });

  test("adds one step to the history, however often it is looked at", async () => {
    await openProduct();
    const steps = history.length;
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.getByTestId("product-open-teapot")).toHaveFocus());
    await userEvent.keyboard("{Enter}");
    await screen.findByTestId("product-page");
    expect(history.length).toBe(steps);
    history.back();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});

describe("what leaves the cart from its page", () => {
  async function takeOut() {
    const undo = vi.fn(() => Promise.resolve(changed(4)));
    const setQuantity = () => Promise.resolve(changed(3, 7));
    const { tell, page } = await openProduct(guest, { setQuantity, undo });
    tell({}, { changed: [line({ quantity: 1 })] });
    await waitFor(() => expect(screen.getByTestId("page-quantity-teapot")).toHaveTextContent("1"));
    const regions = within(page).getAllByRole("log");
    screen.getByTestId("page-decrease-teapot").focus();
    await userEvent.keyboard("{Enter}");
    tell({}, { removed: ["teapot"] });
    const undoIt = await screen.findByTestId("toast-action");
    return { tell, page, undo, undoIt, regions };
  }

  test("can be put back by the keyboard, within the page", async () => {
    const { tell, page, undo, undoIt, regions } = await takeOut();
    expect(within(page).getByTestId("toast")).toHaveTextContent("Round teapot was removed.");
    expect(regions).toContain(undoIt.closest("[role=log]"));
    for (let tabs = 0; tabs < 20 && document.activeElement !== undoIt; tabs += 1) await userEvent.tab();
    expect(undoIt).toHaveFocus();
    await userEvent.keyboard("{Enter}");
    expect(undo).toHaveBeenCalledExactlyOnceWith(7);
    tell({}, { changed: [line({ quantity: 1 })] });
    expect(await screen.findByTestId("page-quantity-teapot")).toHaveTextContent("1");
    expect(page).toBeVisible();
  });

  test("can be put back by a click, and the page stays open", async () => {
    const { page, undo, undoIt } = await takeOut();
    await userEvent.click(undoIt);
    expect(undo).toHaveBeenCalledExactlyOnceWith(7);
    // A click beside a dialog closes it a little later.
    await new Promise((later) => setTimeout(later, 50));
    expect(page).toBeVisible();
  });

  test("is still said at the window's edge when the page closes", async () => {
    const { page } = await takeOut();
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(page).not.toBeInTheDocument());
    expect(screen.getByTestId("toast")).toHaveTextContent("Round teapot was removed.");
  });
});

describe("reviews", () => {
  test("are summed up, and listed newest first with stars in words", async () => {
    await openProduct(guest, answering(two));
    expect(await screen.findByTestId("review-summary")).toHaveTextContent(
      "3.5 of 5 stars on average, 2 reviews",
    );
    const items = within(screen.getByTestId("review-list")).getAllByRole("listitem");
    expect(items.map((item) => item.textContent.replace(/\s+/g, " "))).toEqual([
      expect.stringMatching(/5 of 5 stars June 1, 2024 .*A delight\./),
      expect.stringMatching(/2 of 5 stars May 20, 2024 Drips\./),
    ]);
  });

  test("are waited for, and there may be none", async () => {
    const answer = held<Result<Review[]>>();
    await openProduct(guest, { reviews: () => answer.promise });
    expect(screen.getByText("The reviews are on their way …")).toBeVisible();
    answer.answer({ status: "ok", data: [] });
    expect(await screen.findByText("No reviews yet.")).toBeVisible();
  });

  test.each([
    ["offline", "The reviews can't be reached while you are offline."],
    ["server", "The server had a problem."],
  ] as const)("that can't be had (%s) are asked for again", async (code, words) => {
    const answers: Result<Review[]>[] = [failed(code), { status: "ok", data: two }];
    await openProduct(guest, { reviews: () => Promise.resolve(answers.shift() ?? failed("server")) });
    expect((await screen.findByText(new RegExp(words))).closest("[role=status]")).toBeVisible();
    await userEvent.click(screen.getByTestId("reviews-retry"));
    expect(await screen.findByText("Drips.")).toBeVisible();
  });

  test("are asked for anew when somebody else is here", async () => {
    const { api, tell } = await openProduct(guest, answering(two));
    expect(api.reviews).toHaveBeenCalledExactlyOnceWith("teapot");
    expect(await screen.findByText("Drips.")).toBeVisible();
    tell({ identity: { ...member, user_id: "other" } });
    await waitFor(() => expect(api.reviews).toHaveBeenCalledTimes(2));
  });

  test("stay in sight while a visitor becomes a guest by filling the cart", async () => {
    const answers = [answering(two).reviews, vi.fn(() => new Promise<Result<Review[]>>(() => undefined))];
    const reviews = vi.fn((id: string) => answers.shift()?.(id) ?? Promise.resolve(failed("server")));
    const { tell } = await openProduct({ kind: "visitor" }, { reviews });
    expect(await screen.findByText("Drips.")).toBeVisible();
    tell({ identity: guest });
    await waitFor(() => expect(reviews).toHaveBeenCalledTimes(2));
    expect(screen.getByText("Drips.")).toBeVisible();
  });
});

describe("who may write", () => {
  test.each<[string, Identity]>([
    ["visitor", { kind: "visitor" }],
    ["guest", guest],
  ])("a %s is invited instead, and told why", async (_, identity) => {
    const { tell } = await openProduct(identity);
    expect(screen.queryByTestId("review-form")).toBeNull();
    const invite = screen.getByTestId("review-invite");
    expect(invite).toHaveAccessibleDescription(
      "Reviews are written by members. Keep your cart to write one.",
    );
    await userEvent.click(invite);
    const upgrade = await screen.findByRole("dialog", { name: "Become a member to write a review" });
    expect(upgrade).toHaveTextContent("Only members write reviews");
    tell({ identity: member });
    expect(await screen.findByTestId("review-form")).toBeVisible();
    expect(screen.getByTestId("review-done")).toHaveTextContent("You're a member now.");
  });

  test("a guest who thinks better of it is back at the product", async () => {
    await openProduct();
    await userEvent.click(screen.getByTestId("review-invite"));
    await userEvent.click(await screen.findByTestId("upgrade-close"));
    expect(await screen.findByTestId("product-page")).toBeVisible();
  });
});

describe("writing", () => {
  test("takes stars and words, and the review is on top at once", async () => {
    const { api } = await openProduct(member, answering([review({ body: "Drips." })]));
    await userEvent.click(screen.getByRole("radio", { name: "4 of 5 stars" }));
    await userEvent.type(screen.getByRole("textbox", { name: "Your words" }), "  Pours well. ");
    expect(screen.getByText("1989 characters left")).toBeVisible();
    await userEvent.click(screen.getByTestId("review-post"));
    expect(api.postReview).toHaveBeenCalledExactlyOnceWith("teapot", 4, "Pours well.");
    expect(await screen.findByText("Your review is posted. Thank you.")).toBeVisible();
    const items = within(screen.getByTestId("review-list")).getAllByRole("listitem");
    expect(items[0]).toHaveTextContent("Pours well.");
    expect(screen.getByTestId("review-body")).toHaveValue("");
    expect(screen.queryByRole("radio", { checked: true })).toBeNull();
  });

  test("without stars, without words or with too many of them sends nothing and says so", async () => {
    const { api } = await openProduct(member);
    await userEvent.click(screen.getByTestId("review-post"));
    expect(screen.getByRole("alert")).toHaveTextContent("Choose one to five stars");
    expect(screen.getByRole("radio", { name: "1 of 5 stars" })).toHaveFocus();
    await userEvent.click(screen.getByTestId("review-stars-1"));
    await userEvent.click(screen.getByTestId("review-post"));
    expect(screen.getByRole("alert")).toHaveTextContent("Write a few words");
    expect(screen.getByTestId("review-body")).toHaveFocus();
    await userEvent.click(screen.getByTestId("review-body"));
    await userEvent.paste("☕".repeat(2001));
    await userEvent.click(screen.getByTestId("review-post"));
    expect(screen.getByRole("alert")).toHaveTextContent("longer than 2,000 characters");
    expect(api.postReview).not.toHaveBeenCalled();
  });

  test("that is refused keeps what was written, and says what went wrong", async () => {
    await openProduct(member, { postReview: () => Promise.resolve(failed("offline")) });
    await userEvent.click(screen.getByTestId("review-stars-5"));
    await userEvent.type(screen.getByTestId("review-body"), "Pours well.");
    await userEvent.click(screen.getByTestId("review-post"));
    expect(await screen.findByText(/The server can't be reached/)).toBeVisible();
    expect(screen.getByTestId("review-body")).toHaveValue("Pours well.");
  });
});

describe("one's own review", () => {
  test("is deleted after a question, and only then", async () => {
    const { api } = await openProduct(member, answering(two));
    await userEvent.click(await screen.findByRole("button", { name: "Delete your review" }));
    expect(screen.getByTestId("review-delete-keep")).toHaveFocus();
    await userEvent.keyboard("{Enter}");
    expect(screen.getByTestId("review-delete-new")).toHaveFocus();
    expect(api.deleteReview).not.toHaveBeenCalled();
    await userEvent.keyboard("{Enter}");
    await userEvent.click(screen.getByTestId("review-delete-confirm"));
    expect(api.deleteReview).toHaveBeenCalledExactlyOnceWith("new");
    await waitFor(() => expect(screen.queryByText("A delight.")).toBeNull());
    expect(screen.getByRole("heading", { name: "Reviews" })).toHaveFocus();
    expect(screen.getByText("Your review is deleted.")).toBeVisible();
  });

  test("is the only one that can be deleted", async () => {
    await openProduct(member, answering(two));
    await screen.findByText("Drips.");
    expect(screen.getAllByRole("button", { name: "Delete your review" })).toHaveLength(1);
    expect(screen.queryByTestId("review-delete-old")).toBeNull();
  });
});
