/**
 * Choosing a backend. `?fixed` was given on the command line, `?hosted` is in use already, `?backends=off` is a project without
 * guests. An address with "nowhere" does not answer, one with "refused" is none.
 */
import type { Api, BackendChoice, ErrorCode } from "./client";
import { failure, ok, soon } from "./fakeState";

const project: BackendChoice = {
  kind: "hosted",
  url: "https://abcdefghijklmnop.supabase.co",
  publishable_key: "sb_publishable_made_up",
};

function refusal(url: string, key: string): ErrorCode | undefined {
  if (key.startsWith("sb_secret_")) return "secret_key";
  if (!url.startsWith("https://")) return "insecure_url";
  if (url.includes("nowhere")) return "backend_unreachable";
  return url.includes("refused") ? "backend_refused" : undefined;
}

type Backends = "backend" | "tryBackend" | "setBackend" | "restart";

export function backends(query: URLSearchParams): Pick<Api, Backends> {
  const in_use: BackendChoice = query.has("hosted") ? project : { kind: "sandbox" };
  let chosen = in_use;
  return {
    backend: () => soon(() => ({ chosen, in_use, fixed: query.has("fixed") })),
    tryBackend: (url, key) =>
      soon(() => {
        const code = refusal(url, key);
        if (code) return failure(code);
        const anonymous_sign_ins = query.get("backends") !== "off";
        const ways = { email: true, phone: false, providers: ["github", "google"] };
        return {
          status: "ok" as const,
          data: { anonymous_sign_ins, ways, products: 28 },
        };
      }),
    setBackend: (choice) =>
      soon(() => {
        const code = choice.kind === "hosted" ? refusal(choice.url, choice.publishable_key) : undefined;
        if (code) return failure(code);
        chosen = choice;
        return ok;
      }),
    restart: () => {
      location.reload();
      return Promise.resolve(null);
    },
  };
}
