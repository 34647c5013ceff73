import { describe, expect, test, vi } from "vitest";

import type { Answer, Api, HandOff, Plan, Result } from "../api/client";
import { failed, fakeApi, handOff, plan, planLine } from "../test/fixtures";
import { held } from "../test/shop";
import { Conflict, type Remembered } from "./conflict.svelte";

const lamp = planLine({ product_id: "lamp", name: "Lamp", guest: 1, account: 0, result: 1 });

async function start(change: Partial<Api> = {}, remembered: Remembered = "ask") {
  const { api } = fakeApi(change);
  const conflict = new Conflict(api, () => remembered);
  await conflict.enter();
  return { api, conflict };
}

test("the preview is the plan of the first answer: nothing is asked twice", async () => {
  const { api, conflict } = await start();
  expect(conflict.answer).toEqual({ keep: "merge", both: "sum", by_hand: {} });
  expect(conflict.plan).toEqual(plan());
  expect(conflict.ready).toBe(true);
  expect(api.planHandOff).not.toHaveBeenCalled();
});

test("every change of the answer is planned anew, and only what was chosen is in it", async () => {
  const { api, conflict } = await start();
  await conflict.setRule("larger");
  await conflict.setLine("teapot", "leave_out");
  await conflict.setLine("teapot", undefined);
  await conflict.choose("account");
  await conflict.choose("merge");
  expect(vi.mocked(api.planHandOff).mock.calls.map(([answer]) => answer)).toEqual<Answer[]>([
    { keep: "merge", both: "larger", by_hand: {} },
    { keep: "merge", both: "larger", by_hand: { teapot: "leave_out" } },
    { keep: "merge", both: "larger", by_hand: {} },
    { keep: "account" },
    { keep: "merge", both: "larger", by_hand: {} },
  ]);
});

test("an answer that comes late does not overwrite a newer one, and nothing is confirmed meanwhile", async () => {
  const slow = held<Result<Plan>>();
  const quick = plan([lamp]);
  const answers = [slow.promise, Promise.resolve({ status: "ok", data: quick } as const)];
  const { api, conflict } = await start({ planHandOff: () => answers.shift() ?? slow.promise });
  const first = conflict.choose("guest");
  expect(conflict.ready).toBe(false);
  await conflict.claim();
  expect(api.claimHandOff).not.toHaveBeenCalled();
  await conflict.choose("account");
  slow.answer({ status: "ok", data: plan() });
  await first;
  expect(conflict.plan).toBe(quick);
  expect(conflict.ready).toBe(true);
});

test("a cart that changed meanwhile is looked at again, and the answer stays as far as it can", async () => {
  const previews = [handOff({ plan: plan([planLine(), lamp]) }), handOff({ plan: plan([lamp]) })];
  const claims = [failed("cart_changed"), { status: "ok", data: null } as const];
  const claimHandOff = vi.fn(() => Promise.resolve(claims.shift() ?? failed("server")));
  const { api, conflict } = await start({
    previewHandOff: () => Promise.resolve({ status: "ok", data: previews.shift() ?? handOff() }),
    claimHandOff,
  });
  await conflict.setLine("teapot", "guest");
  await conflict.setLine("lamp", "leave_out");
  await conflict.claim();
  expect(conflict).toMatchObject({ news: "changed", error: undefined, ready: true });
  const kept = { keep: "merge", both: "sum", by_hand: { lamp: "leave_out" } };
  expect(conflict.answer).toEqual(kept);
  expect(api.planHandOff).toHaveBeenLastCalledWith(kept);
  await conflict.claim();
  expect(claimHandOff).toHaveBeenLastCalledWith(kept);
  expect(conflict.busy).toBe("claiming");
});

test("a plan that can't be made is said, and nothing is confirmed by it", async () => {
  const { api, conflict } = await start({ planHandOff: () => Promise.resolve(failed("no_hand_off")) });
  await conflict.choose("guest");
  expect(conflict.error?.code).toBe("no_hand_off");
  await conflict.claim();
  expect(api.claimHandOff).not.toHaveBeenCalled();
});

test("a look that can't be had shows nothing to confirm, and the answer is kept for the next one", async () => {
  const previews: Result<HandOff>[] = [{ status: "ok", data: handOff() }, failed("offline")];
  const previewHandOff = vi.fn(() =>
    Promise.resolve(previews.shift() ?? { status: "ok" as const, data: handOff() }),
  );
  const claimHandOff = vi.fn(() => Promise.resolve(failed("cart_changed")));
  const { conflict } = await start({ previewHandOff, claimHandOff });
  await conflict.choose("guest");
  await conflict.claim();
  expect(conflict.error?.code).toBe("offline");
  expect([conflict.handOff, conflict.plan, conflict.ready]).toEqual([undefined, undefined, false]);
  await conflict.look();
  expect([conflict.keep, conflict.ready]).toEqual(["guest", true]);
});

