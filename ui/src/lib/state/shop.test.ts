import { describe, expect, test, vi } from "vitest";

import type { Changed, Result } from "../api/client";
import { changed, fakeApi, line, patch, product, uiError, view } from "../test/fixtures";
import { ShopState } from "./shop.svelte";

const names = (shop: ShopState) => shop.lines.map(({ product_id: id, quantity }) => [id, quantity]);

describe("snapshots", () => {
  test("follow each other by patches, and only what changed is another line", async () => {
    const [teapot, lamp] = [line(), line({ product_id: "lamp", position: 1 })];
    const { api, emit } = fakeApi({ snapshot: () => Promise.resolve(view({ revision: 5 }, [teapot, lamp])) });
    const shop = new ShopState(api, vi.fn());
    await shop.start();
    emit(
      patch(
        { revision: 6, save: "syncing" },
        { changed: [line({ product_id: "lamp", position: 1, quantity: 3 })] },
      ),
    );
    expect(names(shop)).toEqual([
      ["teapot", 2],
      ["lamp", 3],
    ]);
    expect(shop.lines[0]).toBe(teapot);
    emit(patch({ revision: 7, save: "all_saved" }, { removed: ["teapot"] }));
    expect(names(shop)).toEqual([["lamp", 3]]);
    expect(shop.snapshot).toMatchObject({ revision: 7, save: "all_saved" });
    // Undone: it comes back to its place.
    emit(patch({ revision: 8 }, { changed: [teapot] }));
    expect(names(shop).map(([id]) => id)).toEqual(["teapot", "lamp"]);
  });

  test("an older patch that comes late is ignored", async () => {
    const { api, emit } = fakeApi({ snapshot: () => Promise.resolve(view({ revision: 5 })) });
    const shop = new ShopState(api, vi.fn());
    await shop.start();
    emit(patch({ revision: 5 }, { changed: [line()] }));
    expect(shop.lines).toEqual([]);
  });

  test("after a patch was missed, the whole view is asked for, once", async () => {
    const answers = [view({ revision: 5 }), view({ revision: 9, save: "offline" }, [line()])];
    const snapshot = vi.fn(() => Promise.resolve(answers.shift() ?? view({ revision: 9 })));
    const { api, emit } = fakeApi({ snapshot });
    const shop = new ShopState(api, vi.fn());
    await shop.start();
    emit(patch({ revision: 8, save: "syncing" }));
    emit(patch({ revision: 9, save: "offline" }));
    await vi.waitFor(() => expect(shop.snapshot?.revision).toBe(9));
    expect(names(shop)).toEqual([["teapot", 2]]);
    expect(snapshot).toHaveBeenCalledTimes(2);
  });

  test("what is told before the first answer is not forgotten", async () => {
    const answers = [view({ revision: 2 }), view({ revision: 3, save: "syncing" })];
    const { api, emit } = fakeApi({
      snapshot: () => {
        emit(patch({ revision: 3, save: "syncing" }));
        return Promise.resolve(answers.shift() ?? view());
      },
    });
    const shop = new ShopState(api, vi.fn());
    await shop.start();
    expect(shop.snapshot).toMatchObject({ revision: 3, save: "syncing" });
  });
});

describe("catalog", () => {
  test("is fetched when it is ready, and again when its revision changes", async () => {
    const { api, emit } = fakeApi();
    const shop = new ShopState(api, vi.fn());
    await shop.start();
    expect(shop.catalogState).toBe("loading");
    expect(api.catalog).not.toHaveBeenCalled();
    emit(patch({ revision: 2, catalog: { state: "ready", revision: 1 } }));
    emit(patch({ revision: 3, catalog: { state: "ready", revision: 1 } }));
    await vi.waitFor(() => expect(shop.catalogState).toBe("ready"));
    expect(api.catalog).toHaveBeenCalledTimes(1);
    emit(patch({ revision: 4, catalog: { state: "ready", revision: 2 } }));
    expect(api.catalog).toHaveBeenCalledTimes(2);
  });

  test("stays on screen when the server goes away", async () => {
    const { api, emit } = fakeApi();
    const shop = new ShopState(api, vi.fn());
    await shop.start();
    emit(patch({ revision: 2, catalog: { state: "ready", revision: 1 } }));
    await vi.waitFor(() => expect(shop.products).toHaveLength(1));
    emit(patch({ revision: 3, catalog: { state: "unavailable", revision: 1 } }));
    expect(shop.catalogState).toBe("ready");
  });

  test("is reported as painted once", async () => {
    const { api } = fakeApi({ catalog: () => Promise.resolve({ categories: [], products: [product()] }) });
    const shop = new ShopState(api, vi.fn());
    shop.catalogInDom();
    shop.catalogInDom();
    await vi.waitFor(() => expect(api.catalogPainted).toHaveBeenCalled());
    expect(api.catalogPainted).toHaveBeenCalledOnce();
  });
});

