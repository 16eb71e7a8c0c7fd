// The small mistakes that a test suite has to notice, one at a time, in a Solidity file. Pure: text in, mutants out.
import { createHash } from "node:crypto";

/** Operators and what each may turn into. The longest come first, so that `<=` is not taken for `<`. */
const SWAPS = [
  ["<<", [">>"]],
  [">>", ["<<"]],
  ["<=", ["<", ">"]],
  [">=", [">", "<"]],
  ["==", ["!="]],
  ["!=", ["=="]],
  ["&&", ["||"]],
  ["||", ["&&"]],
  ["++", ["--"]],
  ["--", ["++"]],
  ["+=", ["-="]],
  ["-=", ["+="]],
  ["<", ["<=", ">="]],
  [">", [">=", "<="]],
  ["+", ["-"]],
  ["-", ["+"]],
  ["*", ["/"]],
  ["/", ["*"]],
  ["%", ["/"]],
  ["&", ["|"]],
  ["|", ["&"]],
];

/** One more of a longer number, such as an approximation's coefficient, is below the error that its function states. */
const DIGITS_MAX = 15;

/** Functions of assembly, where operators have names. */
const YUL_SWAPS = {
  add: "sub",
  sub: "add",
  mul: "add",
  lt: "gt",
  gt: "lt",
  slt: "sgt",
  sgt: "slt",
  eq: "sub",
  and: "or",
  or: "and",
  xor: "or",
  shl: "shr",
  shr: "shl",
};

/** Tokens in which an operator character means something else. */
const NOT_OPERATORS = ["=>", "->", "**", "//", "/*"];

/** Code with comments, strings and assembly's text replaced by blanks of the same length. */
export function codeOf(source) {
  const blank = (text) => text.replace(/[^\n]/g, " ");
  return source.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, blank);
}

/** What stands between the braces that open at or after each match. */
function blocksAfter(code, pattern) {
  const blocks = [];
  for (const match of code.matchAll(pattern)) {
    let depth = 1;
    let end = match.index + match[0].length;
    const start = end;
    while (end < code.length && depth > 0) {
      if (code[end] === "{") depth++;
      else if (code[end] === "}") depth--;
      end++;
    }
    blocks.push({ start, end: end - 1 });
  }
  return blocks;
}

