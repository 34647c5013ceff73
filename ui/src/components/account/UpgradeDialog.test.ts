import { screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";

import type { ErrorCode, Result, SignInOptions } from "../../lib/api/client";
import { failed } from "../../lib/test/fixtures";
import { chooseFromMenu, email, guest, held, member, openShop, phone } from "../../lib/test/shop";

const sent = (contact: typeof email | typeof phone) =>
  ({ step: "code_sent", contact, resend_at: 0, expires_at: Date.now() + 600_000 }) as const;

async function openUpgrade(...from: Parameters<typeof openShop>) {
  const shop = await openShop(...from);
  await userEvent.click(screen.getByTestId("keep-my-cart"));
  return shop;
}

describe("ways", () => {
  test("an address leads to its code and on to the end", async () => {
    const { api, tell } = await openUpgrade();
    await userEvent.type(await screen.findByTestId("upgrade-email"), " ana@example.com{Enter}");
    expect(api.requestCode).toHaveBeenCalledExactlyOnceWith(email);
    tell({ upgrade: sent(email) });
    await userEvent.type(await screen.findByTestId("upgrade-code"), "123456");
    expect(api.confirmCode).toHaveBeenCalledExactlyOnceWith("123456");
    tell({ upgrade: { step: "idle" }, identity: member });
    expect(await screen.findByTestId("upgrade-done")).toHaveTextContent("You're a member now.");
  });

  test("a number is written with gaps, and its code is entered like the other", async () => {
    const { api, tell } = await openUpgrade();
    await userEvent.click(await screen.findByTestId("upgrade-tab-phone"));
    await userEvent.type(screen.getByTestId("upgrade-phone"), "+1 (555) 01-00");
    await userEvent.click(screen.getByTestId("upgrade-send"));
    expect(api.requestCode).toHaveBeenCalledWith(phone);
    tell({ upgrade: sent(phone) });
    expect(await screen.findByRole("dialog", { name: "Check your phone" })).toBeVisible();
    expect(screen.getByText(/six digits to \+15550100/)).toBeVisible();
    await userEvent.type(screen.getByTestId("upgrade-code"), "123456");
    expect(api.confirmCode).toHaveBeenCalledWith("123456");
  });

  test("are tabs that the arrow keys move between", async () => {
    await openUpgrade();
    const address = await screen.findByRole("tab", { name: "E-mail" });
    const number = await screen.findByRole("tab", { name: "Phone" });
    expect(address).toHaveAttribute("aria-selected", "true");
    expect(screen.getByRole("tablist")).toHaveAccessibleName();
    address.focus();
    await userEvent.keyboard("{ArrowRight}");
    expect(number).toHaveFocus();
    expect(number).toHaveAttribute("aria-selected", "true");
    expect(screen.getByRole("tabpanel", { name: "Phone" })).toContainElement(
      screen.getByTestId("upgrade-phone"),
    );
    await userEvent.keyboard("{ArrowRight}");
    expect(address).toHaveFocus();
    expect(screen.getByTestId("upgrade-email")).toBeVisible();
    await userEvent.tab();
    expect(screen.getByTestId("upgrade-email")).toHaveFocus();
  });

  test("what is typed stays, and the focus with it, when the server turns out to offer one way only", async () => {
    const answer = held<Result<SignInOptions>>();
    await openUpgrade({}, { signInOptions: () => answer.promise });
    const field = await screen.findByTestId("upgrade-email");
    await userEvent.type(field, "ana@");
    answer.answer({ status: "ok", data: { email: true, phone: false, providers: [] } });
    await waitFor(() => expect(screen.queryByRole("tab")).toBeNull());
    expect(screen.getByTestId("upgrade-email")).toBe(field);
    expect(field).toHaveFocus();
    expect(field).toHaveValue("ana@");
  });

  test("a number that is none is said beside it", async () => {
    await openUpgrade({}, { requestCode: () => Promise.resolve(failed("invalid_phone")) });
    await userEvent.click(await screen.findByTestId("upgrade-tab-phone"));
    await userEvent.type(screen.getByTestId("upgrade-phone"), "12{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("not a phone number");
    expect(screen.getByTestId("upgrade-phone")).toBeInvalid();
  });

  test("are those of the server, and only an address until it has answered", async () => {
    const answer = held<Awaited<ReturnType<typeof failed>>>();
    const { api } = await openUpgrade({}, { signInOptions: () => answer.promise });
    expect(await screen.findByText(/Looking for other ways/)).toBeVisible();
    expect(screen.queryByTestId("upgrade-tab-phone")).toBeNull();
    answer.answer(failed("offline"));
    const options = { email: true, phone: false, providers: ["github"] };
    api.signInOptions = () => Promise.resolve({ status: "ok", data: options });
    await userEvent.click(await screen.findByTestId("upgrade-options-retry"));
    await userEvent.click(await screen.findByTestId("upgrade-provider-github"));
    expect(api.linkProvider).toHaveBeenCalledWith("github");
    expect(screen.queryByTestId("upgrade-provider-google")).toBeNull();
    expect(screen.queryByTestId("upgrade-tab-phone")).toBeNull();
  });

  test("who has an account signs in, and what was typed is filled in", async () => {
    await openUpgrade({}, { requestCode: () => Promise.resolve(failed("offline")) });
    await userEvent.type(await screen.findByTestId("upgrade-email"), "ana@example.com{Enter}");
    await userEvent.click(await screen.findByTestId("upgrade-have-account"));
    expect(await screen.findByTestId("switch-email")).toHaveValue("ana@example.com");
    expect(screen.queryByTestId("upgrade-email")).toBeNull();
  });
});

describe("taken", () => {
  test.each([
    ["email_taken", email],
    ["phone_taken", phone],
  ] as const)("%s: one click leads to the account, with nothing typed again", async (code, contact) => {
    const { api, tell } = await openUpgrade({}, { requestCode: () => Promise.resolve(failed(code)) });
    if (contact.kind === "phone") await userEvent.click(await screen.findByTestId("upgrade-tab-phone"));
    await userEvent.type(await screen.findByTestId(`upgrade-${contact.kind}`), `${contact.value}{Enter}`);
    expect(await screen.findByTestId("upgrade-taken")).toHaveTextContent(
      `There is already an account with ${contact.value}.`,
    );
    await waitFor(() => expect(screen.getByTestId("upgrade-switch")).toHaveFocus());
    expect(screen.getByTestId("upgrade-switch")).toHaveAccessibleDescription(/There is already an account/);
    await userEvent.keyboard("{Enter}");
    expect(api.requestSignInCode).toHaveBeenCalledExactlyOnceWith(contact);
    tell({ switch: sent(contact) });
    await userEvent.type(await screen.findByTestId("switch-code"), "123456");
    expect(api.confirmSignInCode).toHaveBeenCalledWith("123456");
    expect(screen.queryByTestId("upgrade-taken")).toBeNull();
  });

  test("a provider: the browser goes round once more", async () => {
    const { api } = await openUpgrade({
      upgrade: { step: "failed", provider: "google", code: "identity_taken" },
    });
    expect(await screen.findByTestId("upgrade-taken")).toHaveTextContent(
      "Your Google sign-in belongs to an account already.",
    );
    await userEvent.click(screen.getByTestId("upgrade-switch"));
    expect(api.signInWithProvider).toHaveBeenCalledExactlyOnceWith("google");
    expect(await screen.findByTestId("browser-step")).toHaveTextContent("Google");
  });

  test("another address can be used instead", async () => {
    const { api } = await openUpgrade({}, { requestCode: () => Promise.resolve(failed("email_taken")) });
    await userEvent.type(await screen.findByTestId("upgrade-email"), "ana@example.com{Enter}");
    await userEvent.click(await screen.findByTestId("upgrade-other"));
    expect(await screen.findByTestId("upgrade-email")).toHaveValue("ana@example.com");
    expect(api.requestSignInCode).not.toHaveBeenCalled();
  });

  test("a switch that fails says why and can be tried again", async () => {
    const { api } = await openUpgrade(
      {},
      {
        requestCode: () => Promise.resolve(failed("email_taken")),
        requestSignInCode: () => Promise.resolve(failed("offline")),
      },
    );
    await userEvent.type(await screen.findByTestId("upgrade-email"), "ana@example.com{Enter}");
    await userEvent.click(await screen.findByTestId("upgrade-switch"));
    expect(await screen.findByRole("alert")).toHaveTextContent("The server can't be reached.");
    expect(screen.getByTestId("upgrade-switch")).toBeVisible();
    expect(api.cancelUpgrade).not.toHaveBeenCalled();
  });
});

describe("browser", () => {
  const waiting = { upgrade: { step: "in_browser", provider: "google" } } as const;

  test("is waited for, can be opened again, and given up", async () => {
    const { api, tell } = await openUpgrade(waiting);
    expect(await screen.findByTestId("browser-step")).toHaveTextContent("Your browser is open at Google.");
    await userEvent.click(screen.getByTestId("browser-again"));
    expect(api.openBrowserAgain).toHaveBeenCalledOnce();
    await userEvent.click(screen.getByTestId("browser-cancel"));
    expect(api.cancelUpgrade).toHaveBeenCalledOnce();
    tell({ upgrade: { step: "idle" } });
    expect(await screen.findByTestId("upgrade-email")).toBeVisible();
  });

  test("what came back may be a success", async () => {
    const { tell } = await openUpgrade(waiting);
    await screen.findByTestId("browser-step");
    tell({ upgrade: { step: "idle" }, identity: member });
    expect(await screen.findByTestId("upgrade-done")).toBeVisible();
  });

  test.each<[ErrorCode, string]>([
    ["denied", "You did not allow the shop to use Google"],
    ["browser_timed_out", "Nothing came back from Google in time"],
    ["unverified_email", "Your e-mail address at Google is not confirmed."],
    ["provider_disabled", "The shop does not offer Google any more."],
    ["offline", "The server can't be reached."],
  ])("%s is said, with both ways on", async (code, words) => {
    const { api, tell } = await openUpgrade(waiting);
    await screen.findByTestId("browser-step");
    tell({ upgrade: { step: "failed", provider: "google", code } });
    expect(await screen.findByTestId("browser-failed")).toHaveTextContent(words);
    const retry = screen.getByTestId("browser-retry");
    await waitFor(() => expect(retry).toHaveFocus());
    expect(retry).toHaveAccessibleDescription(expect.stringContaining(words));
    await userEvent.click(screen.getByTestId("browser-retry"));
    expect(api.linkProvider).toHaveBeenCalledExactlyOnceWith("google");
    await userEvent.click(screen.getByTestId("browser-other"));
    expect(api.cancelUpgrade).toHaveBeenCalledOnce();
  });
});

test("a password is offered at the end, and needs nothing", async () => {
  const { api, tell } = await openUpgrade({ upgrade: sent(email), identity: guest });
  tell({ upgrade: { step: "idle" }, identity: member });
  await userEvent.click(await screen.findByTestId("done-password"));
  await userEvent.type(screen.getByTestId("account-password"), "correct horse{Enter}");
  expect(api.setPassword).toHaveBeenCalledWith("correct horse", null);
  expect(await screen.findByText("The password is saved.")).toBeVisible();
});

test("the menu leads to the sign-in", async () => {
  await openShop();
  await chooseFromMenu("account-sign-in");
  expect(await screen.findByRole("dialog", { name: "Sign in to your account" })).toBeVisible();
});

describe("room", () => {
  const shown = { catalog: { state: "ready", revision: 1 } } as const;
  const options: Result<SignInOptions> = {
    status: "ok",
    data: { email: true, phone: true, providers: ["github"] },
  };

  test("what the server offers is asked for with the catalog: nothing moves when the dialog opens", async () => {
    const { api, tell } = await openShop();
    expect(api.signInOptions).not.toHaveBeenCalled();
    tell(shown);
    await waitFor(() => expect(api.signInOptions).toHaveBeenCalledOnce());
    api.signInOptions = () => new Promise(() => undefined);
    await userEvent.click(screen.getByTestId("keep-my-cart"));
    expect(await screen.findByTestId("upgrade-provider-github")).toBeVisible();
    expect(screen.getByTestId("upgrade-tab-phone")).toBeVisible();
    expect(screen.queryByTestId("upgrade-options-room")).toBeNull();
  });

  test("an early question that fails says nothing, and is put again by the dialog", async () => {
    const signInOptions = vi.fn<() => Promise<Result<SignInOptions>>>(() =>
      Promise.resolve(failed("offline")),
    );
    await openShop(shown, { signInOptions });
    await waitFor(() => expect(signInOptions).toHaveBeenCalledOnce());
    expect(screen.queryByTestId("toast")).toBeNull();
    signInOptions.mockResolvedValue(options);
    await userEvent.click(screen.getByTestId("keep-my-cart"));
    expect(await screen.findByTestId("upgrade-provider-github")).toBeVisible();
    expect(signInOptions).toHaveBeenCalledTimes(2);
  });

  test.each(["keep-my-cart", "account-sign-in"])("is kept while they are on their way: %s", async (way) => {
    await openShop({}, { signInOptions: () => new Promise(() => undefined) });
    if (way === "keep-my-cart") await userEvent.click(screen.getByTestId(way));
    else await chooseFromMenu(way);
    const prefix = way === "keep-my-cart" ? "upgrade" : "switch";
    expect(await screen.findByTestId(`${prefix}-options-room`)).toHaveTextContent(/Looking for other ways/);
    expect(screen.getByTestId(`${prefix}-tab-email`)).toBeVisible();
  });

  test("a list that is here stays when it can't be had anew", async () => {
    const answers: Result<SignInOptions>[] = [options];
    const signInOptions = vi.fn(() => Promise.resolve(answers.shift() ?? failed("offline")));
    await openShop(shown, { signInOptions });
    await waitFor(() => expect(signInOptions).toHaveBeenCalledOnce());
    await userEvent.click(screen.getByTestId("keep-my-cart"));
    await waitFor(() => expect(signInOptions).toHaveBeenCalledTimes(2));
    expect(await screen.findByTestId("upgrade-provider-github")).toBeVisible();
    expect(screen.queryByTestId("upgrade-options-retry")).toBeNull();
  });

  test("a member is not asked for", async () => {
    const { api } = await openShop({ ...shown, identity: member });
    await waitFor(() => expect(api.catalog).toHaveBeenCalled());
    expect(api.signInOptions).not.toHaveBeenCalled();
  });
});

describe("a failure while the dialog is closed", () => {
  const browser = { upgrade: { step: "in_browser", provider: "google" } } as const;
  const denied = { upgrade: { step: "failed", provider: "google", code: "denied" } } as const;

  test("is told at the edge until somebody sees it, and leads to the ways on", async () => {
    const { tell } = await openShop(browser);
    tell(denied);
    tell({ save: "all_saved" });
    expect(await screen.findByTestId("toast")).toHaveTextContent("You did not allow the shop to use Google");
    expect(screen.getAllByTestId("toast")).toHaveLength(1);
    await userEvent.click(screen.getByTestId("toast-action"));
    expect(await screen.findByTestId("browser-failed")).toBeVisible();
    expect(screen.queryByTestId("toast")).toBeNull();
    await userEvent.keyboard("{Escape}");
    tell({ save: "syncing" });
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(screen.queryByTestId("toast")).toBeNull();
  });

  test("goes when the dialog is opened without it, or when it holds no longer", async () => {
    const { tell } = await openShop(browser);
    tell(denied);
    await screen.findByTestId("toast");
    await userEvent.click(screen.getByTestId("keep-my-cart"));
    await waitFor(() => expect(screen.queryByTestId("toast")).toBeNull());
    await userEvent.keyboard("{Escape}");
    tell(browser);
    await waitFor(() =>
      expect(screen.getByTestId("keep-my-cart")).toHaveTextContent(/your browser is waiting/),
    );
    tell(denied);
    await screen.findByTestId("toast");
    tell({ upgrade: { step: "idle" } });
    await waitFor(() => expect(screen.queryByTestId("toast")).toBeNull());
  });

  test("leads a member to their account", async () => {
    const { tell } = await openShop({ ...browser, identity: member });
    tell(denied);
    await userEvent.click(await screen.findByTestId("toast-action"));
    expect(await screen.findByTestId("account-dialog")).toBeVisible();
    expect(screen.getByTestId("browser-failed")).toBeVisible();
  });

  test("of an earlier time is not told when the window opens", async () => {
    await openShop(denied);
    await expect(screen.findByTestId("toast", {}, { timeout: 100 })).rejects.toThrow();
  });

  test("is not told at the edge when it is in sight", async () => {
    const { tell } = await openUpgrade(browser);
    await screen.findByTestId("browser-step");
    tell(denied);
    await screen.findByTestId("browser-failed");
    expect(screen.queryByTestId("toast")).toBeNull();
  });
});
