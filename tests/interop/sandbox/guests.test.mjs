// Anonymous sign-in, and what a guest is to the database.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { bad, client, good, guest, member, service } from "./support/people.mjs";
import { SETTINGS, start } from "./support/sandbox.mjs";

let sandbox;
before(async () => (sandbox = await start()));
after(() => sandbox.stop());

const cart = (supabase) => supabase.rpc("set_cart_lines", { lines: [{ product_id: "teapot", quantity: 2 }] });
const review = (id) => ({ product_id: "teapot", stars: 5, body: "Keeps warm.", author_id: id });

test("a guest is anonymous and authenticated at once", async () => {
  const { supabase, id } = await guest(sandbox);
  const { session } = good(await supabase.auth.getSession());
  assert.equal(session.user.is_anonymous, true);
  assert.equal(session.user.id, id);
  const { claims } = good(await supabase.auth.getClaims());
  assert.equal(claims.role, "authenticated");
  assert.equal(claims.is_anonymous, true);
  assert.deepEqual(claims.amr.map(({ method }) => method), ["anonymous"]);
  assert.equal(claims.aal, "aal1");
  assert.equal(claims.aud, "authenticated");
});

test("data given at the sign-in is the user's", async () => {
  const { user } = good(await client(sandbox).auth.signInAnonymously({ options: { data: { from: "window" } } }));
  assert.deepEqual(user.user_metadata, { from: "window" });
  assert.deepEqual(user.app_metadata, {});
  assert.deepEqual(user.identities, []);
});

test("getUser asks the server", async () => {
  const { supabase, id } = await guest(sandbox);
  assert.equal(good(await supabase.auth.getUser()).user.id, id);
});

test("a guest's data can be changed", async () => {
  const { supabase } = await guest(sandbox);
  const { user } = good(await supabase.auth.updateUser({ data: { theme: "dark" } }));
  assert.equal(user.user_metadata.theme, "dark");
  assert.equal(user.is_anonymous, true);
});

test("switched off, nobody is a guest", async () => {
  const off = await start(SETTINGS.replace("enable_anonymous_sign_ins = true", ""));
  try {
    assert.deepEqual(bad(await client(off).auth.signInAnonymously()), [422, "anonymous_provider_disabled"]);
  } finally {
    await off.stop();
  }
});

test("the catalog is for everybody", async () => {
  const { data } = await client(sandbox).from("products").select("id");
  assert.equal(data.length, 28);
});

test("nobody writes the catalog", async () => {
  const { supabase } = await guest(sandbox);
  assert.deepEqual(bad(await supabase.from("products").update({ stock: 0 }).eq("id", "teapot")), [undefined, "42501"]);
  assert.equal((await client(sandbox).from("products").delete().eq("id", "teapot")).status, 401);
});

test("a guest's cart is the guest's alone", async () => {
  const [one, other] = [await guest(sandbox), await guest(sandbox)];
  good(await cart(one.supabase));
  assert.equal(good(await one.supabase.from("cart_lines").select()).length, 1);
  assert.deepEqual(good(await other.supabase.from("cart_lines").select()), []);
  assert.deepEqual(good(await other.supabase.from("cart_lines").delete().eq("user_id", one.id).select()), []);
  assert.equal((await other.supabase.from("carts").insert({ user_id: one.id })).error.code, "42501");
});

test("the publishable key alone has no cart", async () => {
  assert.equal((await client(sandbox).from("carts").select()).error.code, "42501");
  assert.equal((await client(sandbox).rpc("get_cart")).status, 401);
});

test("a guest reads reviews and writes none", async () => {
  const { supabase, id } = await guest(sandbox);
  good(await supabase.from("reviews").select());
  const { status, error } = await supabase.from("reviews").insert(review(id));
  assert.deepEqual([status, error.code], [403, "42501"]);
});

test("the same insert passes once the guest is a member", async () => {
  const { supabase, id } = await member(sandbox);
  const { status } = await supabase.from("reviews").insert(review(id));
  assert.equal(status, 201);
});

test("a member writes in nobody else's name", async () => {
  const [one, other] = [await member(sandbox), await member(sandbox)];
  assert.equal((await one.supabase.from("reviews").insert(review(other.id))).error.code, "42501");
});

test("a member changes their own review and no other's", async () => {
  const [one, other] = [await member(sandbox), await member(sandbox)];
  const [{ id }] = good(await one.supabase.from("reviews").insert(review(one.id)).select());
  assert.deepEqual(good(await other.supabase.from("reviews").update({ stars: 1 }).eq("id", id).select()), []);
  assert.equal(good(await one.supabase.from("reviews").update({ stars: 4 }).eq("id", id).select())[0].stars, 4);
  assert.equal(good(await one.supabase.from("reviews").delete().eq("id", id).select()).length, 1);
});

test("the service role passes the policies", async () => {
  const { supabase, id } = await guest(sandbox);
  good(await cart(supabase));
  assert.equal(good(await service(sandbox).from("cart_lines").select().eq("user_id", id)).length, 1);
});