/** A statement's place: what stands in front of functions' bodies declares, and cannot be wrong at run time. */
function bodiesOf(code) {
  return blocksAfter(code, /\b(?:function\b|constructor\b|modifier\b)[^;{]*\{/g);
}

function swapsIn(code, start, end) {
  const found = [];
  let at = start;
  while (at < end) {
    const skip = NOT_OPERATORS.find((token) => code.startsWith(token, at));
    if (skip !== undefined) {
      at += skip.length;
      continue;
    }
    const swap = SWAPS.find(([from]) => code.startsWith(from, at));
    if (swap === undefined) {
      at++;
      continue;
    }
    const [from, into] = swap;
    for (const to of into) found.push({ at, length: from.length, to, kind: `${from} to ${to}` });
    at += from.length;
  }
  return found;
}

/** The end of a call whose opening bracket stands before `at`: behind its closing one. */
function endOfCall(code, at) {
  let depth = 1;
  let end = at;
  while (end < code.length && depth > 0) {
    if (code[end] === "(") depth++;
    else if (code[end] === ")") depth--;
    end++;
  }
  return end;
}

function yulIn(code, start, end) {
  const found = [];
  const body = code.slice(start, end);
  for (const match of body.matchAll(/\b([a-z]+)\(/g)) {
    const at = start + match.index;
    const to = YUL_SWAPS[match[1]];
    if (to !== undefined) found.push({ at, length: match[1].length, to, kind: `${match[1]} to ${to}` });
    if (match[1] !== "iszero") continue;
    const length = endOfCall(code, at + match[0].length) - at;
    found.push({ at, length, to: `iszero(${code.slice(at, at + length)})`, kind: "iszero turned" });
  }
  for (const match of body.matchAll(/(?<![\w.])(0x[0-9a-f]{1,8}|\d[\d_]*)(?![\w.])/gi)) {
    const to = `${BigInt(match[1].replaceAll("_", "")) + 1n}`;
    found.push({ at: start + match.index, length: match[1].length, to, kind: "one more" });
  }
  for (const match of body.matchAll(
    /(?<=[{}\n]\s*)(?:mstore|mstore8|sstore|tstore|calldatacopy|log\d|[a-z]\w* :=)[^\n;{}]*(?=\n)/gi,
  )) {
    found.push({ at: start + match.index, length: match[0].length, to: "", kind: "statement left out" });
  }
  return found;
}

function wordsIn(code, start, end) {
  const found = [];
  const body = code.slice(start, end);
  for (const match of body.matchAll(/\b(true|false)\b/g)) {
    const to = match[1] === "true" ? "false" : "true";
    found.push({ at: start + match.index, length: match[1].length, to, kind: `${match[1]} to ${to}` });
  }
  for (const match of body.matchAll(/(?<![\w.])(\d[\d_]*)(?![\w.])/g)) {
    if (match[1].length > DIGITS_MAX) continue;
    found.push({ at: start + match.index, length: match[1].length, to: `(${match[1]} + 1)`, kind: "one more" });
  }
  for (const match of body.matchAll(/\bif \([^;{}]*?\)\s+(?=revert\b)/g)) {
    found.push({ at: start + match.index, length: match[0].length, to: "if (false) ", kind: "guard left out" });
  }
  for (const match of body.matchAll(
    /(?<=[;{}]\s*)(?:emit |delete )?[A-Za-z_][\w.[\]]*(?: [-+|&*]?= [^;{}]*|\([^;{}]*\));/g,
  )) {
    if (/^(?:return|revert|if|for|while|assembly|unchecked)\b/.test(match[0])) continue;
    found.push({ at: start + match.index, length: match[0].length, to: "{}", kind: "statement left out" });
  }
  return found;
}

/**
 * @param path of the file, for the mutants' names
 * @returns mutants in the order of the text: `id` is stable while the line is, `source` is the whole mutated text
 */
export function mutantsOf(path, source) {
  const code = codeOf(source);
  const assembly = blocksAfter(code, /\bassembly (?:\("memory-safe"\) |\( *\) )?\{/g);
  // Solidity's own operators are looked for where assembly is blanked, and the other way round.
  let solidity = code;
  for (const { start, end } of assembly)
    solidity = solidity.slice(0, start) + solidity.slice(start, end).replace(/[^\n]/g, " ") + solidity.slice(end);
  const places = [
    ...bodiesOf(solidity).flatMap(({ start, end }) => [
      ...swapsIn(solidity, start, end),
      ...wordsIn(solidity, start, end),
    ]),
    ...assembly.flatMap(({ start, end }) => yulIn(code, start, end)),
  ];
  const seen = new Map();
  return places
    .sort((a, b) => a.at - b.at || a.to.localeCompare(b.to))
    .map(({ at, length, to, kind }) => {
      const lineStart = source.lastIndexOf("\n", at - 1) + 1;
      const lineEnd = source.indexOf("\n", at);
      const text = source.slice(lineStart, lineEnd).trim();
      const name = `${path}: ${kind}: ${text}`;
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return {
        id: count === 1 ? name : `${name} (${count})`,
        path,
        line: source.slice(0, at).split("\n").length,
        source: source.slice(0, at) + to + source.slice(at + length),
      };
    });
}

/** By which mutants are drawn and ordered. */
export function digestOf({ id }) {
  return createHash("sha256").update(id).digest("hex");
}

/** `count` of them, drawn by the digest of their names: a change of one line leaves the others' draw as it was. */
export function sampleOf(mutants, count) {
  const drawn = new Set(mutants.map(digestOf).sort().slice(0, count));
  return mutants.filter((mutant) => drawn.has(digestOf(mutant)));
}
