import { screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";

import type { Account, Api, Snapshot } from "../../lib/api/client";
import { failed } from "../../lib/test/fixtures";
import { chooseFromMenu, member, openShop, teapots } from "../../lib/test/shop";

const mail = { id: "i1", provider: "email", label: "ana@example.com" };
const google = { id: "i2", provider: "google", label: "ana@example.org", kept_because: null };
const account: Account = {
  email: "ana@example.com",
  phone: null,
  identities: [{ ...mail, kept_because: null }, google],
  providers: ["google", "github"],
};
const ok = { status: "ok", data: null } as const;

async function openAccount(calls: Partial<Api> = {}, now: Partial<Snapshot> = {}) {
  const answer = vi.fn(() => Promise.resolve({ status: "ok" as const, data: account }));
  const shop = await openShop({ identity: member, ...now }, { account: answer, ...calls });
  await chooseFromMenu("account-open");
  await screen.findByTestId("account-email-value");
  return shop;
}

describe("ways in", () => {
  test("the last one says why it is kept, and can't be pressed", async () => {
    const identities = [{ ...mail, kept_because: "last" as const }];
    const { api } = await openAccount({
      account: () => Promise.resolve({ status: "ok", data: { ...account, identities } }),
    });
    const unlink = screen.getByTestId("account-unlink-email");
    expect(unlink).toHaveAttribute("aria-disabled", "true");
    expect(unlink).toHaveAccessibleDescription(/it is your only way to sign in/);
    await userEvent.click(unlink);
    expect(api.unlinkIdentity).not.toHaveBeenCalled();
  });

  test("one that may go is unlinked, and the list is as the server has it then", async () => {
    const { api } = await openAccount();
    await userEvent.click(screen.getByTestId("account-unlink-google"));
    expect(api.unlinkIdentity).toHaveBeenCalledExactlyOnceWith("i2");
    await waitFor(() => expect(api.account).toHaveBeenCalledTimes(2));
  });

  test("a further one is linked over the browser, within the account", async () => {
    const { api, tell } = await openAccount();
    expect(screen.queryByTestId("account-link-google")).toBeNull();
    await userEvent.click(screen.getByTestId("account-link-github"));
    expect(api.linkProvider).toHaveBeenCalledExactlyOnceWith("github");
    tell({ upgrade: { step: "in_browser", provider: "github" } });
    expect(await screen.findByTestId("browser-step")).toHaveTextContent("GitHub");
    tell({ upgrade: { step: "idle" } });
    await screen.findByTestId("account-email-value");
    expect(api.account).toHaveBeenCalledTimes(2);
  });

  test("one that belongs to another account offers a member no switch", async () => {
    const { tell } = await openAccount();
    tell({ upgrade: { step: "failed", provider: "github", code: "identity_taken" } });
    expect(await screen.findByTestId("upgrade-taken")).toHaveTextContent("sign out here first");
    expect(screen.queryByTestId("upgrade-switch")).toBeNull();
  });

  test("the address is changed with a code, and the page comes back", async () => {
    const { api, tell } = await openAccount();
    await userEvent.click(screen.getByTestId("account-change-email"));
    await userEvent.type(await screen.findByTestId("account-email"), "new@example.com{Enter}");
    const contact = { kind: "email", value: "new@example.com" } as const;
    expect(api.requestCode).toHaveBeenCalledExactlyOnceWith(contact);
    tell({ upgrade: { step: "code_sent", contact, resend_at: 0, expires_at: Date.now() + 60_000 } });
    await userEvent.type(await screen.findByTestId("upgrade-code"), "123456");
    tell({ upgrade: { step: "idle" } });
    expect(await screen.findByTestId("account-email-value")).toBeVisible();
    expect(api.account).toHaveBeenCalledTimes(2);
  });
});

describe("password", () => {
  test("a code is asked for where the server wants to be sure", async () => {
    const answers = [failed("reauthentication_needed"), ok];
    const setPassword = vi.fn(() => Promise.resolve(answers.shift() ?? failed("server")));
    const { api } = await openAccount({ setPassword });
    await userEvent.type(screen.getByTestId("account-password"), "correct horse");
    await userEvent.click(screen.getByTestId("account-password-save"));
    expect(setPassword).toHaveBeenLastCalledWith("correct horse", null);
    expect(api.requestNonce).toHaveBeenCalledOnce();
    await userEvent.type(await screen.findByTestId("account-nonce"), "123456");
    await userEvent.click(screen.getByTestId("account-password-save"));
    expect(setPassword).toHaveBeenLastCalledWith("correct horse", "123456");
    expect(await screen.findByText("The password is saved.")).toBeVisible();
    expect(screen.getByTestId("account-password")).toHaveValue("");
  });

  test("a wrong code is said beside it, and no other is asked for", async () => {
    const answers = [failed("reauthentication_needed"), failed("wrong_code"), failed("weak_password"), ok];
    const setPassword = vi.fn(() => Promise.resolve(answers.shift() ?? failed("server")));
    const { api } = await openAccount({ setPassword });
    await userEvent.type(screen.getByTestId("account-password"), "correct horse{Enter}");
    const nonce = await screen.findByTestId("account-nonce");
    await userEvent.type(nonce, "111111");
    await userEvent.click(screen.getByTestId("account-password-save"));
    expect(await screen.findByText(/This code is wrong/)).toBeVisible();
    expect(nonce).toBeInvalid();
    expect(nonce).toHaveAccessibleDescription(/This code is wrong/);
    expect(nonce).toHaveFocus();
    expect(screen.getByTestId("account-password")).toBeValid();
    expect(api.requestNonce).toHaveBeenCalledOnce();
    await userEvent.click(screen.getByTestId("account-password-save"));
    expect(await screen.findByText(/too easy to guess/)).toBeVisible();
    expect(screen.getByTestId("account-password")).toBeInvalid();
    expect(nonce).toBeValid();
  });

  test("a weak one is said", async () => {
    await openAccount({ setPassword: () => Promise.resolve(failed("weak_password")) });
    await userEvent.type(screen.getByTestId("account-password"), "abc{Enter}");
    expect(await screen.findByText(/too easy to guess/)).toBeVisible();
    expect(screen.getByTestId("account-password")).toBeInvalid();
  });
});

describe("leaving", () => {
  test("signing out with unsaved changes warns first, and staying has the focus", async () => {
    const signOut = vi.fn((_: "here" | "others", evenUnsaved: boolean) =>
      Promise.resolve(evenUnsaved ? ok : failed("unsaved")),
    );
    await openAccount({ signOut }, { cart: { ...teapots, unsaved: 2 } });
    await userEvent.click(screen.getByTestId("account-sign-out-here"));
    expect(await screen.findByTestId("sign-out-unsaved")).toHaveTextContent(
      "2 changes are on this computer only and would be lost.",
    );
    await waitFor(() => expect(screen.getByTestId("sign-out-stay")).toHaveFocus());
    await userEvent.click(screen.getByTestId("sign-out-anyway"));
    expect(signOut.mock.calls).toEqual([
      ["here", false],
      ["here", true],
    ]);
    expect(await screen.findByText(/You are signed out/)).toBeVisible();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  test("everywhere else is said when it is done", async () => {
    const { api } = await openAccount();
    await userEvent.click(screen.getByTestId("account-sign-out-others"));
    expect(api.signOut).toHaveBeenCalledExactlyOnceWith("others", false);
    expect(await screen.findByText("Every other device is signed out.")).toBeVisible();
  });

  test("closing the account takes a second step, and keeping it has the focus", async () => {
    const { api } = await openAccount();
    await userEvent.click(screen.getByTestId("account-close"));
    await waitFor(() => expect(screen.getByTestId("account-keep")).toHaveFocus());
    expect(api.closeAccount).not.toHaveBeenCalled();
    await userEvent.keyboard("{Enter}");
    await userEvent.click(await screen.findByTestId("account-close"));
    await userEvent.click(await screen.findByTestId("account-close-confirm"));
    expect(api.closeAccount).toHaveBeenCalledOnce();
    expect(await screen.findByText(/Your account is closed/)).toBeVisible();
  });

  test("an account that could not be closed stays, and why is said", async () => {
    await openAccount({ closeAccount: () => Promise.resolve(failed("offline")) });
    await userEvent.click(screen.getByTestId("account-close"));
    await userEvent.click(await screen.findByTestId("account-close-confirm"));
    expect(await screen.findByText(/server can't be reached/)).toBeVisible();
    expect(screen.getByTestId("account-close-confirm")).toBeVisible();
  });
});

test("the page of one member is not the next one's", async () => {
  const { tell } = await openAccount();
  tell({ identity: { ...member, user_id: "another" } });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});
