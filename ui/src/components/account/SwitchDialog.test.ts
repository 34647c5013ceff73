import { screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import type { HandOff, Result, Switch } from "../../lib/api/client";
import { failed } from "../../lib/test/fixtures";
import { chooseFromMenu, email, held, member, openShop } from "../../lib/test/shop";

const sent = { step: "code_sent", contact: email, resend_at: 0, expires_at: Date.now() + 600_000 } as const;

test.each<[string, Switch, string]>([
  ["a code", sent, "switch-code"],
  ["the browser", { step: "in_browser", provider: "github" }, "browser-step"],
  ["a failure", { step: "failed", provider: "github", code: "denied" }, "browser-failed"],
  ["the choice", { step: "choosing", account: "ana@example.com" }, "conflict-dialog"],
  ["the hand-off", { step: "claiming" }, "switch-claiming"],
])("a start in the middle shows %s again by itself", async (_, now, testid) => {
  await openShop({ switch: now });
  expect(await screen.findByTestId(testid)).toBeVisible();
});

test("closing gives the switch up: the guest stays", async () => {
  const { api, tell } = await openShop({ switch: sent });
  await screen.findByTestId("switch-code");
  await userEvent.keyboard("{Escape}");
  expect(api.cancelSwitch).toHaveBeenCalledOnce();
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  tell({ switch: { step: "idle" } });
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("what can't be given up is shown again, and why", async () => {
  await openShop({ switch: sent }, { cancelSwitch: () => Promise.resolve(failed("disk_full")) });
  await userEvent.click(await screen.findByTestId("switch-close"));
  expect(await screen.findByTestId("toast")).toHaveTextContent("The disk is full");
  expect(screen.getByTestId("switch-code")).toBeVisible();
});

test("a hand-off that can't be stopped goes on behind", async () => {
  const { tell } = await openShop(
    { switch: { step: "claiming" } },
    { cancelSwitch: () => Promise.resolve(failed("busy")) },
  );
  await userEvent.click(await screen.findByTestId("switch-not-now"));
  expect(await screen.findByTestId("toast")).toHaveTextContent("Something else is still under way.");
  await waitFor(() => expect(screen.queryByTestId("switch-claiming")).toBeNull());
  tell({ switch: { step: "choosing", account: null } });
  expect(await screen.findByTestId("conflict-dialog")).toBeVisible();
});

test("a password proves the account, and Enter means it", async () => {
  const { api, tell } = await openShop();
  await chooseFromMenu("account-sign-in");
  await userEvent.type(await screen.findByTestId("switch-email"), "ana@example.com");
  await userEvent.type(screen.getByTestId("switch-password"), "correct horse{Enter}");
  expect(api.signInWithPassword).toHaveBeenCalledExactlyOnceWith(email, "correct horse");
  expect(api.requestSignInCode).not.toHaveBeenCalled();
  tell({ switch: { step: "claiming" } });
  expect(await screen.findByTestId("switch-claiming")).toBeVisible();
  tell({ switch: { step: "idle" }, identity: member });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test.each([
  ["wrong_password", "switch-password", "don't fit together"],
  ["unknown_account", "switch-email", "There is no account with this"],
] as const)("%s is said and marks the field", async (code, testid, words) => {
  await openShop({}, { signInWithPassword: () => Promise.resolve(failed(code)) });
  await chooseFromMenu("account-sign-in");
  await userEvent.type(await screen.findByTestId("switch-email"), "ana@example.com");
  await userEvent.type(screen.getByTestId("switch-password"), "wrong");
  await userEvent.click(screen.getByTestId("switch-password-submit"));
  expect(await screen.findByRole("alert")).toHaveTextContent(words);
  expect(screen.getByTestId(testid)).toBeInvalid();
});

test("a code is sent, refused and asked for again", async () => {
  const { api, tell } = await openShop(
    {},
    { confirmSignInCode: () => Promise.resolve(failed("wrong_code")) },
  );
  await chooseFromMenu("account-sign-in");
  await userEvent.type(await screen.findByTestId("switch-email"), "ana@example.com");
  await userEvent.click(screen.getByTestId("switch-send"));
  expect(api.requestSignInCode).toHaveBeenCalledExactlyOnceWith(email);
  tell({ switch: sent });
  await userEvent.type(await screen.findByTestId("switch-code"), "111111");
  expect(await screen.findByRole("alert")).toHaveTextContent("This code is wrong");
  expect(screen.getByTestId("switch-code")).toHaveValue("");
  await userEvent.click(screen.getByTestId("switch-resend"));
  expect(api.requestSignInCode).toHaveBeenCalledTimes(2);
  expect(await screen.findByText("A new code is on its way.")).toBeVisible();
});

test("another way goes back to the question who it is", async () => {
  const { api, tell } = await openShop({ switch: { step: "in_browser", provider: "google" } });
  await userEvent.click(await screen.findByTestId("browser-cancel"));
  expect(api.cancelSwitch).toHaveBeenCalledOnce();
  tell({ switch: { step: "idle" } });
  await userEvent.click(await screen.findByTestId("switch-provider-github"));
  expect(api.signInWithProvider).toHaveBeenCalledExactlyOnceWith("github");
});

test("with nothing to decide the dialog closes by itself, no question and no error are seen", async () => {
  const [proof, look] = [held<Result<unknown>>(), held<Result<HandOff>>()];
  const { tell } = await openShop(
    {},
    { signInWithPassword: () => proof.promise, previewHandOff: vi.fn(() => look.promise) },
  );
  await chooseFromMenu("account-sign-in");
  await userEvent.type(await screen.findByTestId("switch-email"), "ana@example.com");
  await userEvent.type(screen.getByTestId("switch-password"), "correct horse{Enter}");
  const seen = new Set<string>();
  const watch = new MutationObserver(() => {
    for (const alert of screen.queryAllByRole("alert")) if (alert.textContent?.trim()) seen.add("alert");
    if (screen.queryByTestId("conflict-dialog")) seen.add("question");
  });
  watch.observe(document.body, { childList: true, subtree: true, characterData: true });

  tell({ switch: { step: "choosing", account: "ana@example.com" } });
  expect(await screen.findByTestId("switch-looking")).toBeVisible();
  look.answer(failed("no_hand_off"));
  await look.promise;
  expect(await screen.findByTestId("switch-looking")).toBeVisible();
  const hand_off = { claim_id: "c1", outcome: "brought_along", changed: 1, undo_until: 0 } as const;
  const notice = { id: 1, kind: "handed_over", product: null, quantity: null, file: null, hand_off } as const;
  tell({ switch: { step: "idle" }, identity: member, notices: [notice] });
  // Before the answer to the password: no step back to the form.
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByTestId("notice-handed_over")).toHaveTextContent("your cart came along");
  proof.answer({ status: "ok", data: null });
  await proof.promise;
  expect(screen.queryByRole("dialog")).toBeNull();
  watch.disconnect();
  expect([...seen]).toEqual([]);
});

test("a browser that fails while it is given up is told at the edge, and leads back", async () => {
  const cancelled = held<Result<unknown>>();
  const { tell } = await openShop(
    { switch: { step: "in_browser", provider: "github" } },
    { cancelSwitch: () => cancelled.promise },
  );
  await screen.findByTestId("browser-step");
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  tell({ switch: { step: "failed", provider: "github", code: "denied" } });
  expect(await screen.findByTestId("toast")).toHaveTextContent("You did not allow the shop to use GitHub");
  expect(screen.queryByRole("dialog")).toBeNull();
  await userEvent.click(screen.getByTestId("toast-action"));
  expect(await screen.findByTestId("browser-failed")).toBeVisible();
});
