// Where mutants are judged: copies of the contracts, compiled once.
//
// In the first copy tests do not carry the contracts they deploy but read them from the compiler's output (forge's
// `dynamic_test_linking`). So a mutant is compiled alone, by a compiler that stays loaded, and its code is put into that
// output: a second or two. Tests of libraries carry their code, and so do tests that forge does not link: they are compiled
// anew with it in the second copy. Budgets of gas are tests too, and `vm.expectRevert` does not see a linked constructor's
// revert: both are judged in the third, compiled as `npm test` does it.
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { MutationFolder } from "./mutation-folder.mjs";
import { Imports } from "./mutation-imports.mjs";

const require = createRequire(import.meta.url);
const ROOMS = ["contracts/src", "contracts/test", "contracts/examples", "contracts/kit"];
/** Code that nobody pays for needs no long search for less gas. */
const LINKED = { FOUNDRY_DYNAMIC_TEST_LINKING: "true", FOUNDRY_OPTIMIZER_RUNS: "1" };
const COMPILED = {
  optimizer: { enabled: true, runs: 1 },
  evmVersion: "prague",
  metadata: { bytecodeHash: "none" },
};

const isOfGas = (name) => name.includes("/gas/");
/** A piece out of the middle that no other contract has: null for an interface and the like. */
function fingerprint(code) {
  return code.length < 800 ? null : code.slice(code.length / 2, code.length / 2 + 300);
}
const isInvariant = (name) => name.includes("/invariant/");

export class MutationGround {
  #root;
  /** Tests are linked at run time; mutants are put into the output. */
  #linked;
  /** Linked too; mutants are put into the sources. Made when the first mutant needs it, like the next. */
  #carrying = null;
  #plain = null;
  #imports;
  /** Per test: files whose deployed code its bytecode holds, because forge did not link it. Known after `prepare`. */
  #embedded = new Map();

