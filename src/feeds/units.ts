/**
 * Units as products of powers: USD/BTC, 1/sqrt(year), percent/sqrt(year). Powers are whole or half, and exact: they are
 * counted in halves.
 */
import { OracleError } from "../base/errors.ts";

/** Symbol to twice its power, never zero. */
export type Unit = ReadonlyMap<string, number>;

export const ONE: Unit = new Map();

export function symbol(name: string): Unit {
  return new Map([[name, 2]]);
}

export function times(a: Unit, b: Unit): Unit {
  const out = new Map(a);
  for (const [name, halves] of b) {
    const sum = (out.get(name) ?? 0) + halves;
    if (sum === 0) out.delete(name);
    else out.set(name, sum);
  }
  return out;
}

export function inverse(a: Unit): Unit {
  return new Map([...a].map(([name, halves]) => [name, -halves]));
}

export function over(a: Unit, b: Unit): Unit {
  return times(a, inverse(b));
}

export function squared(a: Unit): Unit {
  return times(a, a);
}

/** @throws OracleError `no-such-unit` for the root of a half power: nothing here has a quarter */
export function root(a: Unit): Unit {
  return new Map(
    [...a].map(([name, halves]) => {
      if (halves % 2 !== 0) throw new OracleError(`no root of ${showUnit(a)}`, { code: "no-such-unit" });
      return [name, halves / 2];
    }),
  );
}

export function isSame(a: Unit, b: Unit): boolean {
  return over(a, b).size === 0;
}

function showPower(name: string, halves: number): string {
  if (halves % 2 !== 0) return halves === 1 ? `sqrt(${name})` : `sqrt(${name})^${halves}`;
  return halves === 2 ? name : `${name}^${halves / 2}`;
}

/** `USD/BTC`, `1/sqrt(year)`, `1`: symbols in alphabetical order, every unit in one way only. */
export function showUnit(unit: Unit): string {
  const sorted = [...unit].sort(([a], [b]) => (a < b ? -1 : 1));
  const above = sorted.filter(([, halves]) => halves > 0).map(([name, halves]) => showPower(name, halves));
  const below = sorted.filter(([, halves]) => halves < 0).map(([name, halves]) => showPower(name, -halves));
  const head = above.length === 0 ? "1" : above.join(".");
  return [head, ...below].join("/");
}
