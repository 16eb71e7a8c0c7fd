// Builds kit/: what a consumer of Tenor's feeds installs. Contracts as source, and JavaScript that reads, verifies and proves
// a node's reports, in Node and in browsers. Everything in it is copied from here; only kit/package.json and kit/README.md are its own.
//
//   node scripts/kit.mjs          after `npm run build`; then `npm pack ./kit`
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const kit = join(root, "kit");
const ENTRY = join(root, "dist/consumer/index.js");
const CONTRACT_FOLDERS = ["contracts/src", "contracts/kit", "contracts/examples"];

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

/** Relative imports, all the way down. */
function modulesFrom(entry, seen = new Set()) {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  const text = readFileSync(entry, "utf8");
  for (const [, path] of text.matchAll(/\bfrom "(\.[^"]+)"/g)) modulesFrom(join(dirname(entry), path), seen);
  return seen;
}

if (!existsSync(ENTRY)) {
  console.error("dist/consumer is missing: run `npm run build` first");
  process.exit(1);
}
for (const name of ["js", "contracts"]) rmSync(join(kit, name), { recursive: true, force: true });

const modules = [...modulesFrom(ENTRY)];
for (const file of modules) {
  const to = join(kit, "js", relative(join(root, "dist"), file));
  copy(file, to);
  copy(file.replace(/\.js$/, ".d.ts"), to.replace(/\.js$/, ".d.ts"));
}
// Types that only types refer to.
for (const file of modules) {
  const declared = readFileSync(file.replace(/\.js$/, ".d.ts"), "utf8");
  for (const [, path] of declared.matchAll(/\bfrom "(\.[^"]+)"/g)) {
    const source = join(dirname(file), path).replace(/\.(?:ts|js)$/, ".d.ts");
    const to = join(kit, "js", relative(join(root, "dist"), source));
    if (!existsSync(to)) copy(source, to);
  }
}

let contracts = 0;
for (const folder of CONTRACT_FOLDERS) {
  for (const name of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".sol")) continue;
    copy(join(root, folder, name), join(kit, folder, name));
    contracts++;
  }
}
copy(join(root, "LICENSE"), join(kit, "LICENSE"));
console.log(`kit: ${modules.length} modules, ${contracts} contracts`);
