// Reads, writes and function calls as the client sends them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { client, good, guest, member, service } from "./support/people.mjs";
import { start } from "./support/sandbox.mjs";

let sandbox;
let shop;
before(async () => {
  sandbox = await start();
  shop = client(sandbox);
});
after(() => sandbox.stop());

const products = () => shop.from("products");
const ids = ({ data, error }) => (assert.equal(error, null, error?.message), data.map(({ id }) => id));

for (const [name, narrow, matches] of [
  ["eq", (q) => q.eq("id", "teapot"), ({ id }) => id === "teapot"],
  ["neq", (q) => q.neq("category_id", "coffee"), ({ category_id }) => category_id !== "coffee"],
  ["gt", (q) => q.gt("price_minor", 5000), ({ price_minor }) => price_minor > 5000],
  ["gte", (q) => q.gte("price_minor", 5900), ({ price_minor }) => price_minor >= 5900],
  ["lt", (q) => q.lt("stock", 10), ({ stock }) => stock < 10],
  ["lte", (q) => q.lte("stock", 10), ({ stock }) => stock <= 10],
  ["like", (q) => q.like("name", "%pan%"), ({ name }) => name.includes("pan")],
  ["ilike", (q) => q.ilike("name", "%PAN%"), ({ name }) => name.toLowerCase().includes("pan")],
  ["in", (q) => q.in("id", ["teapot", "desk-lamp", "no,such"]), ({ id }) => ["teapot", "desk-lamp"].includes(id)],
  ["is", (q) => q.is("picture", null), () => false],
  ["not", (q) => q.not("category_id", "in", "(coffee,kitchen)"), ({ category_id }) => !["coffee", "kitchen"].includes(category_id)],
  ["or", (q) => q.or("id.eq.teapot,and(category_id.eq.desk,stock.lt.10)"), (p) => p.id === "teapot" || (p.category_id === "desk" && p.stock < 10)],
  ["match", (q) => q.match({ category_id: "desk", currency: "EUR" }), ({ category_id, currency }) => category_id === "desk" && currency === "EUR"],
  ["filter", (q) => q.filter("position", "gt", 2), ({ position }) => position > 2],
  ["likeAnyOf", (q) => q.likeAnyOf("name", ["Round%", "%lamp"]), ({ name }) => name.startsWith("Round") || name.endsWith("lamp")],
]) {
  test(`filter ${name}`, async () => {
    const all = good(await products().select().order("id"));
    const expected = all.filter(matches).map(({ id }) => id);
    assert.deepEqual(ids(await narrow(products().select("id")).order("id")), expected);
  });
}

test("columns under other names and as other types", async () => {
  const { data } = await products().select("id, price:price_minor::text").eq("id", "teapot").single();
  assert.equal(typeof data.price, "string");
});

test("order by two columns, both ways", async () => {
  const all = good(await products().select("category_id, price_minor").order("category_id").order("price_minor", { ascending: false }));
  const sorted = [...all].sort((a, b) => a.category_id.localeCompare(b.category_id) || b.price_minor - a.price_minor);
  assert.deepEqual(all, sorted);
});

test("range, limit and count", async () => {
  const part = await products().select("id", { count: "exact" }).order("id").range(3, 5);
  assert.deepEqual([part.status, part.data.length, part.count], [206, 3, 28]);
  assert.equal(good(await products().select("id").limit(2)).length, 2);
  const head = await products().select("*", { count: "exact", head: true });
  assert.deepEqual([head.count, head.data], [28, null]);
  const beyond = await products().select("id", { count: "exact" }).range(100, 110);
  assert.deepEqual([beyond.status, beyond.error.code], [416, "PGRST103"]);
});

test("single is one row, maybeSingle one or none", async () => {
  assert.equal(good(await products().select().eq("id", "teapot").single()).id, "teapot");
  assert.equal((await products().select().single()).error.code, "PGRST116");
  assert.equal(good(await products().select().eq("id", "none").maybeSingle()), null);
  assert.equal((await products().select().maybeSingle()).error.code, "PGRST116");
});

test("csv", async () => {
  const text = good(await products().select("id,currency").eq("id", "teapot").csv());
  assert.equal(text, "id,currency\nteapot,EUR");
});

