/** Counts since the process started, for metrics and the page. */
export type TransmitterCounters = {
  /** Transactions that a mempool took for the first time. */
  sent: number;
  mined: number;
  reverted: number;
  /** Transactions signed to take the place of another one of the same nonce. */
  replaced: number;
  /** Nonces used up by a transaction that is not ours. */
  dropped: number;
  reorged: number;
  /** Sends left out because a simulation said that they would revert, by the error's name. */
  skipped: Record<string, number>;
  /** Sends or replacements left out because they would cost more than the cap. */
  feeCapped: number;
  /** Ticks that ended early because the RPCs gave no answer to rely on. */
  failedTicks: number;
};

export function zeroCounters(): TransmitterCounters {
  return {
    sent: 0,
    mined: 0,
    reverted: 0,
    replaced: 0,
    dropped: 0,
    reorged: 0,
    skipped: {},
    feeCapped: 0,
    failedTicks: 0,
  };
}
