/** The names of all lies: one for each row of the specification's table of Byzantine faults. */

export const VALUE_LIES = [
  "extreme-values",
  "negative-values",
  "missing-values",
  "missing-one-feed",
  "inside-tolerance",
  "outside-tolerance",
  "copy-cat",
  "coordinated-up",
  "coordinated-down",
  "alternating",
  "bent-surface",
  "forged-settlement",
  "wrong-feed-count",
  "edge-of-time",
  "off-time",
] as const;

export const EQUIVOCATIONS = [
  "two-observations",
  "many-observations",
  "late-second-observation",
  "two-proposals",
  "two-signer-sets",
  "two-shares",
  "share-of-other-digest",
] as const;

export const SIGNER_LIES = [
  "silent-signer",
  "slow-signer",
  "bad-share",
  "bad-second-share",
  "share-of-unknown-proposal",
  "zero-nonces",
  "repeated-nonces",
  "copied-nonces",
  "off-curve-nonces",
] as const;

export const LEADER_LIES = [
  "silent-leader",
  "late-leader",
  "proposal-to-half",
  "proposal-to-all-but-one",
  "altered-proposal",
  "duplicate-signers",
  "outside-signers",
  "too-few-listed",
  "foreign-observation",
  "old-observation",
  "old-parent",
  "invented-parent",
  "proposal-of-next-round",
  "impatient-backup",
  "second-leader",
  "unfair-leader",
  "silent-report",
] as const;

export const FLOODS = [
  "flood-of-observations",
  "flood-of-proposals",
  "flood-of-shares",
  "flood-of-reports",
  "flood-of-old-rounds",
  "flood-of-repeats",
] as const;

export type LiarKind =
  | "silent"
  | (typeof VALUE_LIES)[number]
  | (typeof EQUIVOCATIONS)[number]
  | (typeof SIGNER_LIES)[number]
  | (typeof LEADER_LIES)[number]
  | (typeof FLOODS)[number];

export const LIAR_KINDS: readonly LiarKind[] = [
  "silent",
  ...VALUE_LIES,
  ...EQUIVOCATIONS,
  ...SIGNER_LIES,
  ...LEADER_LIES,
  ...FLOODS,
];