test("errors carry PostgreSQL's or PostgREST's code", async () => {
  for (const [asked, status, code] of [
    [products().select("none"), 400, "42703"],
    [products().select().eq("none", 1), 400, "42703"],
    [products().select().eq("stock", "many"), 400, "22P02"],
    [shop.from("none").select(), 404, "PGRST205"],
    [shop.rpc("none"), 404, "PGRST202"],
  ]) {
    const answer = await asked;
    assert.deepEqual([answer.status, answer.error.code], [status, code]);
  }
});

test("insert, with and without its rows, one and many", async () => {
  const { supabase, id } = await member(sandbox);
  const review = (body) => ({ product_id: "teapot", stars: 4, body });
  assert.deepEqual(await supabase.from("reviews").insert(review("a")).then(({ status, data }) => [status, data]), [201, null]);
  const many = good(await supabase.from("reviews").insert([review("b"), review("c")]).select("body, author_id"));
  assert.deepEqual(many, [{ body: "b", author_id: id }, { body: "c", author_id: id }]);
  assert.equal((await supabase.from("reviews").insert({ ...review("d"), stars: 6 })).error.code, "23514");
  assert.equal((await supabase.from("reviews").insert({ ...review("e"), product_id: "none" })).status, 409);
  assert.equal((await supabase.from("reviews").insert({ ...review("f"), colour: "red" })).error.code, "PGRST204");
});

test("upsert merges or leaves what is there", async () => {
  const { supabase, id } = await guest(sandbox);
  good(await supabase.from("carts").upsert({ user_id: id, version: 1 }).select());
  const line = (quantity) => ({ user_id: id, product_id: "teapot", quantity });
  good(await supabase.from("cart_lines").upsert(line(1)).select());
  assert.equal(good(await supabase.from("cart_lines").upsert(line(2)).select())[0].quantity, 2);
  assert.deepEqual(good(await supabase.from("cart_lines").upsert(line(3), { ignoreDuplicates: true }).select()), []);
  assert.equal(good(await supabase.from("cart_lines").select().single()).quantity, 2);
  const named = await supabase.from("cart_lines").upsert(line(4), { onConflict: "user_id,product_id" }).select().single();
  assert.equal(good(named).quantity, 4);
});

test("update and delete tell what they changed", async () => {
  const { supabase, id } = await guest(sandbox);
  good(await supabase.rpc("set_cart_lines", { lines: [{ product_id: "teapot", quantity: 1 }, { product_id: "desk-lamp", quantity: 1 }] }));
  const updated = await supabase.from("cart_lines").update({ quantity: 2 }, { count: "exact" }).eq("user_id", id);
  assert.deepEqual([updated.status, updated.count], [204, 2]);
  const one = good(await supabase.from("cart_lines").update({ quantity: 3 }).eq("product_id", "teapot").select().single());
  assert.equal(one.quantity, 3);
  const gone = await supabase.from("cart_lines").delete({ count: "exact" }).eq("user_id", id).gte("quantity", 2);
  assert.equal(gone.count, 2);
});

test("functions are called by POST and by GET", async () => {
  const { supabase } = await guest(sandbox);
  const lines = [{ product_id: "teapot", quantity: 2 }];
  const set = good(await supabase.rpc("set_cart_lines", { lines }));
  assert.deepEqual([set.lines, set.refused, set.version], [lines, [], 1]);
  assert.deepEqual(good(await supabase.rpc("get_cart")).lines, lines);
  assert.deepEqual(good(await supabase.rpc("get_cart", {}, { get: true })).lines, lines);
});

test("a call by GET changes nothing", async () => {
  const answer = await service(sandbox).rpc("clean_up_guests", { batch: 1 }, { get: true });
  assert.deepEqual([answer.status, answer.error.code], [405, "25006"]);
});

test("a function refuses in its own words", async () => {
  const { supabase } = await guest(sandbox);
  const { status, error } = await supabase.rpc("set_cart_lines", { lines: "none" });
  assert.deepEqual([status, error.code, error.message], [400, "22023", "lines must be an array"]);
});

test("another schema is not served", async () => {
  const { error } = await shop.schema("auth").from("users").select();
  assert.equal(error.code, "PGRST106");
});

test("a token of the guest is the guest's everywhere", async () => {
  const { supabase } = await guest(sandbox);
  assert.equal(good(await supabase.from("carts").select()).length, 0);
  good(await supabase.rpc("set_cart_lines", { lines: [{ product_id: "teapot", quantity: 1 }] }));
  assert.equal(good(await supabase.from("carts").select("version").single()).version, 1);
});
