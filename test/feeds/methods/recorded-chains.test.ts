/** Every feed that reads an option chain, on every recorded chain: quiet days, a crash, half the quotes pulled, near an expiry. */
import { expect, test } from "vitest";
import { MethodMemory } from "../../../src/feeds/context.ts";
import type { MissingReason } from "../../../src/feeds/evaluation.ts";
import { smileViews } from "../../../src/feeds/smile-view.ts";
import { totalVariance } from "../../../src/quant/svi.ts";
import { recordedFile } from "../../support/recorded-data.ts";
import { shippedFeeds } from "../support/definitions.ts";
import { recordedSnapshot } from "../support/recorded-chain.ts";
import { contextOf, evaluateFeed, numberOf } from "./support/context.ts";

const FEEDS = shippedFeeds();

type Missing = Readonly<Record<string, MissingReason>>;

/** What cannot be had of a chain, and why. Everything else must be there. */
const CHAINS: readonly { readonly stamp: string; readonly BTC: Missing; readonly ETH: Missing }[] = [
  { stamp: "20251230T173115Z", BTC: {}, ETH: {} },
  {
    // Half of the quotes are pulled: hardly a strike has both call and put, so there is no parity.
    stamp: "20260113T092145Z",
    BTC: {
      "forward-30d": "no-bracketing-expiries",
      "rate-30d": "no-bracketing-expiries",
      "vol-index-30d": "no-bracketing-expiries",
    },
    ETH: { "forward-30d": "no-bracketing-expiries", "rate-30d": "no-bracketing-expiries" },
  },
  {
    // A crash evening: far strikes have no bids, and strikes of the far expiries lie 800 bp apart.
    stamp: "20260205T212937Z",
    BTC: { "iv-atm-90d": "no-bracketing-expiries", "vol-index-30d": "wing-cut" },
    ETH: { "vol-index-30d": "wing-cut" },
  },
  { stamp: "20260227T042840Z", BTC: {}, ETH: {} },
  { stamp: "20260405T050414Z", BTC: {}, ETH: {} },
  { stamp: "20260531T070333Z", BTC: {}, ETH: {} },
  { stamp: "20260814T213340Z", BTC: {}, ETH: {} },
];

for (const entry of CHAINS) {
  const file = recordedFile(`exchanges/deribit/chain_${entry.stamp}.csv`);
  for (const base of ["BTC", "ETH"] as const) {
    test.skipIf(!file.present)(
      `${base}: every kind has a sane value, or the one known reason to have none ${file.note}`,
      () => {
        const market = recordedSnapshot(file, base);
        const memory = new MethodMemory();
        const missing: Record<string, MissingReason> = {};
        const values = new Map<string, number>();
        for (const feed of FEEDS) {
          const { definition } = feed;
          if (definition.symbol !== `${base}-USD` || !("chain" in definition.method)) continue;
          const name = definition.name.slice(8);
          const evaluation = evaluateFeed(feed, market, { memory });
          if (evaluation.kind === "missing") missing[name] = evaluation.reason;
          else values.set(name, numberOf(evaluation));
        }
        expect(missing).toEqual(entry[base]);
        const [forward, rate, atm] = ["forward-30d", "rate-30d", "iv-atm-30d"].map((name) => values.get(name));
        const spot = numberOf(
          evaluateFeed(FEEDS.find(({ definition }) => definition.name === `${base}-USD.spot-index`)!, market),
        );
        if (forward !== undefined && rate !== undefined) {
          expect((Math.log(forward / spot) * 365) / 30).toBeCloseTo(rate, 6);
          expect(Math.abs(rate)).toBeLessThan(0.2);
        }
        expect(Math.abs(values.get("vol-surface")! - atm!)).toBeLessThan(0.01);
        const index = values.get("vol-index-30d");
        if (index !== undefined) {
          expect(index).toBeGreaterThan(atm!);
          expect(index).toBeLessThan(atm! * 1.3);
        }
        expect(values.get("skew-25d-30d")).toBeLessThan(0);
        expect(values.get("skew-25d-30d")).toBeGreaterThan(-0.25);
      },
    );

    test.skipIf(!file.present)(
      `${base}: pictures show every strike once, and the curve runs between bids and asks ${file.note}`,
      () => {
        const feed = FEEDS.find(({ definition }) => definition.name === `${base}-USD.vol-surface`)!;
        const views = smileViews(feed, contextOf(recordedSnapshot(file, base)));
        if (!views.ok) throw new Error(views.detail);
        expect(views.smiles.length).toBeGreaterThan(8);
        let [inside, quoted] = [0, 0];
        for (const { points, fitted, refusal, rmseVol, years } of views.smiles) {
          expect(new Set(points.map(({ strike }) => strike)).size).toBe(points.length);
          expect(fitted === null).toBe(refusal !== null);
          if (fitted === null || rmseVol === null) continue;
          expect(rmseVol).toBeLessThan(0.04);
          for (const { k, bidVol, askVol, used } of points) {
            if (!used || bidVol === null || askVol === null) continue;
            const vol = Math.sqrt(totalVariance(fitted, k) / years);
            quoted++;
            if (vol >= bidVol - 0.01 && vol <= askVol + 0.01) inside++;
          }
        }
        expect(inside / quoted).toBeGreaterThan(0.8);
      },
    );
  }
}

test("a feed that reads no chain has no smiles, and says so", () => {
  const feed = FEEDS.find(({ definition }) => definition.kind === "spot-index")!;
  const empty = {
    takenAtMs: 0,
    spots: [],
    indices: [],
    volIndices: [],
    depths: [],
    chains: [],
    futures: [],
    candles: [],
    gaps: [],
  };
  expect(smileViews(feed, contextOf(empty))).toEqual({
    ok: false,
    detail: `${feed.definition.name} reads no option chain`,
  });
});
