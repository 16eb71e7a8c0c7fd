// Makes one program of what the compiler wrote: dist/bin/tenor.js, with the packages it uses in it. A node loads some 1 250
// modules otherwise, which takes two thirds of its start. Names stay as they are and each part says which file it is from,
// so that a stack trace can be followed to its source.
//   node scripts/bundle.mjs
import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
/** As deep below dist/ as the modules are: what they look for beside themselves is found from there too. */
const out = join(dist, "bin");
const ENTRIES = { tenor: "main.js", "simulate-worker": "simulate-worker.js" };
/** What loads a file of its own from where it lies: native code, and a logger that may start a thread. */
const LEFT_OUT = /^(better-sqlite3|secp256k1|pino)(\/|$)/;

/** @returns {Promise<string>} the folder. Throws where the bundler has something to say: nothing is left out silently. */
export async function bundle() {
  const input = Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, join(dist, "cli", file)]));
  for (const file of Object.values(input)) if (!existsSync(file)) throw new Error(`${file} is missing: compile first`);
  const said = [];
  const made = await rolldown({
    input,
    platform: "node",
    external: (id) => LEFT_OUT.test(id),
    onLog: (level, { message }) => level === "info" || said.push(message),
  });
  rmSync(out, { recursive: true, force: true });
  await made.write({ dir: out, format: "esm", entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" });
  await made.close();
  if (said.length > 0) throw new Error(said.join("\n"));
  return out;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(`${await bundle()}\n`);
}
