/** When the number goes to the chain, and what happens as sources fall away. */
import { unreachable } from "../../base/errors.ts";
import type { FeedDefinition } from "../definition.ts";
import { distanceText, durationText, percentText, volPointsText } from "./amounts.ts";

/** The trigger and the agreement among nodes. */
export function publicationLines(definition: FeedDefinition): readonly string[] {
  const { kind, deviation, agreement, heartbeatMs, heartbeatMarginMs, decimals, statusGraceMs, unit } = definition;
  const agreed = `at least 2f+1 nodes must lie within ${distanceText(agreement, kind)} of their median, else the feed is disputed`;
  const scale = `the integer counts units of 10^-${decimals} ${unit}`;
  const lost = `without an agreed value for ${durationText(statusGraceMs)} it is published as missing or disputed`;
  switch (kind) {
    case "settlement":
      return ["published once an expiry, when its price is fixed", agreed, scale, lost];
    case "spot-index":
    case "forward":
    case "rate":
    case "iv-atm":
    case "skew-25d":
    case "vol-index":
    case "vol-surface":
    case "realised-vol":
    case "funding-8h": {
      const lines = [
        `published when the agreed value is more than ${distanceText(deviation, kind)} from the published one`,
        `and at the latest ${durationText(heartbeatMs)} after the last time, less ${durationText(heartbeatMarginMs)}`,
      ];
      if (kind === "vol-surface") lines.push(...surfaceLines(definition));
      return [...lines, agreed, scale, lost];
    }
    default:
      return unreachable(kind);
  }
}

function surfaceLines({ method }: Extract<FeedDefinition, { kind: "vol-surface" }>): readonly string[] {
  const { book, agreementVolBps, fitToleranceVolBps } = method;
  const fit = `a slice is agreed when 2f+1 grids lie within ${volPointsText(agreementVolBps)} of their median and the fit within ${volPointsText(fitToleranceVolBps.centre)} of it (wings ${volPointsText(fitToleranceVolBps.wing)})`;
  if (book === null) return [fit];
  return [
    `and when the stale price of a reference option (at the money, 25-delta call and put of every expiry) is wrong by more than ${book.lambda} tolerances; then the cheapest set of spot and slices goes out that leaves nothing wrong by more than ${book.rest}`,
    `the tolerance of an option is the smaller of ${book.spotToleranceBps} bps of spot and ${percentText(book.premiumToleranceBps)} of its premium, at least ${book.floorBps} bps of spot`,
    fit,
  ];
}

/** The ladder, and the bounds that lead to a status and never to a clamp. */
export function contingencyLines({
  contingency,
  bounds,
  minSources,
  minOwners,
  unit,
}: FeedDefinition): readonly string[] {
  return [
    ...contingency.map(({ whenSourcesBelow, do: what }) =>
      what === "note"
        ? `fewer than ${whenSourcesBelow} sources: the value stands and is marked as weak`
        : `fewer than ${whenSourcesBelow} source${whenSourcesBelow === 1 ? "" : "s"}: no value, the feed is missing`,
    ),
    `wanted are at least ${minSources} source${minSources === 1 ? "" : "s"} of ${minOwners} owner${minOwners === 1 ? "" : "s"}`,
    `a value below ${bounds.low} or above ${bounds.high} ${unit} is missing, never clamped`,
  ];
}
