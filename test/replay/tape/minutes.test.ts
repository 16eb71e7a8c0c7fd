import { describe, expect, test } from "vitest";
import { CARRY_MINUTES_MAX, parseTapeMinutes, tapePrice } from "../../../src/replay/tape/minutes.ts";
import { FROM_UNIX, MINUTES_CSV } from "./support.ts";

describe("minute bars", () => {
  const tape = parseTapeMinutes(MINUTES_CSV, "hand.csv");

  test("a close is reached at its minute's end, along a straight line", () => {
    expect(tapePrice(tape, "usd", FROM_UNIX)).toBe(20_000);
    expect(tapePrice(tape, "usd", FROM_UNIX + 30)).toBe(20_030);
    expect(tapePrice(tape, "usd", FROM_UNIX + 60)).toBe(20_060);
    expect(tapePrice(tape, "usd", FROM_UNIX + 90)).toBe(20_090);
    expect(tapePrice(tape, "usd", FROM_UNIX + 239.999)).toBeCloseTo(19_940, 2);
    expect(tapePrice(tape, "usdt", FROM_UNIX + 10)).toBe(20_080);
    expect(tapePrice(tape, "usdt", FROM_UNIX + 90)).toBe(20_110);
  });

  test("outside the tape there is no price", () => {
    expect(tapePrice(tape, "usd", FROM_UNIX - 1)).toBeNull();
    expect(tapePrice(tape, "usd", FROM_UNIX + 240)).toBeNull();
  });

  test("a blank minute carries the last close for a while, and then no more", () => {
    expect(tapePrice(tape, "krakenUsdc", FROM_UNIX + 200)).toBe(20_070);
    expect(tapePrice(tape, "usdc", FROM_UNIX + 200)).toBe(22_000);
    const lines = MINUTES_CSV.trim().split("\n");
    for (let minute = 4; minute < 12; minute++) lines.push(`${FROM_UNIX + 60 * minute},1,1,1,20000,1,20000,20000,`);
    const long = parseTapeMinutes(lines.join("\n"), "long.csv");
    // The only Kraken trade was in minute 0.
    expect(tapePrice(long, "krakenUsdc", FROM_UNIX + 60 * (CARRY_MINUTES_MAX + 1) + 59)).toBe(20_070);
    expect(tapePrice(long, "krakenUsdc", FROM_UNIX + 60 * (CARRY_MINUTES_MAX + 2))).toBeNull();
  });

  test("a bad file is refused by file and line", () => {
    const refused = (text: string) => () => parseTapeMinutes(text, "bad.csv");
    expect(refused("unix,usd_close\n1,2\n")).toThrow("bad.csv:1: has no column usd_open");
    expect(refused(MINUTES_CSV.replace("20120,20000,20000", "20120,20000,cheap"))).toThrow(
      'bad.csv:4: usd_close is "cheap"',
    );
    expect(refused(MINUTES_CSV.replace(String(FROM_UNIX + 120), String(FROM_UNIX + 180)))).toThrow(
      /bad.csv:4: unix is \d+, expected \d+/,
    );
    expect(refused(MINUTES_CSV.replace("20140,21000,", "20140,21000"))).toThrow("bad.csv:3: has 8 cells, expected 9");
    expect(refused(MINUTES_CSV.replace("20140,", "-1,"))).toThrow("bad.csv:3: usdt_close");
    expect(refused(MINUTES_CSV.split("\n")[0]!)).toThrow("bad.csv:1: has no rows");
  });
});
