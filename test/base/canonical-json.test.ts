import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../src/base/canonical-json.ts";
import { canonicalJson } from "../../src/base/canonical-json.ts";
import { OracleError } from "../../src/base/errors.ts";

/** The same value with the members of every object in the opposite order. */
function reversed(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(reversed);
  const entries = Object.entries(value as { readonly [key: string]: Json }).reverse();
  return Object.fromEntries(entries.map(([key, member]) => [key, reversed(member)]));
}

const json = fc.jsonValue() as fc.Arbitrary<Json>;

describe("canonical JSON", () => {
  test("sorts keys by code unit, drops undefined members and white space", () => {
    const value: Json = { b: [1, { d: null, c: "x y" }], a: true, B: 2, "": 0, missing: undefined };
    expect(canonicalJson(value)).toBe('{"":0,"B":2,"a":true,"b":[1,{"c":"x y","d":null}]}');
  });

  test.each([
    [1e21, "1e+21"],
    [-0, "0"],
    [0.1, "0.1"],
    ['\u2028\n"', '"\u2028\\n\\""'],
    [[], "[]"],
    [{}, "{}"],
  ])("%j is %s", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("%d is refused, deep inside too", (value) => {
    expect(() => canonicalJson({ a: [value] })).toThrow(OracleError);
  });

  test("the text does not depend on the order of members", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  test("the text is JSON of the same value, and a second pass changes nothing", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        const back = JSON.parse(text) as Json;
        expect(JSON.parse(JSON.stringify(value))).toEqual(back);
        expect(canonicalJson(back)).toBe(text);
      }),
    );
  });
});
