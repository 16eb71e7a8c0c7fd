// A copy of the contracts beside the system's temporary files, in which forge compiles and tests.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { forgeOf } from "./tools.mjs";

/** A mutant that makes a loop endless runs out of gas long before. */
const TIMEOUT_MS = 600_000;
const OTHERS = ["foundry.toml", "scripts/solc.cjs", "test/vectors"];
/** What forge compiled, and what it knows of it. */
const COMPILED = ["contracts/out", "contracts/cache"];
// Lint has no part in it, and fewer inputs show as much of a planted mistake.
const SETTINGS = {
  FOUNDRY_FUZZ_RUNS: "64",
  FOUNDRY_INVARIANT_RUNS: "4",
  FOUNDRY_LINT_LINT_ON_BUILD: "false",
  NO_COLOR: "1",
};

export class MutationFolder {
  dir = mkdtempSync(join(tmpdir(), "tenor-mutate-"));
  #settings;
  #forge;
  /** Where what was compiled is kept as it was before any mutant; null until `keep`. */
  #kept = null;
  /** Forge at work; null between its runs. */
  #child = null;

  /**
   * @param root the repository
   * @param rooms what is copied of it, beside what forge needs
   * @param settings forge's, as environment variables
   */
  constructor(root, rooms, settings) {
    this.#settings = settings;
    this.#forge = forgeOf(root);
    for (const name of [...rooms, ...OTHERS]) {
      mkdirSync(dirname(join(this.dir, name)), { recursive: true });
      cpSync(join(root, name), join(this.dir, name), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(this.dir, "node_modules"));
  }

  /** Forge and the compiler it runs end with this, and so does the folder. */
  remove() {
    if (this.#child !== null) this.#end(this.#child);
    rmSync(this.dir, { recursive: true, force: true });
  }

  read(file) {
    return readFileSync(join(this.dir, file), "utf8");
  }

  write(file, text) {
    writeFileSync(join(this.dir, file), text);
  }

  /** From now on `restore` brings back what is compiled now. */
  keep() {
    this.#kept = join(this.dir, "kept");
    this.#copyCompiled(this.dir, this.#kept);
  }

  restore() {
    this.#copyCompiled(this.#kept, this.dir);
  }

  /**
   * @returns whether all passed, which file's test did not (null when none came to its end), and what forge printed
   * @throws when forge itself failed: that says nothing of the tests
   */
  async test(tests) {
    const args = ["test", "--fail-fast", "--match-path", `{${tests.join(",")}}`];
    const env = { ...process.env, ...SETTINGS, ...this.#settings };
    const child = spawn(this.#forge, args, { cwd: this.dir, env, detached: true });
    this.#child = child;
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
    const timer = setTimeout(() => this.#end(child), TIMEOUT_MS);
    const code = await new Promise((resolve) => child.on("close", resolve));
    clearTimeout(timer);
    this.#child = null;
    const by = /^Encountered \d+ failing tests? in ([^:]+):/m.exec(said)?.[1] ?? null;
    if (code !== 0 && code !== null && by === null) throw new Error(`forge ended with ${code}:\n${said.slice(-4_000)}`);
    return { passed: code === 0, by, said };
  }

  /** With what it has started; it may have ended by itself a moment ago. */
  #end(child) {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  }

  #copyCompiled(from, to) {
    for (const name of COMPILED) {
      rmSync(join(to, name), { recursive: true, force: true });
      cpSync(join(from, name), join(to, name), { recursive: true, preserveTimestamps: true });
    }
  }
}
