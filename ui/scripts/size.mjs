// How large the built window is, beside a page that has Svelte's runtime and nothing else: `cargo xtask bench ui`.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const ui = fileURLToPath(new URL("..", import.meta.url));

/** Bytes by kind of file: as they are, and as they would be sent over a wire. */
function sizes(folder) {
  const kinds = {};
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const bytes = readFileSync(join(file.parentPath, file.name));
    const kind = (kinds[extname(file.name)] ??= { plain: 0, gzip: 0 });
    kind.plain += bytes.length;
    kind.gzip += gzipSync(bytes, { level: 9 }).length;
  }
  return kinds;
}

async function bare() {
  const root = join(ui, "node_modules", ".bare");
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, "index.html"), '<!doctype html><script type="module" src="/main.js"></script>');
  writeFileSync(
    join(root, "main.js"),
    'import { mount } from "svelte"; mount(() => {}, { target: document.body });',
  );
  await build({ configFile: false, root, logLevel: "error" });
  const found = sizes(join(root, "dist"));
  rmSync(root, { recursive: true });
  return found;
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1).padStart(8)} kB`;
const ours = sizes(join(ui, "dist"));
const theirs = await bare();

console.log("size of the window's bundle: plain, gzip");
for (const [kind, { plain, gzip }] of Object.entries(ours).sort((a, b) => b[1].plain - a[1].plain)) {
  console.log(`  ${kind.padEnd(28)}${kilobytes(plain)}${kilobytes(gzip)}`);
}
const [js, svelte] = [ours[".js"], theirs[".js"]];
console.log(`  ${"Svelte alone, .js".padEnd(28)}${kilobytes(svelte.plain)}${kilobytes(svelte.gzip)}`);
console.log(
  `  ${"ratio of .js".padEnd(28)}${(js.plain / svelte.plain).toFixed(2).padStart(8)}   ${(js.gzip / svelte.gzip).toFixed(2).padStart(8)}`,
);
