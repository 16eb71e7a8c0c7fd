/** A signed surface as numbers for people: what was agreed on, what readers of the chain hold, and this node's own smiles. */
import type { Amount } from "../api/amount.ts";
import type { PublishedSliceView, SurfaceSliceView, SurfaceView, SviView } from "../api/derivatives-view.ts";
import { fixedToNumber } from "../base/fixed.ts";
import type { FeedRule, SurfaceShape } from "../feeds/rule.ts";
import type { SmileViews } from "../feeds/smile-view.ts";
import { MS_PER_DAY, yearsBetween } from "../quant/day-count.ts";
import type { PublishedSlice, SviWords } from "../report/detail.ts";
import type { FeedState, Report } from "../report/report.ts";

/** Decimals of every parameter, variance and ratio of a surface. */
const UNIT_DECIMALS = 18;
/** Forwards and prices. */
const PRICE_DECIMALS = 8;

export type SurfaceRule = FeedRule & { readonly shape: SurfaceShape };

export function isSurfaceRule(rule: FeedRule): rule is SurfaceRule {
  return rule.shape.type === "surface";
}

function sviOf({ a, b, rho, m, sigma }: SviWords): SviView {
  const number = (word: bigint): number => fixedToNumber(word, UNIT_DECIMALS);
  return { a: number(a), b: number(b), rho: number(rho), m: number(m), sigma: number(sigma) };
}

/** @param spot the published spot index; null while none is published */
function publishedOf({ expiryMs, round, fitTimeMs, forwardRatio, params }: PublishedSlice, spot: number | null) {
  const view: PublishedSliceView = {
    round,
    fitTimeMs,
    years: yearsBetween(fitTimeMs, expiryMs),
    forward: spot === null ? null : spot * fixedToNumber(forwardRatio, UNIT_DECIMALS),
    params: sviOf(params),
  };
  return view;
}

/** The spot that readers multiply published ratios by. */
function publishedSpot({ shape }: SurfaceRule, rules: readonly FeedRule[], report: Report): number | null {
  const spotRule = shape.book === null ? undefined : rules[shape.book.spotPosition];
  const leaf = report.leaves.find(({ feedId }) => feedId === spotRule?.feedId);
  if (spotRule === undefined || leaf === undefined || leaf.pubStatus === "none") return null;
  return fixedToNumber(leaf.pubValue, spotRule.decimals);
}

function slicesOf(leaf: FeedState, spot: number | null): readonly SurfaceSliceView[] {
  const { detail, timeMs } = leaf;
  if (detail?.kind !== "surface") return [];
  const published = new Map(detail.published.map((slice) => [slice.expiryMs, publishedOf(slice, spot)]));
  return detail.slices.map(({ expiryMs, forward, params, theta, centreErrorVolBps, wingErrorVolBps }) => {
    const years = yearsBetween(timeMs, expiryMs);
    const variance = fixedToNumber(theta, UNIT_DECIMALS);
    return {
      expiryMs,
      years,
      forward: fixedToNumber(forward, PRICE_DECIMALS),
      params: sviOf(params),
      theta: variance,
      atmVol: Math.sqrt(variance / years),
      centreErrorVolBps,
      wingErrorVolBps,
      published: published.get(expiryMs) ?? null,
    };
  });
}

/**
 * @param rules  of the whole set, for the spot feed of the option book
 * @param report newest signed one; null before the first
 * @param own    this node's smiles
 */
export function surfaceView(
  rule: SurfaceRule,
  rules: readonly FeedRule[],
  report: Report | null,
  own: SmileViews,
  amount: (raw: bigint) => Amount,
): SurfaceView {
  const leaf = report?.leaves.find(({ feedId }) => feedId === rule.feedId);
  const isKnown = leaf !== undefined && leaf.timeMs > 0;
  return {
    name: rule.name,
    round: report?.round ?? null,
    status: leaf?.status ?? "none",
    gridRound: leaf?.detail?.kind === "surface" ? leaf.detail.gridRound : 0,
    timeMs: isKnown ? leaf.timeMs : null,
    headline: isKnown ? amount(leaf.value) : null,
    headlineDays: rule.shape.headlineMs / MS_PER_DAY,
    slices: report === null || leaf === undefined ? [] : slicesOf(leaf, publishedSpot(rule, rules, report)),
    smiles: own.ok ? own.smiles : [],
    refusal: own.ok ? null : own.detail,
  };
}
