// Runs every case and ends with one line of counts: `npm run sandbox`.

import { readdir } from "node:fs/promises";
import { run } from "node:test";
import { fileURLToPath } from "node:url";

const folder = new URL(".", import.meta.url);
const names = (await readdir(folder)).filter((name) => name.endsWith(".test.mjs")).sort();
const files = names.map((name) => fileURLToPath(new URL(name, folder)));
const counts = { passed: 0, failed: 0, todo: 0 };

for await (const { type, data } of run({ files, concurrency: 2 })) {
  if (type !== "test:pass" && type !== "test:fail") continue;
  // A file counts as a test of its own to the runner, unless something in it failed outside its tests.
  if (data.details?.type === "suite" || (files.includes(data.name) && type === "test:pass")) continue;
  const result = data.todo !== undefined ? "todo" : type === "test:pass" ? "passed" : "failed";
  counts[result] += 1;
  if (result === "failed") console.log(`✗ ${data.name}\n${data.details.error?.cause?.stack ?? data.details.error}`);
  if (result === "todo") console.log(`- ${data.name}: ${data.todo}`);
}

console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.todo} todo`);
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
