/** Where a configuration may begin to act, so that no round is ever signed for two of them by one node. */
import type { OracleState } from "../protocol/state.ts";
import type { Term } from "./terms.ts";

type Reserved = { reservedUpTo(groupKeyX: Term["configuration"]["groupKeyX"]): number };

/**
 * The highest round in which this node may have acted already: under this key in earlier lives, or under the key of the
 * configuration before. What this very life knows is exact; of earlier lives only reservations are left. [R71]
 * @param beside machines that run in this process
 * @returns −1 when none
 */
export function floorRoundOf(term: Term, beside: readonly OracleState[], store: Reserved): number {
  const { configuration, before } = term;
  const acted = Math.max(-1, ...beside.map(({ currentRound, floorRound }) => Math.max(currentRound, floorRound)));
  const keyIsKept = before !== null && before.groupKeyX === configuration.groupKeyX;
  const isInThisLife = before !== null && beside.some(({ config }) => config.cfg === before.cfg);
  // A refresh keeps the key and with it the reservations, which this life has written ahead into rounds it will not use.
  const own = keyIsKept && isInThisLife ? -1 : store.reservedUpTo(configuration.groupKeyX);
  const earlier = before === null || isInThisLife ? -1 : store.reservedUpTo(before.groupKeyX);
  return Math.max(own, acted, earlier);
}
