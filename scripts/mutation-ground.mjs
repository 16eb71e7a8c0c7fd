// Where mutants are judged: copies of the contracts beside the system's temporary files, compiled once.
//
// In the first copy tests do not carry the contracts they deploy but read them from the compiler's output (forge's
// `dynamic_test_linking`). So a mutant is compiled alone, by a compiler that stays loaded, and its code is put into that
// output: seconds. What the tests let pass there is judged again in the second, compiled anew together with its tests as `npm
// test` does it: tests of libraries carry their code, budgets of gas are tests too, and `vm.expectRevert` sees a
// constructor's revert, which in the first copy it does not.
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { forgeOf } from "./tools.mjs";

const require = createRequire(import.meta.url);
/** A mutant that makes a loop endless runs out of gas long before. */
const TIMEOUT_MS = 600_000;
const ROOMS = ["contracts/src", "contracts/test", "contracts/examples", "contracts/kit"];
const OTHERS = ["foundry.toml", "scripts/solc.cjs", "test/vectors"];
// Lint has no part in it, and fewer inputs show as much of a planted mistake.
const SETTINGS = {
  FOUNDRY_FUZZ_RUNS: "64",
  FOUNDRY_INVARIANT_RUNS: "8",
  FOUNDRY_LINT_LINT_ON_BUILD: "false",
  NO_COLOR: "1",
};
/** Code that nobody pays for needs no long search for less gas. */
const LINKED = { FOUNDRY_DYNAMIC_TEST_LINKING: "true", FOUNDRY_OPTIMIZER_RUNS: "1" };
const COMPILED = {
  optimizer: { enabled: true, runs: 1 },
  evmVersion: "prague",
  metadata: { bytecodeHash: "none" },
};

const isOfGas = (name) => name.includes("/gas/");

function solidityUnder(dir) {
  return readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".sol"));
}

export class MutationGround {
  #root;
  #forge;
  /** Compiled with `dynamic_test_linking`. */
  #dir;
  /** Compiled as `npm test` does; made when the first mutant needs it. */
  #plainDir = null;
  /** Per file, as forge names it, what it imports. */
  #imports = new Map();
  #remappings;

