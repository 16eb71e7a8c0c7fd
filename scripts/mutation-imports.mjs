// Which Solidity file reaches which, and whose bytecode carries whose code.
import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Code that tests deploy: not carried by who only says `new`, where forge links tests at run time. */
const isDeployed = (file) => /^contracts\/(?:src|kit|examples)\//.test(file);

/** Of a name declared at file level: "contract", "library", "abstract contract", "interface", "function" … */
function kindOf(source, name) {
  const declared = new RegExp(
    `^(abstract contract|contract|library|interface|struct|enum|error|event|function)\\s+${name}\\b`,
    "m",
  );
  return declared.exec(source)?.[1] ?? "constant";
}

const CARRIES_NOTHING = new Set(["interface", "struct", "enum", "error", "event"]);

export class Imports {
  #read;
  #remappings;
  /** Per file, as forge names it: what it imports, and whether it carries code of it. */
  #known = new Map();

  /**
   * @param dir where the files are
   * @param rooms folders under it
   * @param read a file's text
   */
  constructor(dir, rooms, read) {
    this.#read = read;
    const listed = /^remappings = \[(.*)\]$/m.exec(read("foundry.toml"))[1];
    this.#remappings = [...listed.matchAll(/"([^"=]+)=([^"]+)"/g)].map((match) => [match[1], match[2]]);
    for (const room of rooms) {
      const names = readdirSync(join(dir, room), { recursive: true, encoding: "utf8" });
      for (const name of names) if (name.endsWith(".sol")) this.#edgesOf(join(room, name));
    }
  }

  get remappings() {
    return this.#remappings.map(([prefix, path]) => `${prefix}=${path}`);
  }

  /** Tests that import the file, directly or not. */
  testsOver(file) {
    return this.#filesWith((name) => name.endsWith(".t.sol") && this.closure(name).has(file));
  }

  /** Tests whose own bytecode, or that of a helper they deploy, carries code of the file. */
  testsCarrying(file) {
    return this.#filesWith((name) => name.endsWith(".t.sol") && this.closure(name, true).has(file));
  }

  allTests() {
    return this.#filesWith((name) => name.endsWith(".t.sol"));
  }

  /** What can be deployed over the file, or over any. */
  deployedOver(file = null) {
    return this.#filesWith((name) => isDeployed(name) && (file === null || this.closure(name).has(file)));
  }

  closure(file, onlyCarried = false, seen = new Set()) {
    if (seen.has(file)) return seen;
    seen.add(file);
    for (const { to, isCarried } of this.#edgesOf(file)) {
      if (isCarried || !onlyCarried) this.closure(to, onlyCarried, seen);
    }
    return seen;
  }

  #filesWith(isWanted) {
    return [...this.#known.keys()].filter(isWanted);
  }

  #edgesOf(file) {
    const known = this.#known.get(file);
    if (known !== undefined) return known;
    const source = this.#read(file);
    const edges = [...source.matchAll(/^\s*import\s+(?:\{([^}]*)\}\s*from\s*)?[^;"]*"([^"]+)";/gm)].map(
      ([, names, path]) => {
        const to = this.#resolve(file, path);
        const imported = names?.split(",").map((name) => name.trim().split(/\s+as\s+/)) ?? null;
        return { to, isCarried: imported === null || imported.some((name) => this.#carries(source, to, name)) };
      },
    );
    this.#known.set(file, edges);
    return edges;
  }

  #carries(source, to, [name, alias = name]) {
    const kind = kindOf(this.#read(to), name);
    if (CARRIES_NOTHING.has(kind)) return false;
    if (kind !== "contract" || !isDeployed(to)) return true;
    return new RegExp(`\\bis\\s[^{]*\\b${alias}\\b|type\\(${alias}\\)`).test(source);
  }

  #resolve(from, name) {
    if (name.startsWith(".")) return relative(".", join(dirname(from), name));
    const remapping = this.#remappings.find(([prefix]) => name.startsWith(prefix));
    return remapping === undefined ? name : remapping[1] + name.slice(remapping[0].length);
  }
}