  /** @param root the repository */
  constructor(root) {
    this.#root = root;
    this.#linked = new MutationFolder(root, ROOMS, LINKED);
    const scripts = join(this.#linked.dir, "scripts");
    cpSync(join(scripts, "solc.cjs"), join(scripts, "solc-plain.cjs"));
    cpSync(join(root, "scripts/solc-memo.cjs"), join(scripts, "solc.cjs"));
    this.#imports = new Imports(this.#linked.dir, ROOMS, (file) => this.#linked.read(file));
  }

  /** A copy of what is judged. */
  get dir() {
    return this.#linked.dir;
  }

  remove() {
    for (const folder of [this.#linked, this.#carrying, this.#plain]) folder?.remove();
  }

  /** Of all that a test imports what is a test's too. */
  #testFilesOf(test) {
    return [...this.#imports.closure(test)].filter((file) => file.startsWith("contracts/test/"));
  }

  /**
   * What a verdict on a mutant of the file rests on: all that the test which noticed it imports, or, where none did, all that
   * any test over the file imports. None for a test that is gone.
   */
  filesBehind(path, by) {
    const file = `contracts/src/${path}`;
    const over = this.#imports.testsOver(file);
    const tests = by === null ? over : over.filter((name) => name === by);
    const files = new Set(tests.flatMap((name) => [...this.#imports.closure(name)]));
    return [...files].filter((name) => !name.startsWith("node_modules/")).sort();
  }

  /** Compiles everything and runs all tests. @returns null, or what failed */
  async prepare() {
    const tests = this.#imports.allTests().filter((name) => !isOfGas(name));
    const { passed, said } = await this.#linked.test(tests);
    if (!passed) return said;
    const deployed = this.#imports.deployedOver().flatMap((file) => {
      const prints = this.#codeOf(file).map(fingerprint);
      return prints.filter((print) => print !== null).map((print) => ({ file, print }));
    });
    for (const test of tests) {
      const codes = this.#codeOf(test);
      const held = deployed.filter(({ print }) => codes.some((code) => code.includes(print)));
      this.#embedded.set(
        test,
        held.map(({ file }) => file),
      );
    }
    return null;
  }

  /**
   * @param hint the test file that noticed it before: asked first; null when there is none
   * @returns "killed" by the tests of a file, "refused" by the compiler, or "survived"
   */
  async judge({ path, source }, hint = null) {
    const file = `contracts/src/${path}`;
    const code = this.#compile(file, source);
    if (code === null) return { outcome: "refused", by: null };
    const over = this.#imports.testsOver(file);
    const swift = over.filter((name) => !isOfGas(name) && !isInvariant(name));
    const carrying = this.#testsCarrying(file).filter((name) => !isOfGas(name));
    const whole = over.filter((name) => isOfGas(name) || this.#expectsOfNew(name));
    // What takes longest comes last: most mutants are noticed before.
    const steps = [
      () => this.#withCode(code, swift.includes(hint) ? [hint] : []),
      () => this.#withCode(code, swift),
      () => this.#withSource("carrying", file, source, carrying),
      () => this.#withSource("plain", file, source, whole),
      () => this.#withCode(code, over.filter(isInvariant)),
    ];
    for (const step of steps) {
      const { passed, by } = await step();
      if (!passed) return { outcome: "killed", by };
    }
    return { outcome: "survived", by: null };
  }

  /** Tests that must be compiled anew to run on the file's code. */
  #testsCarrying(file) {
    const carrying = new Set(this.#imports.testsCarrying(file));
    return this.#imports
      .testsOver(file)
      .filter(
        (test) =>
          carrying.has(test) ||
          this.#embedded.get(test)?.some((deployed) => this.#imports.closure(deployed).has(file)) === true,
      );
  }

  /** Creation code of all contracts of a file, as compiled for linked tests. */
  #codeOf(file) {
    const dir = join(this.#linked.dir, "contracts/out", file.split("/").at(-1));
    const names = existsSync(dir) ? readdirSync(dir) : [];
    return names.map((name) => JSON.parse(readFileSync(join(dir, name), "utf8")).bytecode.object.slice(2));
  }

  /** Does a test, or a helper that it imports, expect a constructor to revert? */
  #expectsOfNew(test) {
    const isExpected = (file) => /expectRevert\([^;]*;\s*(?:\w+ \w+ = )?new\b/.test(this.#linked.read(file));
    return this.#testFilesOf(test).some(isExpected);
  }

  /** Every contract over the mutated file that can be deployed, with its code: null when it does not compile. */
  #compile(mutated, source) {
    const over = this.#imports.deployedOver(mutated);
    const sources = {};
    for (const file of over)
      for (const name of this.#imports.closure(file))
        sources[name] ??= { content: name === mutated ? source : this.#linked.read(name) };
    const wanted = { "*": ["evm.bytecode.object", "evm.deployedBytecode.object"] };
    const input = {
      language: "Solidity",
      sources,
      settings: {
        ...COMPILED,
        remappings: this.#imports.remappings,
        outputSelection: Object.fromEntries(over.map((file) => [file, wanted])),
      },
    };
    const output = JSON.parse(require("solc").compile(JSON.stringify(input)));
    if (output.errors?.some(({ severity }) => severity === "error")) return null;
    const code = new Map();
    for (const file of over) {
      for (const [name, { evm }] of Object.entries(output.contracts[file] ?? {})) {
        const artifact = join(this.#linked.dir, "contracts/out", file.split("/").at(-1), `${name}.json`);
        if (evm.bytecode.object !== "" && existsSync(artifact)) code.set(artifact, evm);
      }
    }
    return code;
  }

  async #withCode(code, tests) {
    if (tests.length === 0) return { passed: true, by: null };
    const originals = new Map();
    for (const [artifact, evm] of code) {
      const original = readFileSync(artifact, "utf8");
      originals.set(artifact, original);
      const changed = JSON.parse(original);
      changed.bytecode.object = `0x${evm.bytecode.object}`;
      changed.deployedBytecode.object = `0x${evm.deployedBytecode.object}`;
      writeFileSync(artifact, JSON.stringify(changed));
    }
    const result = await this.#linked.test(tests);
    for (const [artifact, original] of originals) writeFileSync(artifact, original);
    return result;
  }

  async #withSource(kind, file, source, tests) {
    if (tests.length === 0) return { passed: true, by: null };
    const folder = await (kind === "plain" ? this.#plainFolder() : this.#carryingFolder());
    const original = folder.read(file);
    folder.write(file, source);
    const result = await folder.test(tests);
    folder.write(file, original);
    folder.restore();
    return result;
  }

  async #carryingFolder() {
    if (this.#carrying === null) {
      this.#carrying = new MutationFolder(this.#root, ROOMS, LINKED);
      await this.#carrying.test(["contracts/test/libraries/*.t.sol"]);
      this.#carrying.keep();
    }
    return this.#carrying;
  }

  async #plainFolder() {
    if (this.#plain === null) {
      this.#plain = new MutationFolder(this.#root, ROOMS, {});
      await this.#plain.test(["contracts/test/gas/*.t.sol"]);
      this.#plain.keep();
    }
    return this.#plain;
  }
}
