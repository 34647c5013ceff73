import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";

import type { Api, BackendChoice } from "../../lib/api/client";
import { failed } from "../../lib/test/fixtures";
import { member, openShop } from "../../lib/test/shop";

const sandbox: BackendChoice = { kind: "sandbox" };
const project: BackendChoice = {
  kind: "hosted",
  url: "https://abc.supabase.co",
  publishable_key: "sb_publishable_abc",
};

function using(in_use: BackendChoice, chosen = in_use, fixed = false): Partial<Api> {
  return { backend: vi.fn(() => Promise.resolve({ in_use, chosen, fixed })) };
}

async function openSettings(calls: Partial<Api> = {}) {
  const shop = await openShop({}, calls);
  screen.getByTestId("settings").focus();
  await userEvent.keyboard("{Enter}");
  await userEvent.click(await screen.findByTestId("settings-open"));
  await screen.findByTestId("backend-sandbox");
  return shop;
}

/** The project's address and key, typed. */
async function fillIn(url = "https://abc.supabase.co", key = "sb_publishable_abc") {
  await userEvent.click(screen.getByTestId("backend-hosted"));
  await userEvent.click(screen.getByTestId("backend-url"));
  await userEvent.paste(url);
  await userEvent.click(screen.getByTestId("backend-key"));
  await userEvent.paste(key);
}

test("theme and language change at once", async () => {
  const { api } = await openSettings();
  expect(screen.getByTestId("settings-dialog")).toHaveAccessibleName("Settings");
  await userEvent.click(screen.getByTestId("settings-theme-dark"));
  expect(document.documentElement.dataset.theme).toBe("dark");
  await userEvent.click(screen.getByTestId("settings-language-de"));
  expect(screen.getByTestId("settings-dialog")).toHaveAccessibleName("Einstellungen");
  expect(api.setPreferences).toHaveBeenLastCalledWith({ theme: "dark", language: "de", two_carts: "ask" });
});

test("an answer that was to be remembered is taken back", async () => {
  const two_carts = "merge" as const;
  const { api } = await openSettings({
    preferences: vi.fn(() =>
      Promise.resolve({ theme: "system" as const, language: "en" as const, two_carts }),
    ),
  });
  expect(within(screen.getByRole("group", { name: "Two carts" })).getByLabelText("Merge")).toBeChecked();
  await userEvent.click(screen.getByTestId("settings-two-carts-ask"));
  expect(api.setPreferences).toHaveBeenLastCalledWith(expect.objectContaining({ two_carts: "ask" }));
});

describe("privacy", () => {
  test("takes one's data along", async () => {
    const { api } = await openSettings();
    await userEvent.click(screen.getByTestId("settings-export"));
    expect(api.exportData).toHaveBeenCalledOnce();
  });

  test("leads a guest to what would be forgotten", async () => {
    await openSettings();
    await userEvent.click(screen.getByRole("button", { name: /^Forget/ }));
    expect(await screen.findByTestId("leave-losses")).toBeVisible();
    expect(screen.queryByTestId("settings-dialog")).toBeNull();
  });

  test("leads a member to the account, where it is closed", async () => {
    const { tell } = await openSettings();
    tell({ identity: member });
    await userEvent.click(await screen.findByRole("button", { name: /^Close the account/ }));
    expect(await screen.findByTestId("account-dialog")).toBeVisible();
  });
});

