import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import App from "./App.svelte";
import { changed, EUR, fakeApi, line, patch, uiError, view } from "./lib/test/fixtures";

const cart = (lines: number, items: number) => ({ lines, items, total: EUR(7200), unsaved: 0 });

test("a shop that can't open says why, and asks for nothing else", async () => {
  const problem = uiError({ code: "newer_version" });
  const { api } = fakeApi({ startupProblem: () => Promise.resolve(problem) });
  render(App, { api });
  expect(await screen.findByRole("alert")).toHaveTextContent("A newer version of Carryover wrote the data");
  window.dispatchEvent(new Event("online"));
  expect([api.snapshot, api.catalog, api.retryNow].map((call) => vi.mocked(call).mock.calls.length)).toEqual([
    0, 0, 0,
  ]);
});

test("a toast arrives in a region that was there before, and the page says its language and direction", async () => {
  const { api } = fakeApi({
    snapshot: () => Promise.resolve(view({ cart: cart(1, 2) }, [line()])),
    setQuantity: () => Promise.resolve({ status: "error", error: uiError({ code: "disk_full" }) }),
  });
  render(App, { api });
  const remove = await screen.findByTestId("remove-teapot");
  expect(document.documentElement).toHaveAttribute("lang", "en");
  expect(document.documentElement).toHaveAttribute("dir", "ltr");
  const region = screen.getByRole("log");
  await userEvent.click(remove);
  expect(region).toContainElement(await screen.findByTestId("toast"));
  expect(region).toBeInTheDocument();
});

test("a network that is back is used at once", async () => {
  const { api } = fakeApi();
  render(App, { api });
  await screen.findByTestId("identity-badge");
  window.dispatchEvent(new Event("online"));
  document.dispatchEvent(new Event("visibilitychange"));
  expect(api.retryNow).toHaveBeenCalledTimes(2);
});

test("a removal is undone by its toast or by the keyboard, and typing by itself", async () => {
  const undo = vi.fn(() => Promise.resolve(changed(3)));
  const { api, emit } = fakeApi({
    snapshot: () => Promise.resolve(view({ cart: cart(1, 2) }, [line()])),
    setQuantity: () => Promise.resolve(changed(2, 41)),
    clearCart: () => Promise.resolve(changed(4, 42)),
    undo,
  });
  render(App, { api });
  await userEvent.click(await screen.findByTestId("remove-teapot"));
  emit(patch({ revision: 2, cart: cart(0, 0) }, { removed: ["teapot"] }));
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  expect(undo).toHaveBeenLastCalledWith(41);
  emit(patch({ revision: 3, cart: cart(1, 2) }, { changed: [line()] }));

  await userEvent.click(await screen.findByTestId("clear-cart"));
  emit(patch({ revision: 4, cart: cart(0, 0) }, { removed: ["teapot"] }));
  expect(await screen.findByText("The cart was emptied.")).toBeVisible();
  screen.getByPlaceholderText("Search").focus();
  await userEvent.keyboard("{Control>}z{/Control}");
  expect(undo).toHaveBeenCalledTimes(1);
  (document.activeElement as HTMLElement).blur();
  await userEvent.keyboard("{Control>}z{/Control}");
  expect(undo).toHaveBeenLastCalledWith(42);
  expect(screen.queryByText("The cart was emptied.")).toBeNull();
});

test("a guest who is forgotten sees an empty shop and is told", async () => {
  const guest = { kind: "guest", user_id: "7d1c" } as const;
  const { api, emit } = fakeApi({
    snapshot: () => Promise.resolve(view({ identity: guest, cart: cart(1, 2) }, [line()])),
    forgetMe: () => {
      emit(patch({ revision: 2 }, { removed: ["teapot"] }));
      return Promise.resolve({ status: "ok", data: null });
    },
  });
  render(App, { api });
  (await screen.findByTestId("identity-badge")).focus();
  await userEvent.keyboard("{Enter}");
  await userEvent.click(await screen.findByTestId("account-forget"));
  await userEvent.click(await screen.findByTestId("leave-delete"));
  expect(await screen.findByText("Everything about you was deleted.")).toBeVisible();
  expect(screen.getByTestId("identity-badge")).toHaveAttribute("data-kind", "visitor");
  expect(screen.queryByTestId("cart-line-teapot")).toBeNull();
});
