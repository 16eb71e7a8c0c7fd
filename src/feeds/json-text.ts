/**
 * A strict reader of JSON for what strangers submit. JSON.parse keeps the last of two equal keys and says nothing, rounds
 * numbers and knows no lines; here a field that stands twice, a fraction, an exponent or a size beyond the limits is
 * refused with its place in the text. Grammar: RFC 8259, without fractions and exponents.
 */
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Json } from "../base/canonical-json.ts";

export type JsonPath = readonly PropertyKey[];

/** Line and column count from 1; the column counts UTF-16 units, as editors do. */
export type TextPlace = { readonly line: number; readonly column: number };

export type JsonProblem = TextPlace & { readonly path: JsonPath; readonly seen: string; readonly allowed: string };

export type JsonText =
  | { readonly ok: true; readonly value: Json; readonly placeOf: (path: JsonPath) => TextPlace }
  | { readonly ok: false; readonly problems: readonly JsonProblem[] };

const TEXT_MAX_BYTES = 64 * 1024;
const DEPTH_MAX = 16;
const PROBLEMS_MAX = 100;

/** Where a value starts, or its key where it has one, and the same of what is in it. */
type Node = { readonly offset: number; readonly inner: Map<string, Node> };
type Key = string | number;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

const LITERALS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** Half a character, a byte that was no UTF-8, or a mark that makes an editor show other text than the file holds. */
const UNREADABLE = /\p{Surrogate}|[\uFFFD\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/** Stops the reading after a mistake in the grammar: what follows would only be noise. */
class Stop extends Error {}

function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

class Reader {
  readonly problems: JsonProblem[] = [];
  readonly #text: string;
  readonly #path: Key[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The one value of the text. @throws Stop after a mistake in the grammar */
  document(root: Node): Json {
    const value = this.#value(root);
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#stop("the end of the file after the closing }");
    return value;
  }

  refuse(offset: number, seen: string, allowed: string): void {
    if (this.problems.length === PROBLEMS_MAX) throw new Stop();
    this.problems.push({ ...placeAt(this.#text, offset), path: [...this.#path], seen, allowed });
  }

  #stop(allowed: string): never {
    const rest = this.#text.slice(this.#at);
    const seen = /^(?:\/[/*]|[\w.+-]{1,20}|[^])/u.exec(rest)?.[0];
    this.refuse(
      this.#at,
      seen ?? "the end of the file",
      seen?.startsWith("/") ? "JSON, which has no comments" : allowed,
    );
    throw new Stop();
  }

  #skipSpace(): void {
    while (" \n\r\t".includes(this.#text[this.#at] ?? "x")) this.#at += 1;
  }

  #take(token: string): boolean {
    this.#skipSpace();
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #value(node: Node): Json {
    this.#skipSpace();
    const first = this.#text[this.#at] ?? "";
    if (first === "{") return this.#object(node);
    if (first === "[") return this.#array(node);
    if (first === '"') return this.#string();
    if (/[-0-9]/.test(first)) return this.#number();
    const word = /^\w{1,6}/.exec(this.#text.slice(this.#at, this.#at + 6))?.[0];
    const literal = word === undefined ? undefined : LITERALS.get(word);
    if (word !== undefined && literal !== undefined) {
      this.#at += word.length;
      return literal;
    }
    return this.#stop("a value: an object, a list, a string in double quotes, a whole number, true, false or null");
  }

  #enter(): void {
    if (this.#path.length >= DEPTH_MAX) this.#stop(`at most ${DEPTH_MAX} levels`);
    this.#at += 1;
  }

  #object(node: Node): Json {
    this.#enter();
    const out: Record<string, Json> = {};
    for (let isFirst = true; !this.#take("}"); isFirst = false) {
      if (!isFirst) {
        if (!this.#take(",")) this.#stop("a comma or }");
        this.#skipSpace();
        if (this.#text[this.#at] === "}") this.#stop("another field: no comma may stand before }");
      }
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') this.#stop("a field name in double quotes");
      this.#member(node, out);
    }
    return out;
  }

  #member(node: Node, out: Record<string, Json>): void {
    const offset = this.#at;
    const key = this.#string();
    const earlier = node.inner.get(key);
    const child: Node = { offset, inner: new Map() };
    this.#path.push(key);
    if (earlier === undefined) node.inner.set(key, child);
    else {
      const seen = `there again, first on line ${placeAt(this.#text, earlier.offset).line}`;
      this.refuse(offset, seen, "each field once");
    }
    if (!this.#take(":")) this.#stop("a colon");
    const value = this.#value(child);
    // Not an assignment: that of "__proto__" would change the object instead of adding a field to it.
    Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true });
    this.#path.pop();
  }

  #array(node: Node): Json {
    this.#enter();
    const out: Json[] = [];
    while (!this.#take("]")) {
      if (out.length > 0) {
        if (!this.#take(",")) this.#stop("a comma or ]");
        this.#skipSpace();
        if (this.#text[this.#at] === "]") this.#stop("another value: no comma may stand before ]");
      }
      this.#skipSpace();
      const child: Node = { offset: this.#at, inner: new Map() };
      node.inner.set(String(out.length), child);
      this.#path.push(out.length);
      out.push(this.#value(child));
      this.#path.pop();
    }
    return out;
  }

  #number(): number {
    const start = this.#at;
    const token = /^[-+.\w]+/.exec(this.#text.slice(start, start + 400))?.[0] ?? "";
    this.#at += token.length;
    const isWhole = /^(?:0|-?[1-9]\d*)$/.test(token);
    if (isWhole && Number.isSafeInteger(Number(token))) return Number(token);
    const shown = token.length <= 40 ? token : `${token.slice(0, 39)}…`;
    const asText = /^-?\d{1,15}\.\d{1,18}$/.test(token) ? token : "0.5";
    const allowed = isWhole
      ? `a whole number up to ${Number.MAX_SAFE_INTEGER}`
      : `a whole number such as 10; fractions are decimal strings such as "${asText}"`;
    this.refuse(start, shown, allowed);
    return 0;
  }

  #string(): string {
    const start = this.#at;
    this.#at += 1;
    let out = "";
    for (;;) {
      // oxlint-disable-next-line no-control-regex -- JSON forbids these very characters
      const plain = /[^"\\\u0000-\u001f]*/y;
      plain.lastIndex = this.#at;
      const run = plain.exec(this.#text)?.[0] ?? "";
      out += run;
      this.#at += run.length;
      const next = this.#text[this.#at];
      if (next === "\\") out += this.#escape();
      else if (next === '"') break;
      else if (next === undefined) this.#stop('a closing "');
      else this.#stop('a closing " on the same line; a line break within a text is written \\n');
    }
    this.#at += 1;
    if (UNREADABLE.test(out)) {
      this.refuse(start, JSON.stringify(out.slice(0, 40)), "a text in UTF-8 without marks that turn its direction");
    }
    return out;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? "";
    const hex = /^[0-9a-fA-F]{4}$/.exec(this.#text.slice(this.#at + 2, this.#at + 6))?.[0];
    if (letter === "u" && hex !== undefined) {
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const meant = ESCAPES.get(letter);
    if (meant === undefined) this.#stop('one of \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four digits');
    this.#at += 2;
    return meant;
  }
}

/** Reads one JSON text: plain data and the place of everything in it, or everything that is wrong with it. */
export function readJson(text: string): JsonText {
  const root: Node = { offset: 0, inner: new Map() };
  const reader = new Reader(text);
  // A UTF-16 unit is at most three bytes, so the cheap test comes first.
  const bytes = text.length > TEXT_MAX_BYTES ? text.length : utf8ToBytes(text).length;
  if (bytes > TEXT_MAX_BYTES) {
    reader.refuse(0, `${bytes} bytes or more`, `at most ${TEXT_MAX_BYTES} bytes`);
  } else if (text.startsWith("\uFEFF")) {
    reader.refuse(0, "a byte order mark", "plain UTF-8 that begins with {");
  } else {
    try {
      const value = reader.document(root);
      if (reader.problems.length === 0) return { ok: true, value, placeOf: (path) => placeIn(text, root, path) };
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
    }
  }
  return { ok: false, problems: reader.problems };
}

/** The place of what stands at the path; of what would contain it where nothing does. */
function placeIn(text: string, root: Node, path: JsonPath): TextPlace {
  let node = root;
  for (const key of path) {
    const inner = node.inner.get(String(key));
    if (inner === undefined) break;
    node = inner;
  }
  return placeAt(text, node.offset);
}

/** `method.markets[1].venue`; empty for the text as a whole. */
export function showPath(path: JsonPath): string {
  let out = "";
  for (const key of path) out += typeof key === "number" ? `[${key}]` : `${out === "" ? "" : "."}${String(key)}`;
  return out;
}
