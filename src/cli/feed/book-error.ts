/** How wrong the options of a surface's book are for who holds the published spot and slices, in tolerances. */
import { forwardRatio, judgesRule } from "../../feeds/due.ts";
import type { FeedRule } from "../../feeds/rule.ts";
import { NO_PRICE, judgeBook } from "../../quant/book-judge.ts";
import type { FeedState } from "../../report/report.ts";

/** @returns the worst u (QUANT §6); null without a book, or where nothing can be compared */
export function worstError(
  { shape }: FeedRule,
  { status, detail, timeMs: fitTimeMs }: FeedState,
  leaves: readonly FeedState[],
  timeMs: number,
): number | null {
  const book = shape.type === "surface" ? shape.book : null;
  const spot = book === null ? undefined : leaves[book.spotPosition];
  if (book === null || detail?.kind !== "surface" || status !== "ok" || detail.spot <= 0n) return null;
  if (spot?.status !== "ok" || spot.pubTimeMs === 0) return null;
  const judged = judgeBook({
    published: {
      spot: spot.pubValue,
      slices: detail.published.map((slice) => ({ ...slice, svi: slice.params })),
    },
    candidate: {
      spot: spot.value,
      slices: detail.slices.map(({ expiryMs, forward, params }) => ({
        expiryMs,
        fitTimeMs,
        forwardRatio: forwardRatio(forward, detail.spot),
        svi: params,
      })),
    },
    reportTimeMs: timeMs,
    rule: judgesRule(book),
  });
  if (judged.verdict !== "judged" || judged.worst === null || judged.worst.u === NO_PRICE) return null;
  return Number(judged.worst.u) / 1e18;
}
