/**
 * A stand-in for the shell, for looking at the window in a browser: `npm run preview:fake`.
 * States are reached by query parameters, for example `?identity=guest&cart=some&save=offline&theme=dark`; what they mean stands
 * with the parts: fakeState.ts, fakeAccount.ts, fakeHandOff.ts, fakeReviews.ts, fakeBackend.ts, fakePress.ts.
 * `?products=2000` makes the shop large.
 */
import type { Api, ErrorCode } from "./client";
import { membership, switching, upgrading } from "./fakeAccount";
import { backends } from "./fakeBackend";
import { manyProducts } from "./fakeCatalog";
import { handingOver } from "./fakeHandOff";
import { press } from "./fakePress";
import { reviewing } from "./fakeReviews";
import { Fake, failure, ok } from "./fakeState";

/** The API over made-up answers. */
export function createFake(query: URLSearchParams): Api {
  const fake = new Fake(query);
  const many = manyProducts(Number(query.get("products") ?? 0));
  const catalog = query.has("bare") ? { categories: [], products: [] } : many;
  void press(query.get("press"));
  return {
    startupProblem: () =>
      Promise.resolve(query.has("problem") ? failure(query.get("problem") as ErrorCode).error : null),
    snapshot: () => Promise.resolve({ snapshot: fake.snapshot, lines: fake.lines }),
    catalog: () => Promise.resolve(catalog),
    catalogPainted: () => Promise.resolve(null),
    addToCart: (id) => Promise.resolve(fake.set(id, (fake.quantities.get(id) ?? 0) + 1)),
    setQuantity: (id, quantity) =>
      Promise.resolve(query.has("fail") ? failure("disk_full") : fake.set(id, quantity)),
    clearCart: () => Promise.resolve(fake.put(new Map())),
    undo: (undo) => Promise.resolve(fake.undo(undo)),
    ...upgrading(fake, query),
    ...switching(fake),
    ...handingOver(fake, query),
    ...membership(fake, query),
    dismissNotice: (id) => {
      fake.change({ notices: fake.snapshot.notices.filter((notice) => notice.id !== id) });
      return Promise.resolve(ok);
    },
    retryNow: () => {
      fake.change({ save: "all_saved", catalog: { state: "ready", revision: 2 } });
      return Promise.resolve(null);
    },
    preferences: () => Promise.resolve(fake.preferences),
    setPreferences: (preferences) => {
      fake.preferences = preferences;
      return Promise.resolve(ok);
    },
    ...reviewing(fake, query),
    ...backends(query),
    openConsole: () => Promise.resolve(failure("starting")),
    onPatch: (callback) => {
      fake.listeners.add(callback);
      return Promise.resolve(() => void fake.listeners.delete(callback));
    },
  };
}
