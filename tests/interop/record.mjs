// Writes what the official client sends to `auth-js.requests.json`; with `--check`, compares instead of writing.

import { readFile, writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";

import { run } from "./scenario.mjs";

const FILE = new URL("auth-js.requests.json", import.meta.url);

// Held by their shape alone, as `<key:length>`. The first two are new in each run. The others are made up here, but
// are of a kind that never belongs in a file. Codes good for one use (`token`, `nonce`, `auth_code`, …) stay as they are.
const SHAPE_ONLY = new Set([
  "code_challenge",
  "code_verifier",
  "password",
  "current_password",
  "access_token",
  "refresh_token",
  "id_token",
]);

// Undefined never reaches the wire, but null and "" do: both stay, so that the record tells what is sent empty.
function masked(value, key) {
  if (typeof value === "string" && value !== "" && SHAPE_ONLY.has(key)) return `<${key}:${value.length}>`;
  if (Array.isArray(value)) return value.map((item) => masked(item, key));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, masked(item, name)]));
}

/** Lines on how two values differ, each with the place. The order of keys means nothing in JSON and is not compared. */
function differences(place, was, is) {
  if (isDeepStrictEqual(was, is)) return [];
  if (isObject(was) && isObject(is)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
    return keys.flatMap((key) => differences(`${place}.${key}`, was[key], is[key]));
  }
  return [`  ${place}`, `    - ${show(was)}`, `    + ${show(is)}`];
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const show = (value) => (value === undefined ? "(absent)" : JSON.stringify(value));
const byStep = (records) => Object.fromEntries(records.map(({ step, ...rest }) => [step, rest]));
const steps = (records) => records.map(({ step }) => step);

function compare(was, is) {
  const [old, now] = [byStep(was), byStep(is)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  const lines = names.flatMap((name) => differences(name, old[name], now[name]));
  // A step that is there twice, or elsewhere, is lost on the way to an object.
  const moved = lines.length === 0 && !isDeepStrictEqual(steps(was), steps(is));
  return moved ? differences("(order of steps)", steps(was), steps(is)) : lines;
}

async function kept() {
  try {
    return JSON.parse(await readFile(FILE, "utf8"));
  } catch (error) {
    throw new Error("auth-js.requests.json cannot be read; `npm run record` writes it", { cause: error });
  }
}

const records = masked(await run());
if (process.argv.includes("--check")) {
  const lines = compare(await kept(), records);
  if (lines.length > 0) {
    console.error("auth-js sends other requests than auth-js.requests.json says (- the file, + auth-js):");
    console.error(lines.join("\n"));
    console.error("If that is right, `npm run record` rewrites the file.");
    process.exitCode = 1;
  } else {
    console.log(`auth-js sends what auth-js.requests.json says: ${records.length} steps`);
  }
} else {
  await writeFile(FILE, `${JSON.stringify(records, null, 2)}\n`);
  console.log(`${records.length} steps written to auth-js.requests.json`);
}
