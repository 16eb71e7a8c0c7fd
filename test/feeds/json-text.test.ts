import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJson, showPath } from "../../src/feeds/json-text.ts";
import { FEED_NAMES, feedText } from "./support/definitions.ts";

function valueOf(text: string): unknown {
  const json = readJson(text);
  if (!json.ok) throw new Error(JSON.stringify(json.problems));
  return json.value;
}

/** `line:column path: seen, allowed`, one for each problem. */
function refusals(text: string): readonly string[] {
  const json = readJson(text);
  if (json.ok) return [];
  return json.problems.map(
    ({ line, column, path, seen, allowed }) => `${line}:${column} ${showPath(path)}: ${seen}, ${allowed}`,
  );
}

describe("what it reads", () => {
  test.each(FEED_NAMES)("%s comes out as JSON.parse would have it", (name) => {
    expect(valueOf(feedText(name))).toEqual(JSON.parse(feedText(name)));
  });

  test("any plain data in whole numbers, however it is laid out, comes out as it went in", () => {
    const text = fc
      .string({ unit: "binary" })
      .filter((one) => !/\p{Surrogate}|[\uFFFD\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u.test(one));
    const leaf = fc.oneof(
      text,
      fc.maxSafeInteger().map((one) => (one === 0 ? 0 : one)),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie("tree"), { maxLength: 5 }),
        fc.dictionary(text, tie("tree"), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.constantFrom(undefined, 2, "\t"), (value, layout) => {
        const written = JSON.stringify(value, null, layout);
        expect(valueOf(written)).toEqual(JSON.parse(written));
      }),
    );
  });

  test("a text with characters added, dropped or changed is refused, or means what JSON.parse says", () => {
    const original = feedText("BTC-USD.spot-index");
    const character = fc.constantFrom(...'{}[]:,"\\-+.eE0129tfn/* \n\ru\uFEFFx'.split(""));
    const change = fc.record({
      at: fc.nat(original.length - 1),
      drop: fc.nat(3),
      add: fc.array(character, { maxLength: 3 }),
    });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let text = original;
        for (const { at, drop, add } of changes) text = text.slice(0, at) + add.join("") + text.slice(at + drop);
        const json = readJson(text);
        if (json.ok) expect(json.value).toEqual(JSON.parse(text));
        else {
          refused += 1;
          expect(json.problems.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  test("escapes and every script are text", () => {
    expect(valueOf(String.raw`"\"\\\/\b\f\n\r\t\u00e9 é 🟠 \ud83d\udfe0"`)).toBe('"\\/\b\f\n\r\té é 🟠 🟠');
  });

  test("a field called __proto__ is a field like any other and touches no prototype", () => {
    const value = valueOf('{"__proto__": {"polluted": 1}, "constructor": 2}') as object;
    expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect("polluted" in {}).toBe(false);
  });
});

describe("places", () => {
  const text = '{\n  "a": [\n    {"b": 1}, 2\n  ],\r\n  "c": {}\n}';
  test("are of the field's name, or of the value in a list, from line 1 and column 1", () => {
    const json = readJson(text);
    if (!json.ok) throw new Error("refused");
    expect(json.placeOf([])).toEqual({ line: 1, column: 1 });
    expect(json.placeOf(["a"])).toEqual({ line: 2, column: 3 });
    expect(json.placeOf(["a", 0, "b"])).toEqual({ line: 3, column: 6 });
    expect(json.placeOf(["a", "1"])).toEqual({ line: 3, column: 15 });
    expect(json.placeOf(["c"])).toEqual({ line: 5, column: 3 });
  });

  test("of what is not there are of what would hold it", () => {
    const json = readJson(text);
    if (!json.ok) throw new Error("refused");
    expect(json.placeOf(["c", "missing", 3])).toEqual({ line: 5, column: 3 });
    expect(json.placeOf(["toString"])).toEqual({ line: 1, column: 1 });
  });
});

const CASES: readonly (readonly [what: string, text: string, refusal: string])[] = [
  ["a field twice", '{"a": 1,\n "a": 1}', "2:2 a: there again, first on line 1, each field once"],
  [
    "a field twice, once escaped",
    String.raw`{"unit": 1, "\u0075nit": 1}`,
    "1:13 unit: there again, first on line 1, each field once",
  ],
  [
    "a field twice deep inside",
    '{"a": [{"b": 1, "b": 2}]}',
    "1:17 a[0].b: there again, first on line 1, each field once",
  ],
  [
    "a fraction",
    '{"a": 0.005}',
    '1:7 a: 0.005, a whole number such as 10; fractions are decimal strings such as "0.005"',
  ],
  ["an exponent", '{"a": 1e3}', '1:7 a: 1e3, a whole number such as 10; fractions are decimal strings such as "0.5"'],
  ["minus zero", "[-0]", '1:2 [0]: -0, a whole number such as 10; fractions are decimal strings such as "0.5"'],
  ["a leading zero", "[007]", '1:2 [0]: 007, a whole number such as 10; fractions are decimal strings such as "0.5"'],
  [
    "a hexadecimal number",
    "[0x10]",
    '1:2 [0]: 0x10, a whole number such as 10; fractions are decimal strings such as "0.5"',
  ],
  [
    "a number that a double would round",
    "[9007199254740993]",
    "1:2 [0]: 9007199254740993, a whole number up to 9007199254740991",
  ],
  ["a comma before }", '{"a": 1,\n}', "2:1 : }, another field: no comma may stand before }"],
  ["a comma before ]", "[1, ]", "1:5 : ], another value: no comma may stand before ]"],
  [
    "two commas",
    "[1,,2]",
    "1:4 [1]: ,, a value: an object, a list, a string in double quotes, a whole number, true, false or null",
  ],
  ["no comma", '{"a": 1 "b": 2}', '1:9 : ", a comma or }'],
  ["no colon", '{"a" 1}', "1:6 a: 1, a colon"],
  ["a comment", '{\n  // why\n  "a": 1}', "2:3 : //, JSON, which has no comments"],
  ["a comment after a value", '{"a": 1 /* one */}', "1:9 : /*, JSON, which has no comments"],
  ["single quotes", "{'a': 1}", "1:2 : ', a field name in double quotes"],
  ["a bare name", "{a: 1}", "1:2 : a, a field name in double quotes"],
  [
    "a bare word",
    '{"a": NaN}',
    "1:7 a: NaN, a value: an object, a list, a string in double quotes, a whole number, true, false or null",
  ],
  [
    "a word that begins like null",
    "[nullable]",
    "1:2 [0]: nullable, a value: an object, a list, a string in double quotes, a whole number, true, false or null",
  ],
  ["a byte order mark", '\uFEFF{"a": 1}', "1:1 : a byte order mark, plain UTF-8 that begins with {"],
  [
    "nothing",
    "",
    "1:1 : the end of the file, a value: an object, a list, a string in double quotes, a whole number, true, false or null",
  ],
  ["an end too early", '{"a": [1', "1:9 a: the end of the file, a comma or ]"],
  ["two values", "{} {}", "1:4 : {, the end of the file after the closing }"],
  ["a string without an end", '["abc', '1:6 [0]: the end of the file, a closing "'],
  [
    "a line break in a string",
    '["a\nb"]',
    String.raw`1:4 [0]: ${"\n"}, a closing " on the same line; a line break within a text is written \n`,
  ],
  [
    "an unknown escape",
    String.raw`["\x41"]`,
    String.raw`1:3 [0]: \, one of \" \\ \/ \b \f \n \r \t and \u with four digits`,
  ],
  [
    "half an escape",
    String.raw`["\u12g4"]`,
    String.raw`1:3 [0]: \, one of \" \\ \/ \b \f \n \r \t and \u with four digits`,
  ],
  [
    "half a character",
    String.raw`["\ud83d"]`,
    String.raw`1:2 [0]: "\ud83d", a text in UTF-8 without marks that turn its direction`,
  ],
  [
    "bytes that are no UTF-8",
    '["a\uFFFD"]',
    '1:2 [0]: "a\uFFFD", a text in UTF-8 without marks that turn its direction',
  ],
  [
    "text that shows as another text",
    '["a\u202Eb"]',
    '1:2 [0]: "a\u202Eb", a text in UTF-8 without marks that turn its direction',
  ],
];

describe("what it refuses, and where", () => {
  test.each(CASES)("%s", (_, text, refusal) => {
    expect(refusals(text)).toEqual([refusal]);
  });

  test("fractions and repeated fields are all said at once", () => {
    expect(refusals('{"a": 0.5, "b": 1e9,\n "a": 2}').map((one) => one.split(",")[0])).toEqual([
      "1:7 a: 0.5",
      "1:17 b: 1e9",
      "2:2 a: there again",
    ]);
  });

  test("more than a hundred problems are not listed", () => {
    expect(refusals(`[${"0.5,".repeat(500)}1]`)).toHaveLength(100);
  });

  test("more than 64 KiB, counted in bytes, and not a byte less", () => {
    const filled = (letter: string, count: number) => `"${letter.repeat(count)}"`;
    expect(valueOf(filled("x", 65_534))).toHaveLength(65_534);
    expect(refusals(filled("x", 65_535))).toEqual(["1:1 : 65537 bytes or more, at most 65536 bytes"]);
    expect(refusals(filled("é", 32_768))).toEqual(["1:1 : 65538 bytes or more, at most 65536 bytes"]);
  });

  test("more than 16 levels, without a stack overflow for thousands", () => {
    expect(valueOf("[".repeat(16) + "]".repeat(16))).toBeInstanceOf(Array);
    expect(refusals("[".repeat(17) + "]".repeat(17))).toEqual([`1:17 ${"[0]".repeat(16)}: [, at most 16 levels`]);
    expect(refusals("[".repeat(60_000))).toHaveLength(1);
  });
});