describe("quantities", () => {
  test("quick clicks count from what was asked last, until it is on screen", async () => {
    const answers: ((result: Result<Changed>) => void)[] = [];
    const setQuantity = vi.fn(() => new Promise<Result<Changed>>((resolve) => answers.push(resolve)));
    const { api, emit } = fakeApi({
      setQuantity,
      snapshot: () => Promise.resolve(view({}, [line({ quantity: 1 })])),
    });
    const shop = new ShopState(api, vi.fn());
    await shop.start();
    const first = shop.setQuantity("teapot", shop.quantityOf("teapot") + 1);
    const second = shop.setQuantity("teapot", shop.quantityOf("teapot") + 1);
    expect(setQuantity.mock.calls).toEqual([
      ["teapot", 2],
      ["teapot", 3],
    ]);
    answers[0]?.(changed(2));
    emit(patch({ revision: 2 }, { changed: [line({ quantity: 2 })] }));
    await first;
    expect(shop.lines[0]?.quantity).toBe(3);
    answers[1]?.(changed(3));
    await Promise.resolve();
    expect(shop.quantityOf("teapot")).toBe(3);
    emit(patch({ revision: 3 }, { changed: [line({ quantity: 3 })] }));
    await second;
    emit(patch({ revision: 4 }, { changed: [line({ quantity: 4 })] }));
    expect(shop.quantityOf("teapot")).toBe(4);
  });

  test("nothing is said to be saved while a wish is on its way", async () => {
    const answers: ((result: Result<Changed>) => void)[] = [];
    const { api, emit } = fakeApi({
      setQuantity: () => new Promise((resolve) => answers.push(resolve)),
      snapshot: () => Promise.resolve(view({ save: "all_saved" }, [line({ quantity: 1 })])),
    });
    const shop = new ShopState(api, vi.fn());
    await shop.start();
    expect(shop.save).toBe("all_saved");
    const wish = shop.setQuantity("teapot", 2);
    expect(shop.save).toBe("syncing");
    answers[0]?.(changed(2));
    emit(patch({ revision: 2, save: "offline" }, { changed: [line({ quantity: 2 })] }));
    await wish;
    expect(shop.save).toBe("offline");
    emit(patch({ revision: 3, save: "all_saved" }));
    expect(shop.save).toBe("all_saved");
  });

  test("a change that failed is taken back and told", async () => {
    const onError = vi.fn();
    const error = uiError({ code: "disk_full" });
    const { api } = fakeApi({ setQuantity: () => Promise.resolve({ status: "error", error }) });
    const shop = new ShopState(api, onError);
    shop.show(view({}, [line()]));
    expect(await shop.setQuantity("teapot", 0)).toBeUndefined();
    expect(shop.quantityOf("teapot")).toBe(2);
    expect(onError).toHaveBeenCalledWith(error);
  });
});

describe("undo", () => {
  test("takes the newest change back that is not taken back yet", async () => {
    let id = 0;
    const undo = vi.fn(() => Promise.resolve(changed(1, 99)));
    const { api } = fakeApi({ setQuantity: () => Promise.resolve(changed(1, ++id)), undo });
    const shop = new ShopState(api, vi.fn());
    shop.show(view());
    expect(shop.undoLast()).toBe(false);
    for (const quantity of [1, 2, 3]) await shop.setQuantity("teapot", quantity);
    await shop.undo(2);
    expect([shop.undoLast(), shop.undoLast(), shop.undoLast()]).toEqual([true, true, false]);
    expect(undo.mock.calls).toEqual([[2], [3], [1]]);
  });

  test("what changed nothing is not taken back", async () => {
    const { api } = fakeApi({ clearCart: () => Promise.resolve(changed(1, null)) });
    const shop = new ShopState(api, vi.fn());
    shop.show(view());
    expect(await shop.clear()).toBeUndefined();
    expect(shop.undoLast()).toBe(false);
  });

  test("is over for a person who was forgotten", async () => {
    const { api } = fakeApi();
    const shop = new ShopState(api, vi.fn());
    shop.show(view());
    await shop.add("teapot");
    expect(await shop.forgetMe()).toBeUndefined();
    expect(shop.undoLast()).toBe(false);
  });
});