test("a look that is wanted while another is out follows it", async () => {
  const first = held<Result<HandOff>>();
  const answers = [first.promise];
  const previewHandOff = vi.fn(
    () => answers.shift() ?? Promise.resolve({ status: "ok" as const, data: handOff() }),
  );
  const { api } = fakeApi({ previewHandOff });
  const conflict = new Conflict(api, () => "ask");
  const looking = conflict.enter();
  void conflict.enter();
  first.answer(failed("offline"));
  await looking;
  expect(previewHandOff).toHaveBeenCalledTimes(2);
  expect(conflict.ready).toBe(true);
});

describe("a look", () => {
  const found: Result<HandOff> = { status: "ok", data: handOff() };

  test("ends with the answer that was chosen meanwhile", async () => {
    const second = held<Result<HandOff>>();
    const previews = [Promise.resolve(found), second.promise];
    const { api, conflict } = await start({
      previewHandOff: () => previews.shift() ?? second.promise,
      claimHandOff: () => Promise.resolve(failed("cart_changed")),
    });
    const claiming = conflict.claim();
    await vi.waitFor(() => expect(conflict.busy).toBe("looking"));
    await conflict.choose("account");
    expect(api.planHandOff).not.toHaveBeenCalled();
    second.answer(found);
    await claiming;
    expect(api.planHandOff).toHaveBeenCalledExactlyOnceWith({ keep: "account" });
    expect(conflict.ready).toBe(true);
  });

  test.each(["plan", "claim"] as const)("follows a %s that the shell has no carts for", async (what) => {
    const previewHandOff = vi.fn(() => Promise.resolve(found));
    const gone = [failed("no_hand_off")];
    const plans = what === "plan" ? gone : [];
    const { conflict } = await start({
      previewHandOff,
      planHandOff: () => Promise.resolve(plans.shift() ?? { status: "ok", data: plan() }),
      claimHandOff: () => Promise.resolve(gone[0] ?? failed("server")),
    });
    await (what === "plan" ? conflict.choose("account") : conflict.claim());
    expect(previewHandOff).toHaveBeenCalledTimes(2);
    expect(conflict).toMatchObject({ ready: true, error: undefined, news: undefined });
  });

  test("that finds nothing to decide is no error, and asks nobody", async () => {
    const { conflict } = await start({ previewHandOff: () => Promise.resolve(failed("no_hand_off")) });
    expect(conflict).toMatchObject({ met: false, error: undefined });
  });

  test("under which the carts change is repeated once by itself", async () => {
    const previewHandOff = vi.fn(() => Promise.resolve(failed("cart_changed")));
    const { conflict } = await start({ previewHandOff });
    expect(previewHandOff).toHaveBeenCalledTimes(2);
    expect(conflict.error?.code).toBe("cart_changed");
  });

  test("comes to nothing when the person has left", async () => {
    const look = held<Result<HandOff>>();
    const conflict = new Conflict(fakeApi({ previewHandOff: () => look.promise }).api, () => "ask");
    const entering = conflict.enter();
    conflict.leave();
    look.answer(found);
    await entering;
    expect(conflict).toMatchObject({ met: false, handOff: undefined, busy: undefined });
  });
});

