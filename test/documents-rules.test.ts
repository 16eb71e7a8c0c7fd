/** Code and rule book cite each other: every [Rn] in a comment is a rule of docs/protocol.md, and every test it names exists. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

const root = dirname(import.meta.dirname);
const book = readFileSync(join(root, "docs", "protocol.md"), "utf8");

/** The rules as they are stated: a bold number at the beginning of a point. */
const stated = [...book.matchAll(/^- \*\*\[R(\d+)\]\*\* /gm)].map((match) => Number(match[1]));

function cited(text: string): number[] {
  return [...text.matchAll(/\[R(\d+)\]/g)].map((match) => Number(match[1]));
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|sol)$/.test(name))
    .map((name) => join(folder, name));
}

describe("the rules of the protocol", () => {
  test("are numbered upwards from 1, each stated once", () => {
    expect(stated[0]).toBe(1);
    expect(stated).toEqual([...new Set(stated)].sort((a, b) => a - b));
    expect(stated.length).toBeGreaterThan(30);
  });

  test("that the code cites are in the book", () => {
    const missing = ["src", "contracts/src", "test"].flatMap((folder) =>
      sources(folder).flatMap((file) =>
        cited(readFileSync(join(root, file), "utf8"))
          .filter((rule) => !stated.includes(rule))
          .map((rule) => `${file} cites [R${rule}]`),
      ),
    );
    expect(missing).toEqual([]);
  });

  test("are cited by the code at all: the search finds what it should", () => {
    const found = new Set(sources("src").flatMap((file) => cited(readFileSync(join(root, file), "utf8"))));
    for (const rule of [7, 8, 9, 10, 12, 13, 14, 15, 21, 30, 31, 32]) expect(found).toContain(rule);
  });

  test("refer to each other by numbers that exist", () => {
    expect(cited(book).filter((rule) => !stated.includes(rule))).toEqual([]);
  });
});

describe("the table of properties", () => {
  test("has every property of the specification with a reason and an attack", () => {
    const rows = [...book.matchAll(/^\| ([SL]\d) \|(.*)\|$/gm)];
    expect(rows.map((row) => row[1])).toEqual(["S1", "S2", "S3", "S4", "S5", "S6", "S7", "L1", "L2", "L3", "L4"]);
    for (const row of rows) {
      const cells = row[2]!.split(" | ").map((cell) => cell.trim());
      expect(cells.length, row[1]).toBe(3);
      for (const cell of cells) expect(cell.length, row[1]).toBeGreaterThan(10);
    }
  });

  test("names only files that are there", () => {
    const named = [...book.matchAll(/`((?:test|src|contracts)\/[^`]*)`/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
