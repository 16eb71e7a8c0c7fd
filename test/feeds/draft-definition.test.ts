import { describe, expect, test } from "vitest";
import { draftDefinition, NAME_FORMS, readDraftName, unedited } from "../../src/feeds/draft-definition.ts";
import { parseDefinition } from "../../src/feeds/parse-definition.ts";
import { definitionOf, FEED_NAMES, shippedFeeds } from "./support/definitions.ts";

const TODAY = "2026-11-23";
const shipped = shippedFeeds().map(({ definition }) => definition);

function draft(name: string) {
  const wanted = readDraftName(name);
  const found = wanted === null ? null : draftDefinition(wanted, shipped, TODAY);
  if (found === null) throw new Error(`no draft of ${name}`);
  return found;
}

describe("the name of a draft", () => {
  test("every shipped name is understood, with its kind", () => {
    for (const [i, name] of FEED_NAMES.entries()) {
      expect(readDraftName(name), name).toMatchObject({ name, kind: shipped[i]!.kind, symbol: shipped[i]!.symbol });
    }
  });

  test("every name that the message offers is understood", () => {
    const offered = [...NAME_FORMS.matchAll(/\b[a-z][a-z0-9]*-[a-z0-9-]+|settlement/g)].map(([kind]) => kind);
    expect(offered.length).toBeGreaterThan(9);
    for (const kind of offered) expect(readDraftName(`SOL-USD.${kind}`), kind).not.toBeNull();
  });

  test("others are not", () => {
    for (const name of [
      "SOL",
      "SOL-USD",
      "SOL-USD.price",
      "sol-usd.spot-index",
      "SOL-EUR.spot-index",
      "SOL-USD.iv-atm",
    ]) {
      expect(readDraftName(name), name).toBeNull();
    }
    for (const days of ["0d", "07d", "1000d", "d", "1.5d"]) expect(readDraftName(`BTC-USD.iv-atm-${days}`)).toBeNull();
  });
});

describe("a draft", () => {
  for (const name of [
    ...FEED_NAMES,
    ...[1, 2, 5, 14, 60, 180, 290].map((days) => `BTC-USD.iv-atm-${days}d`),
    "BTC-USD.forward-45d",
    "BTC-USD.forward-2026-12-25",
    "ETH-USD.rate-14d",
    "ETH-USD.skew-25d-60d",
    "BTC-USD.vol-index-14d",
    "SOL-USD.spot-index",
    "SOL-USD.realised-vol-14d",
    "SOL-USD.settlement",
  ]) {
    test(`of ${name} is a valid definition`, () => {
      const definition = definitionOf(draft(name).definition);
      expect(definition.name).toBe(name);
      expect(definition.maturity).toBe("beta");
      expect(definition.changelog).toEqual([{ revision: "1.0.0", date: TODAY, reason: "First definition." }]);
      expect(unedited(definition)).toEqual([
        "methodology.purpose",
        "methodology.limitations",
        "methodology.manipulation",
      ]);
    });
  }

  test("speaks of its own coin everywhere", () => {
    const { definition, template } = draft("SOL-USD.spot-index");
    expect(template).toBe("BTC-USD.spot-index");
    const { methodology: _, ...rest } = definition;
    expect(JSON.stringify(rest)).not.toMatch(/BTC|Bitcoin/);
    expect(definition["method"]).toMatchObject({ crossCheck: null });
  });

  test("follows the nearest tenor of the same coin", () => {
    expect(draft("ETH-USD.iv-atm-60d").template).toBe("ETH-USD.iv-atm-90d");
    expect(draft("ETH-USD.iv-atm-10d").template).toBe("ETH-USD.iv-atm-7d");
  });

  test("of a coin without option chains is refused by the checks, by name", () => {
    const parsed = parseDefinition(JSON.stringify(draft("SOL-USD.iv-atm-30d").definition), "x.json");
    expect(parsed.ok ? [] : parsed.problems).toMatchObject([
      { path: "method.options.venue", allowed: expect.stringContaining("option chains of SOL") as unknown },
    ]);
  });

  test("names only fields that it has as places to edit", () => {
    for (const name of ["SOL-USD.spot-index", "SOL-USD.realised-vol-7d", "BTC-USD.iv-atm-60d"]) {
      const { definition, edits } = draft(name);
      for (const path of edits.flatMap((edit) => edit.path.split(", "))) {
        let value: unknown = definition;
        for (const key of path.split(".")) value = (value as Record<string, unknown>)[key];
        expect(value, path).toBeDefined();
      }
    }
  });
});
