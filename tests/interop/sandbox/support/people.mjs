// Clients as an app makes them, and what lies in the inbox.

import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";

import { createClient } from "@supabase/supabase-js";

// Realtime is not part of the subject; Node 20 has no WebSocket of its own, and the client asks for one at once.
class NoSocket {}

/** A client that keeps its session to itself. */
export function client(sandbox, { key = sandbox.key, flowType = "pkce", ...auth } = {}) {
  return createClient(sandbox.url, key, {
    auth: { flowType, autoRefreshToken: false, persistSession: true, detectSessionInUrl: false, storage: memory(), storageKey: randomUUID(), ...auth },
    realtime: { transport: NoSocket },
  });
}

function memory() {
  const items = new Map();
  return {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
  };
}

/** For the calls that only the project's own server makes. */
export const service = (sandbox) => client(sandbox, { key: sandbox.serviceKey, persistSession: false });

/** What a call that must succeed brings. */
export function good({ data, error }) {
  assert.equal(error, null, error && `${error.code}: ${error.message}`);
  return data;
}

/** Status and code of a call that must fail. */
export function bad({ error }) {
  assert.ok(error, "it succeeded");
  return [error.status, error.code];
}

export async function guest(sandbox, options) {
  const supabase = client(sandbox, options);
  const { user } = good(await supabase.auth.signInAnonymously());
  return { supabase, id: user.id };
}

export const address = (name = "person") => `${name}-${randomUUID().slice(0, 8)}@example.com`;
export const number = () => `1555${String(randomInt(10_000_000)).padStart(7, "0")}`;

/** A guest who proved an address. */
export async function member(sandbox, email = address(), password) {
  const person = await guest(sandbox);
  good(await person.supabase.auth.updateUser({ email, ...(password && { password }) }));
  good(await person.supabase.auth.verifyOtp({ type: "email_change", email, token: await code(sandbox, email) }));
  return { ...person, email, password };
}

/** The newest message to somebody. */
export async function message(sandbox, to) {
  const answer = await fetch(`${sandbox.url}/inbox/messages?to=${encodeURIComponent(to)}`);
  const [newest] = await answer.json();
  assert.ok(newest, `there is no message to ${to}`);
  return newest;
}
export const code = async (sandbox, to) => (await message(sandbox, to)).code;

/** Follows the link of the newest mail to somebody as a browser does, and says where it ends. */
export async function follow(sandbox, to) {
  const { link } = await message(sandbox, to);
  const answer = await fetch(link, { redirect: "manual" });
  return new URL(answer.headers.get("location"));
}

export async function controls(sandbox, path, body) {
  const headers = { authorization: `Bearer ${sandbox.control.token}`, "content-type": "application/json" };
  const answer = await fetch(`${sandbox.control.url}/${path}`, { method: "POST", headers, body: JSON.stringify(body ?? {}) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
}
