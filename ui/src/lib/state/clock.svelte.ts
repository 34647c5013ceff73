import { createSubscriber } from "svelte/reactivity";

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 1000);
  return () => clearInterval(timer);
});

/** Now, in milliseconds since 1970. Read in a template or an effect, it moves on every second. */
export function now(): number {
  subscribe();
  return Date.now();
}
