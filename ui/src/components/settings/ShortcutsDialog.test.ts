import { screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";

import { openShop } from "../../lib/test/shop";

const dialog = () => screen.queryByRole("dialog", { name: "Keyboard shortcuts" });

test("`?` shows every key, and Escape takes the list away", async () => {
  await openShop();
  await userEvent.keyboard("?");
  expect(await screen.findByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  const keys = screen.getAllByRole("term").map((term) => term.textContent.replace(/\s+/g, ""));
  expect(keys).toEqual(expect.arrayContaining(["/", "CtrlZ", "Ctrl,", "?", "Esc", "Alt←"]));
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(dialog()).toBeNull());
});

test("the menu leads there as well", async () => {
  await openShop();
  screen.getByTestId("settings").focus();
  await userEvent.keyboard("{Enter}");
  await userEvent.click(await screen.findByTestId("shortcuts"));
  await waitFor(() => expect(dialog()).toBeVisible());
});

test("Ctrl and a comma open the settings, wherever the focus is", async () => {
  await openShop();
  await userEvent.type(screen.getByTestId("search"), "{Control>},{/Control}");
  expect(await screen.findByTestId("settings-dialog")).toBeVisible();
  expect(screen.getByTestId("search")).toHaveValue("");
});

test("a question mark that is typed is a question mark", async () => {
  await openShop();
  await userEvent.type(screen.getByTestId("search"), "?");
  expect(screen.getByTestId("search")).toHaveValue("?");
  expect(dialog()).toBeNull();
});

test("nothing opens over another dialog", async () => {
  await openShop();
  await userEvent.click(screen.getByTestId("keep-my-cart"));
  await screen.findByRole("dialog");
  screen.getByTestId("upgrade-close").focus();
  await userEvent.keyboard("?");
  expect(screen.getAllByRole("dialog")).toHaveLength(1);
  expect(dialog()).toBeNull();
});
