import { expect, test, vi } from "vitest";

import { fakeApi, uiError, view } from "../test/fixtures";
import { ShopState } from "./shop.svelte";
import { SwitchFlow } from "./switch.svelte";
import { UpgradeFlow } from "./upgrade.svelte";

const email = { kind: "email", value: "a@example.com" } as const;
const codeSent = { step: "code_sent", contact: email, resend_at: 0, expires_at: 0 } as const;

function start(change: Parameters<typeof fakeApi>[0] = {}) {
  const { api } = fakeApi(change);
  const shop = new ShopState(api, vi.fn());
  shop.show(view());
  return { api, shop, flow: new UpgradeFlow(api, shop, new SwitchFlow(api, shop)) };
}

test("goes from address to code to done, as the snapshots say", async () => {
  const { shop, flow } = start();
  flow.show();
  expect(flow.step).toBe("contact");
  await flow.send(email);
  shop.show(view({ revision: 2, upgrade: codeSent }));
  expect(flow.step).toBe("code");
  const confirming = flow.confirm("123456");
  // The snapshot may come before the answer: no step back to the address.
  shop.show(view({ revision: 3 }));
  expect(flow.step).toBe("code");
  await confirming;
  expect(flow.step).toBe("done");
});

test("starts at the code when one is waited for", () => {
  const { shop, flow } = start();
  shop.show(view({ revision: 2, upgrade: codeSent }));
  flow.show();
  expect(flow.step).toBe("code");
  expect(flow.contact).toEqual(email);
});

test("a wrong code stays at the code and counts as refused", async () => {
  const error = uiError({ code: "wrong_code" });
  const { shop, flow } = start({ confirmCode: () => Promise.resolve({ status: "error", error }) });
  shop.show(view({ revision: 2, upgrade: codeSent }));
  await flow.confirm("000000");
  expect(flow).toMatchObject({ step: "code", refusals: 1, error });
});

test("a failure on the way is not a refused code", async () => {
  const error = uiError({ code: "offline" });
  const { shop, flow } = start({ confirmCode: () => Promise.resolve({ status: "error", error }) });
  shop.show(view({ revision: 2, upgrade: codeSent }));
  await flow.confirm("123456");
  expect(flow.refusals).toBe(0);
});

test("using another address cancels and keeps the one typed", async () => {
  const { api, shop, flow } = start();
  shop.show(view({ revision: 2, upgrade: codeSent }));
  await flow.useOther();
  shop.show(view({ revision: 3 }));
  expect(api.cancelUpgrade).toHaveBeenCalledOnce();
  expect(flow).toMatchObject({ step: "contact", contact: email });
});
