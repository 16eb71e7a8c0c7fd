/** What a node's own stream sessions make of this market: every source they carry speaks, nothing is refused, and it is the truth. */
import { describe, expect, test } from "vitest";
import { SPOT_VENUES, VENUES } from "../../../src/market/venue.ts";
import { findBook, spotBookAt } from "../../../src/sim/market/books.ts";
import { stepAt } from "../../../src/sim/market/model.ts";
import { SyntheticMarket } from "../../../src/sim/market/synthetic.ts";
import { STREAM_ADAPTERS } from "../../../src/sources/adapters.ts";
import { sourceName } from "../../../src/sources/subscription.ts";
import { askRest, DrivenStream, instrumentsOf } from "../../sources/driven-stream.ts";
import { polledOf } from "../../sources/market-samples.ts";
import { START_MS } from "../support.ts";
import { openStreamMarket } from "./support.ts";

/** The instruments of a board that were told. */
function told(driven: DrivenStream, source: string): ReadonlySet<string> {
  return new Set(
    driven
      .of(source)
      .flatMap((update) =>
        update.kind === "options" || update.kind === "futures" ? update.rows.map(({ instrument }) => instrument) : [],
      ),
  );
}

const CASES = VENUES.flatMap((venue) =>
  STREAM_ADAPTERS[venue].map((adapter) => [venue, adapter.name, adapter] as const),
);

describe("the nodes' own sessions on this market's streams", () => {
  test.each(CASES)(
    "%s, %s: all it carries is told, nothing is refused, and prices are the market's",
    async (venue, _name, adapter) => {
      const market = await openStreamMarket({ optionTurnMs: 1_000 });
      const carried = polledOf(venue).filter((subscription) => adapter.carries(subscription));
      expect(carried.length).toBeGreaterThan(0);
      const boards = carried.filter(({ kind }) => kind === "options" || kind === "futures");
      const lists = new Map<string, readonly string[]>();
      for (const board of boards) lists.set(sourceName(board), instrumentsOf(await askRest(market, board)));
      const driven = await DrivenStream.connect(market, adapter, carried, lists);
      driven.opened();
      const silent = (): readonly string[] => [
        ...carried.map(sourceName).filter((source) => driven.of(source).length < 3),
        // Every listed row is told in time, but for those that expire.
        ...[...lists].flatMap(([source, listed]) => {
          const rows = told(driven, source);
          const absent = listed.filter((instrument) => !rows.has(instrument));
          return absent.length > 0.05 * listed.length ? absent : [];
        }),
      ];
      // Fifty market seconds.
      await driven.turnUntil(() => silent().length === 0, 200);
      expect(driven.refused).toEqual([]);
      expect(driven.closing).toBeNull();
      expect(driven.updates.filter(({ kind }) => kind === "gap")).toEqual([]);
      expect(silent()).toEqual([]);
      const model = new SyntheticMarket({ seed: 9, startMs: START_MS });
      for (const update of driven.updates) {
        if (update.kind === "spot") {
          const spec = findBook(SPOT_VENUES.find((known) => known === venue)!, "BTC", update.quote.quote)!;
          const { quote } = update;
          // A venue without a clock is read at some step up to its receipt.
          const at = stepAt(model, quote.timeMs);
          const books = [at, at - 1, at - 2].map((when) => spotBookAt(model, spec, Math.max(0, when))!);
          expect(
            books.some(({ bid, ask }) => Math.abs(bid - quote.bid) < 1e-6 && Math.abs(ask - quote.ask) < 1e-6),
          ).toBe(true);
        }
        if (update.kind === "options") {
          expect(update.refused).toEqual({});
          for (const row of update.rows) {
            expect(row.forward).toBeGreaterThan(1_000);
            if (row.markVol !== null) expect(row.markVol).toBeGreaterThan(0.1);
            if (row.bidCoin !== null && row.askCoin !== null) expect(row.bidCoin).toBeLessThan(row.askCoin);
          }
        }
      }
    },
    30_000,
  );
});