describe("a project", () => {
  test("is tried without being saved, and what was found is said", async () => {
    const { api } = await openSettings();
    await fillIn();
    await userEvent.click(screen.getByTestId("backend-try"));
    expect(api.tryBackend).toHaveBeenCalledExactlyOnceWith("https://abc.supabase.co", "sb_publishable_abc");
    const found = await screen.findByTestId("backend-found");
    expect(found).toHaveTextContent("28 products to buy.");
    expect(found).toHaveTextContent("Guests are allowed.");
    expect(found).toHaveTextContent("Ways to sign in: E-mail and GitHub.");
    expect(found).toHaveTextContent("manual linking");
    expect(found.parentElement).toHaveAttribute("role", "status");
    expect(api.setBackend).not.toHaveBeenCalled();
    await userEvent.type(screen.getByTestId("backend-url"), "x");
    expect(screen.queryByTestId("backend-found")).toBeNull();
  });

  test("that lacks something says what to turn on", async () => {
    const data = {
      anonymous_sign_ins: false,
      ways: { email: false, phone: false, providers: [] },
      products: 0,
    };
    await openSettings({ tryBackend: () => Promise.resolve({ status: "ok", data }) });
    await fillIn();
    await userEvent.click(screen.getByTestId("backend-try"));
    const found = await screen.findByTestId("backend-found");
    expect(found).toHaveTextContent("turn on anonymous sign-ins");
    expect(found).toHaveTextContent("No way to sign in is turned on");
    expect(found).toHaveTextContent("There is nothing to buy yet");
  });

  test("is saved, and then the shop starts anew", async () => {
    const { api } = await openSettings();
    await fillIn();
    await userEvent.click(screen.getByTestId("backend-save"));
    expect(api.setBackend).toHaveBeenCalledExactlyOnceWith(project);
    await waitFor(() => expect(api.restart).toHaveBeenCalledTimes(1));
  });

  test("that is refused is not started, and the sentence stands with the field", async () => {
    const { api } = await openSettings({ setBackend: () => Promise.resolve(failed("backend_refused")) });
    await fillIn();
    await userEvent.click(screen.getByTestId("backend-save"));
    expect(await screen.findByText(/This is no Supabase project/)).toBeVisible();
    expect(screen.getByTestId("backend-key")).toHaveAttribute("aria-invalid", "true");
    expect(screen.getByTestId("backend-key")).toHaveAccessibleDescription(/This is no Supabase project/);
    expect(api.restart).not.toHaveBeenCalled();
  });

  test("needs an address and a key", async () => {
    const { api } = await openSettings();
    await userEvent.click(screen.getByTestId("backend-hosted"));
    await userEvent.type(screen.getByTestId("backend-url"), "https://a{Enter}");
    await userEvent.click(screen.getByTestId("backend-try"));
    await userEvent.click(screen.getByTestId("backend-save"));
    expect(api.tryBackend).not.toHaveBeenCalled();
    expect(api.setBackend).not.toHaveBeenCalled();
  });

  test.each([["sb_secret_abc"], [`e30.${btoa('{"role":"service_role"}')}.sig`]])(
    "by a secret key (%s) shows it nowhere and says why",
    async (key) => {
      const { api } = await openSettings();
      await userEvent.click(screen.getByTestId("backend-hosted"));
      await userEvent.type(screen.getByTestId("backend-url"), "https://abc.supabase.co");
      await userEvent.click(screen.getByTestId("backend-key"));
      await userEvent.paste(key);
      expect(await screen.findByText(/This is a secret key/)).toBeVisible();
      expect(screen.getByTestId("backend-key")).toHaveValue("");
      expect(screen.getByTestId("backend-key")).toHaveAttribute("autocomplete", "off");
      await userEvent.click(screen.getByTestId("backend-save"));
      expect(api.setBackend).not.toHaveBeenCalled();
    },
  );

  test("with a public JWT as its key is fine", async () => {
    await openSettings();
    await userEvent.click(screen.getByTestId("backend-hosted"));
    await userEvent.click(screen.getByTestId("backend-key"));
    const key = `e30.${btoa('{"role":"anon"}')}.sig`;
    await userEvent.paste(key);
    expect(screen.getByTestId("backend-key")).toHaveValue(key);
    expect(screen.queryByText(/This is a secret key/)).toBeNull();
  });
});

describe("what is in use", () => {
  test("can't be saved once more, and is left for the sandbox", async () => {
    const { api } = await openSettings(using(project));
    expect(screen.getByTestId("backend-url")).toHaveValue("https://abc.supabase.co");
    expect(screen.getByTestId("backend-status")).toHaveTextContent("This backend is in use.");
    await userEvent.click(screen.getByTestId("backend-save"));
    expect(api.setBackend).not.toHaveBeenCalled();
    await userEvent.click(screen.getByTestId("backend-sandbox"));
    await userEvent.click(screen.getByTestId("backend-save"));
    expect(api.setBackend).toHaveBeenCalledExactlyOnceWith(sandbox);
  });

  test("differs from what was chosen until the next start", async () => {
    await openSettings(using(sandbox, project));
    expect(screen.getByTestId("backend-status")).toHaveTextContent("counts from the next start");
    expect(screen.getByTestId("backend-save")).not.toHaveAttribute("aria-disabled");
  });

  test("was given on the command line: then nothing can be changed, and that is said", async () => {
    await openSettings(using(project, sandbox, true));
    expect(screen.getByTestId("backend-status")).toHaveTextContent("given on the command line");
    expect(screen.getByRole("radio", { name: "Hosted project" })).toBeChecked();
    expect(screen.getByRole("radio", { name: "Hosted project" })).toBeDisabled();
    expect(screen.getByTestId("backend-url")).toBeDisabled();
    expect(screen.getByTestId("backend-key")).toBeDisabled();
    expect(screen.queryByTestId("backend-save")).toBeNull();
    expect(screen.queryByTestId("backend-try")).toBeNull();
  });
});
