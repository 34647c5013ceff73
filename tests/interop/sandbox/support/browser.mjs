// The system's browser, as far as a flow with a provider needs one: the consent page, its form, and where it all ends.

import assert from "node:assert/strict";

export const BACK = "http://127.0.0.1:4998/cb";

/** Answers the consent page and says where the browser lands: the app's address with a code or an error. */
export async function consent(url, form) {
  const begun = await landing(await fetch(url, { redirect: "manual" }), url);
  const page = await fetch(begun);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<form/);
  const decide = begun.pathname.replace(/authorize$/, "decide");
  const body = new URLSearchParams({ ...form, state: begun.searchParams.get("state") });
  const decided = await fetch(new URL(decide, begun), { method: "POST", body, redirect: "manual" });
  const callback = await landing(decided);
  return landing(await fetch(callback, { redirect: "manual" }));
}

/** Where an answer sends the browser; the page itself if it sends it nowhere. */
async function landing(answer, here) {
  const location = answer.headers.get("location");
  if (location) return new URL(location);
  assert.ok(here, `${answer.status} ${await answer.text()}`);
  return new URL(here);
}

export const allow = (email, more) => ({ answer: "allow", name: "Account", email, ...more });

/** Links a provider to whoever is signed in; where the browser lands. */
export async function link(supabase, provider, form) {
  const { data, error } = await supabase.auth.linkIdentity({ provider, options: { redirectTo: BACK, skipBrowserRedirect: true } });
  assert.equal(error, null, error?.message);
  return consent(data.url, form);
}

/** Signs in with a provider; where the browser lands. */
export async function signIn(supabase, provider, form) {
  const { data, error } = await supabase.auth.signInWithOAuth({ provider, options: { redirectTo: BACK, skipBrowserRedirect: true } });
  assert.equal(error, null, error?.message);
  return consent(data.url, form);
}
