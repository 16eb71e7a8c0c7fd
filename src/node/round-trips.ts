/** One figure for how slow peers answer, for the wait before another signer set is named. */

/**
 * 95th percentile over the peers that were measured, the f slowest left out: a member that delays its answers must not
 * stretch everybody's wait.
 * @param roundTripsMs last round trip to each peer, null where none was measured
 * @returns ms; 0 when nothing was measured
 */
export function slowRoundTripMs(roundTripsMs: readonly (number | null)[], f: number): number {
  const measured = roundTripsMs.filter((ms) => ms !== null).sort((a, b) => a - b);
  const counted = measured.slice(0, Math.max(1, measured.length - f));
  return counted[Math.ceil(0.95 * counted.length) - 1] ?? 0;
}
