import { describe, expect, test, vi } from "vitest";

import type { Result, Snapshot } from "../api/client";
import { EUR, fakeApi, line, snapshot, uiError } from "../test/fixtures";
import { ShopState } from "./shop.svelte";

const cartOf = (quantity: number) => ({
  lines: [line({ quantity })],
  items: quantity,
  total: EUR(3600 * quantity),
});

describe("snapshots", () => {
  test("an older one that comes late is ignored", async () => {
    const { api, emit } = fakeApi({ snapshot: () => Promise.resolve(snapshot({ revision: 5 })) });
    const shop = new ShopState(api, vi.fn());
    await shop.start();
    emit(snapshot({ revision: 7, save: "all_saved" }));
    emit(snapshot({ revision: 6, save: "syncing" }));
    expect(shop.snapshot).toMatchObject({ revision: 7, save: "all_saved" });
  });

  test("the answer to the first question does not undo what was told before it", async () => {
    const { api, emit } = fakeApi({
      snapshot: () => {
        emit(snapshot({ revision: 3, save: "syncing" }));
        return Promise.resolve(snapshot({ revision: 2 }));
      },
    });
    const shop = new ShopState(api, vi.fn());
    await shop.start();
    expect(shop.snapshot?.revision).toBe(3);
  });
});

describe("catalog", () => {
  test("is fetched when it is ready, and again when its revision changes", async () => {
    const { api, emit } = fakeApi();
    const shop = new ShopState(api, vi.fn());
    await shop.start();
    expect(shop.catalogState).toBe("loading");
    expect(api.catalog).not.toHaveBeenCalled();
    emit(snapshot({ revision: 2, catalog: { state: "ready", revision: 1 } }));
    emit(snapshot({ revision: 3, catalog: { state: "ready", revision: 1 } }));
    await vi.waitFor(() => expect(shop.catalogState).toBe("ready"));
    expect(api.catalog).toHaveBeenCalledTimes(1);
    emit(snapshot({ revision: 4, catalog: { state: "ready", revision: 2 } }));
    expect(api.catalog).toHaveBeenCalledTimes(2);
  });

  test("stays on screen when the server goes away", async () => {
    const { api, emit } = fakeApi();
    const shop = new ShopState(api, vi.fn());
    await shop.start();
    emit(snapshot({ revision: 2, catalog: { state: "ready", revision: 1 } }));
    await vi.waitFor(() => expect(shop.products).toHaveLength(1));
    emit(snapshot({ revision: 3, catalog: { state: "unavailable", revision: 1 } }));
    expect(shop.catalogState).toBe("ready");
  });

  test("is reported as painted once", async () => {
    const { api } = fakeApi();
    const shop = new ShopState(api, vi.fn());
    shop.catalogInDom();
    shop.catalogInDom();
    await vi.waitFor(() => expect(api.catalogPainted).toHaveBeenCalled());
    expect(api.catalogPainted).toHaveBeenCalledOnce();
  });
});

describe("quantities", () => {
  test("quick clicks count from what was asked last", async () => {
    const answers: ((result: Result<Snapshot>) => void)[] = [];
    const setQuantity = vi.fn(() => new Promise<Result<Snapshot>>((resolve) => answers.push(resolve)));
    const { api } = fakeApi({ setQuantity });
    const shop = new ShopState(api, vi.fn());
    shop.apply(snapshot({ revision: 1, cart: cartOf(1) }));
    const first = shop.setQuantity("teapot", shop.quantityOf("teapot") + 1);
    const second = shop.setQuantity("teapot", shop.quantityOf("teapot") + 1);
    expect(setQuantity.mock.calls).toEqual([
      ["teapot", 2],
      ["teapot", 3],
    ]);
    answers[0]?.({ status: "ok", data: snapshot({ revision: 2, cart: cartOf(2) }) });
    await first;
    expect(shop.lines[0]?.quantity).toBe(3);
    answers[1]?.({ status: "ok", data: snapshot({ revision: 3, cart: cartOf(3) }) });
    await second;
    expect(shop.quantityOf("teapot")).toBe(3);
  });

  test("a change that failed is taken back and told", async () => {
    const onError = vi.fn();
    const error = uiError({ code: "storage" });
    const { api } = fakeApi({ setQuantity: () => Promise.resolve({ status: "error", error }) });
    const shop = new ShopState(api, onError);
    shop.apply(snapshot({ cart: cartOf(2) }));
    await shop.setQuantity("teapot", 0);
    expect(shop.quantityOf("teapot")).toBe(2);
    expect(onError).toHaveBeenCalledWith(error);
  });
});
