/** What people say of a product. `?reviews=none|loading|offline|failed` shows the other states, `?review=offline` refuses a new one. */
import type { Api, ErrorCode, Review } from "./client";
import { type Fake, failure, ok, soon } from "./fakeState";

const DAY = 86_400_000;

const words: [stars: number, daysAgo: number, mine: boolean, body: string][] = [
  [5, 2, false, "Exactly as it looks, and it feels good in the hand. I use it every morning."],
  [4, 9, true, "Good, if a little smaller than I thought."],
  [
    3,
    40,
    false,
    "It does what it should.\n\nThe box was larger than it had to be, and one corner was dented when it came; the thing itself was fine. I would buy it again, but look at the measures first.",
  ],
  [5, 120, false, "A present. She was delighted."],
];

type Reviewing = "reviews" | "postReview" | "deleteReview";

export function reviewing(fake: Fake, query: URLSearchParams): Pick<Api, Reviewing> {
  const wish = query.get("reviews");
  const member = () => fake.snapshot.identity.kind === "member";
  let written: Review[] = [];
  let deleted: string[] = [];
  let failing = wish === "offline" || wish === "failed";
  const about = (product_id: string): Review[] => [
    ...written.filter((review) => review.product_id === product_id),
    ...(wish === "none" ? [] : words).map(([stars, days, mine, body], index) => ({
      id: `${product_id}-${index}`,
      product_id,
      stars,
      body,
      mine: mine && member(),
      at: Date.now() - days * DAY,
    })),
  ];
  return {
    reviews: (product_id) => {
      if (wish === "loading") return new Promise(() => undefined);
      return soon(() => {
        if (failing) {
          failing = false;
          return failure(wish === "offline" ? "offline" : "server");
        }
        const data = about(product_id).filter(({ id }) => !deleted.includes(id));
        return { status: "ok" as const, data };
      });
    },
    postReview: (product_id, stars, body) =>
      soon(() => {
        if (query.has("review")) return failure(query.get("review") as ErrorCode);
        if (!member()) return failure("members_only");
        const id = `written-${written.length}`;
        const review: Review = { id, product_id, stars, body, mine: true, at: Date.now() };
        written = [review, ...written];
        return { status: "ok" as const, data: review };
      }),
    deleteReview: (id) =>
      soon(() => {
        deleted = [...deleted, id];
        return ok;
      }),
  };
}
