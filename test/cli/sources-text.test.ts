import { describe, expect, test } from "vitest";
import { readMarketReply } from "../../src/cli/sources-reply.ts";
import { sourcesText } from "../../src/cli/sources-text.ts";
import { sourcesOf, venuesOf } from "../api/sources-fixture.ts";

const NOW_MS = 1_768_300_000_000;
const reply = { nowMs: NOW_MS, venues: venuesOf(NOW_MS), sources: sourcesOf(NOW_MS) };

/** As it comes over the wire. */
function wire(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe("the tables", () => {
  const lines = (all: boolean, colours = false): readonly string[] => sourcesText(reply, { all, colours }).split("\n");
  const lineOf = (word: string, from: readonly string[] = lines(false)): string =>
    from
      .find((line) => line.trimStart().startsWith(word))
      ?.trim()
      .replaceAll(/ {2,}/g, " | ") ?? "none";

  test("say of a venue its state, how its data comes, age, latency, clock, budget and last error", () => {
    expect(lineOf("coinbase")).toBe("coinbase | ok | 2 of 2 | stream | 320 ms | 41 ms | +12 ms | public 100 %");
    expect(lineOf("kraken")).toContain("degraded | 2 of 3 | stream 2, REST 1 | 320 ms | 41 ms | - | public 10 %");
    expect(lineOf("kraken")).toContain(
      "left alone for 10.1 s; kraken:USDT-USD rate-limited: HTTP 429, retry after 12 s, 1.9 s ago",
    );
    expect(lineOf("bitstamp")).toContain("degraded | 2 of 2 | REST | 740 ms | 75 ms");
    expect(lineOf("binance")).toContain("| -3 ms | spot 88 %");
  });

  test("are one without --all, and three with it", () => {
    expect(lines(false).filter((line) => line === "")).toHaveLength(1);
    const all = lines(true);
    expect(lineOf("bitstamp spot", all)).toBe("bitstamp spot | down | - | 7 | 0.0");
    expect(lineOf("deribit options", all)).toBe("deribit options | live | 60 min | 0 | 412.3");
    expect(lineOf("kraken:USDT-USD", all)).toContain(
      "gap | REST | 14.2 s | venue | - | 411 | 6 | rate-limited: HTTP 429",
    );
  });

  test("are coloured only where colours are wanted, and stand under each other all the same", () => {
    const escape = "\u001b";
    const plain = lines(true).join("\n");
    expect(plain).not.toContain(escape);
    const coloured = sourcesText(reply, { all: true, colours: true });
    expect(coloured).toContain(`${escape}[33mdegraded${escape}[0m`);
    const parts = coloured.split(escape).map((part, i) => (i === 0 ? part : part.replace(/^\[\d+m/, "")));
    expect(parts.join("")).toBe(plain);
  });

  test("of a node without feeds are a sentence", () => {
    expect(sourcesText({ nowMs: NOW_MS, venues: [], sources: [] }, { all: true, colours: false })).toContain(
      "no venue",
    );
  });
});

describe("a reply", () => {
  test("is taken as it was sent", () => {
    const read = readMarketReply(
      wire({ nowMs: NOW_MS, venues: reply.venues }),
      wire({ nowMs: NOW_MS, sources: reply.sources }),
    );
    expect(read).toEqual(reply);
  });

  test.each([
    ["a page", "<!doctype html>"],
    ["a list", []],
    ["nothing", null],
    ["no venues", { nowMs: NOW_MS }],
    ["a venue without a state", { nowMs: NOW_MS, venues: [{ ...reply.venues[0], state: "fine" }] }],
    ["a latency in words", { nowMs: NOW_MS, venues: [{ ...reply.venues[0], latencyMs: "41" }] }],
  ])("of %s is refused by what it is", (_what, body) => {
    const read = (): unknown => readMarketReply(body, { sources: [] });
    expect(read).toThrow(/the answer is not of a node of this version: expected .*, saw /);
  });

  test("cannot steer the terminal", () => {
    const evil = "\u001b[2J\u009b1m\u202e<b>";
    const venues = wire([{ ...reply.venues[1]!, lastError: { ...reply.venues[1]!.lastError!, detail: evil } }]);
    const shown = sourcesText(readMarketReply({ nowMs: NOW_MS, venues }, { sources: [] }), {
      all: false,
      colours: false,
    });
    expect(shown).toContain("?[2J?1m?<b>");
    expect(shown).toMatch(/^[\x20-\x7e\n]*$/);
  });
});