  /** @param root the repository */
  constructor(root) {
    this.#root = root;
    this.#forge = forgeOf(root);
    this.#dir = this.#copy();
    const config = readFileSync(join(root, "foundry.toml"), "utf8");
    this.#remappings = [.../^remappings = \[(.*)\]$/m.exec(config)[1].matchAll(/"([^"=]+)=([^"]+)"/g)].map((match) => [
      match[1],
      match[2],
    ]);
    for (const room of ROOMS)
      for (const name of solidityUnder(join(this.#dir, room))) this.#importsOf(join(room, name));
  }

  remove() {
    rmSync(this.#dir, { recursive: true, force: true });
    if (this.#plainDir !== null) rmSync(this.#plainDir, { recursive: true, force: true });
  }

  /** Compiles everything and runs all tests. @returns null, or what failed */
  async prepare() {
    const { passed, said } = await this.#test(
      this.#dir,
      this.#testsOver(null).filter((name) => !isOfGas(name)),
      LINKED,
    );
    return passed ? null : said;
  }

  /** @returns "killed" by a test, "refused" by the compiler, or "survived" */
  async judge({ path, source }) {
    const file = `contracts/src/${path}`;
    const tests = this.#testsOver(file);
    const behaviour = tests.filter((name) => !isOfGas(name));
    const code = this.#compile(file, source);
    if (code === null) return "refused";
    if (!(await this.#passWith(code, behaviour))) return "killed";
    this.#plainDir ??= this.#copy();
    const at = join(this.#plainDir, file);
    const original = readFileSync(at, "utf8");
    writeFileSync(at, source);
    const { passed } = await this.#test(this.#plainDir, tests, {});
    writeFileSync(at, original);
    return passed ? "survived" : "killed";
  }

  #copy() {
    const dir = mkdtempSync(join(tmpdir(), "tenor-mutate-"));
    for (const name of [...ROOMS, ...OTHERS]) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      cpSync(join(this.#root, name), join(dir, name), { recursive: true });
    }
    symlinkSync(join(this.#root, "node_modules"), join(dir, "node_modules"));
    return dir;
  }

  /** Tests that import the file, directly or not. */
  #testsOver(file) {
    const tests = [...this.#imports.keys()].filter((name) => name.endsWith(".t.sol"));
    return file === null ? tests : tests.filter((name) => this.#closure(name).has(file));
  }

  #closure(file, seen = new Set()) {
    if (seen.has(file)) return seen;
    seen.add(file);
    for (const imported of this.#importsOf(file)) this.#closure(imported, seen);
    return seen;
  }

  #importsOf(file) {
    const known = this.#imports.get(file);
    if (known !== undefined) return known;
    const source = readFileSync(join(this.#dir, file), "utf8");
    const imported = [...source.matchAll(/^\s*import\s[^;]*?"([^"]+)";/gm)].map((match) =>
      this.#resolve(file, match[1]),
    );
    this.#imports.set(file, imported);
    return imported;
  }

  #resolve(from, name) {
    if (name.startsWith(".")) return relative(".", join(dirname(from), name));
    const remapping = this.#remappings.find(([prefix]) => name.startsWith(prefix));
    return remapping === undefined ? name : remapping[1] + name.slice(remapping[0].length);
  }

  /** Every contract over the mutated file that can be deployed, with its code: null when it does not compile. */
  #compile(mutated, source) {
    const over = [...this.#imports.keys()].filter(
      (name) => /^contracts\/(?:src|kit|examples)\//.test(name) && this.#closure(name).has(mutated),
    );
    const sources = {};
    for (const file of over)
      for (const name of this.#closure(file))
        sources[name] ??= { content: name === mutated ? source : readFileSync(join(this.#dir, name), "utf8") };
    const wanted = { "*": ["evm.bytecode.object", "evm.deployedBytecode.object"] };
    const input = {
      language: "Solidity",
      sources,
      settings: {
        ...COMPILED,
        remappings: this.#remappings.map(([prefix, path]) => `${prefix}=${path}`),
        outputSelection: Object.fromEntries(over.map((file) => [file, wanted])),
      },
    };
    const output = JSON.parse(require("solc").compile(JSON.stringify(input)));
    if (output.errors?.some(({ severity }) => severity === "error")) return null;
    const code = new Map();
    for (const file of over) {
      for (const [name, { evm }] of Object.entries(output.contracts[file] ?? {})) {
        const artifact = join(this.#dir, "contracts/out", file.split("/").at(-1), `${name}.json`);
        if (evm.bytecode.object !== "" && existsSync(artifact)) code.set(artifact, evm);
      }
    }
    return code;
  }

  async #passWith(code, tests) {
    const originals = new Map();
    for (const [artifact, evm] of code) {
      const original = readFileSync(artifact, "utf8");
      originals.set(artifact, original);
      const changed = JSON.parse(original);
      changed.bytecode.object = `0x${evm.bytecode.object}`;
      changed.deployedBytecode.object = `0x${evm.deployedBytecode.object}`;
      writeFileSync(artifact, JSON.stringify(changed));
    }
    const { passed } = await this.#test(this.#dir, tests, LINKED);
    for (const [artifact, original] of originals) writeFileSync(artifact, original);
    return passed;
  }

  async #test(cwd, tests, settings) {
    const args = ["test", "--fail-fast", "--match-path", `{${tests.join(",")}}`];
    const child = spawn(this.#forge, args, { cwd, env: { ...process.env, ...SETTINGS, ...settings } });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
    const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
    const code = await new Promise((resolve) => child.on("close", resolve));
    clearTimeout(timer);
    return { passed: code === 0, said };
  }
}
