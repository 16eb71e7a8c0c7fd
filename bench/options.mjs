// Options of the benches: `--name value`, refused with what is allowed.
import { readFileSync } from "node:fs";

/** What stands above a script's code: its `--help`. */
export function headOf(url) {
  const text = readFileSync(url, "utf8");
  return text
    .slice(0, text.search(/^(?!\/\/)/m))
    .replaceAll(/^\/\/ ?/gm, "")
    .trimEnd();
}

function valueOf(name) {
  const at = process.argv.indexOf(name);
  return at === -1 ? null : (process.argv[at + 1] ?? "");
}

function refuse(text) {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}

export function textOption(name, otherwise) {
  return valueOf(name) ?? otherwise;
}

export function numberOption(name, otherwise, { low, high }) {
  const text = valueOf(name);
  if (text === null) return otherwise;
  const value = Number(text);
  if (text === "" || !(value >= low && value <= high)) refuse(`${name} takes a number from ${low} to ${high}`);
  return value;
}

/** `4,7,16` */
export function numbersOption(name, otherwise, { low, high }) {
  const text = valueOf(name);
  if (text === null) return otherwise;
  const values = text.split(",").map(Number);
  if (!values.every((value) => Number.isInteger(value) && value >= low && value <= high)) {
    refuse(`${name} takes whole numbers from ${low} to ${high}, with commas`);
  }
  return values;
}