describe("an answer that was to be remembered", () => {
  const same = planLine({ guest: 2, account: 2, result: 4, reasons: [{ code: "summed" }] });
  const costs = planLine({ result: 4, reasons: [{ code: "reduced", wanted: 5, allowed: 4, by: "stock" }] });

  test.each<[Remembered, Answer]>([
    ["merge", { keep: "merge", both: "sum", by_hand: {} }],
    ["guest", { keep: "guest" }],
    ["account", { keep: "account" }],
  ])("%s is given without a question", async (remembered, answer) => {
    const { api, conflict } = await start({ planHandOff: planned(same) }, remembered);
    expect(api.claimHandOff).toHaveBeenCalledExactlyOnceWith(answer);
    expect(api.planHandOff).toHaveBeenLastCalledWith(answer);
    // Until the shell says that it is over.
    expect(conflict.met).toBe(false);
  });

  test("is asked for all the same where a line would be less", async () => {
    const { api, conflict } = await start({ planHandOff: planned(costs) }, "merge");
    expect(api.claimHandOff).not.toHaveBeenCalled();
    expect(conflict.met).toBe(true);
    expect(conflict.ready).toBe(true);
  });

  test("shows nothing while it is given, and the question if it can't be", async () => {
    const claim = held<Result<unknown>>();
    const { api } = fakeApi({ planHandOff: planned(same), claimHandOff: vi.fn(() => claim.promise) });
    const conflict = new Conflict(api, () => "merge");
    const entering = conflict.enter();
    await vi.waitFor(() => expect(api.claimHandOff).toHaveBeenCalledOnce());
    expect(conflict.met).toBe(false);
    claim.answer(failed("offline"));
    await entering;
    expect(conflict.met).toBe(true);
    expect(conflict.error?.code).toBe("offline");
  });

  test('is not given a second time after it came to nothing, nor after a "not now"', async () => {
    const claimHandOff = vi.fn(() => Promise.resolve(failed("offline")));
    const { api, conflict } = await start({ planHandOff: planned(same), claimHandOff }, "merge");
    conflict.pause();
    await conflict.enter();
    expect(conflict).toMatchObject({ met: true, unheard: { code: "offline" } });
    conflict.leave();
    await conflict.enter();
    expect(conflict).toMatchObject({ met: true, unheard: undefined });
    expect(api.claimHandOff).toHaveBeenCalledOnce();
    conflict.end();
    await conflict.enter();
    expect(api.claimHandOff).toHaveBeenCalledTimes(2);
  });

  test("is given once where two looks meet", async () => {
    const first = held<Result<HandOff>>();
    const answers = [first.promise];
    const previewHandOff = () =>
      answers.shift() ?? Promise.resolve({ status: "ok" as const, data: handOff({ plan: plan([same]) }) });
    const { api } = fakeApi({ previewHandOff, planHandOff: planned(same) });
    const conflict = new Conflict(api, () => "merge");
    const entering = conflict.enter();
    const again = conflict.enter();
    first.answer(failed("offline"));
    await Promise.all([entering, again]);
    expect(api.claimHandOff).toHaveBeenCalledOnce();
    expect(conflict.met).toBe(false);
  });

  test("is not given for carts that can't be had", async () => {
    const { api, conflict } = await start(
      { previewHandOff: () => Promise.resolve(failed("offline")) },
      "merge",
    );
    expect(api.claimHandOff).not.toHaveBeenCalled();
    expect(conflict.met).toBe(true);
  });

  function planned(line: ReturnType<typeof planLine>) {
    return vi.fn(() => Promise.resolve({ status: "ok" as const, data: plan([line]) }));
  }
});

test("an answer that did not reach the server is met again, with the reason", async () => {
  const claimHandOff = () => Promise.resolve(failed("offline"));
  const { api, conflict } = await start({ claimHandOff });
  await conflict.choose("account");
  await conflict.claim();
  conflict.pause();
  expect(conflict.handOff).toBeUndefined();
  await conflict.enter();
  expect(conflict).toMatchObject({ keep: "account", ready: true, unheard: { code: "offline" } });
  expect(api.planHandOff).toHaveBeenLastCalledWith({ keep: "account" });
});

test("an answer that came too late for carts that are still the same is told from a change", async () => {
  const { conflict } = await start({ claimHandOff: () => Promise.resolve(failed("cart_changed")) });
  await conflict.claim();
  expect(conflict).toMatchObject({ news: "too_late", ready: true });
});

test("what a line was before it changed is known until the next answer", async () => {
  const previews = [
    handOff({ plan: plan([planLine(), lamp]) }),
    handOff({ plan: plan([planLine({ guest: 7 })]) }),
  ];
  const claims = [failed("cart_changed"), failed("offline")];
  const { conflict } = await start({
    previewHandOff: () => Promise.resolve({ status: "ok", data: previews.shift() ?? handOff() }),
    claimHandOff: () => Promise.resolve(claims.shift() ?? failed("server")),
  });
  await conflict.claim();
  expect(conflict.news).toBe("changed");
  expect(conflict.was("teapot")).toMatchObject({ guest: planLine().guest });
  expect(conflict.was("lamp")).toBeUndefined();
  await conflict.claim();
  expect(conflict).toMatchObject({ news: undefined, error: { code: "offline" } });
  expect(conflict.was("teapot")).toBeUndefined();
});

test("of a line that is in one cart only, the larger number can't be taken any longer", async () => {
  const both = planLine();
  const one = planLine({ guest: 0 });
  const previews = [handOff({ plan: plan([both]) }), handOff({ plan: plan([one]) })];
  const { conflict } = await start({
    previewHandOff: () => Promise.resolve({ status: "ok", data: previews.shift() ?? handOff() }),
  });
  await conflict.setLine("teapot", "larger");
  await conflict.look();
  expect(conflict.byHand("teapot")).toBeUndefined();
});
