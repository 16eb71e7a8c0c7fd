/** Evidence as the page and scripts read it. The bytes are asked for by name. */

export type EvidenceKindView =
  | "equivocated-observation"
  | "equivocated-proposal"
  | "double-sign"
  | "bad-share"
  | "bad-proposal";

export type EvidenceRowView = {
  /** Of the fault: kind, configuration, accused, round. */
  readonly name: string;
  readonly kind: EvidenceKindView;
  /** Node id. */
  readonly accused: number;
  readonly round: number;
  readonly firstSeenMs: number;
  /** Hash of the configuration it belongs to: node ids mean nothing without. */
  readonly cfg: string;
};

/** One piece, complete: `tenor evidence verify` takes it as a file. */
export type EvidencePieceView = {
  readonly version: 1;
  readonly kind: EvidenceKindView;
  readonly cfg: string;
  readonly accused: number;
  readonly round: number;
  /** Hexadecimal. */
  readonly envelopes: readonly string[];
};

/** The group key's public half, which proves itself: `tenor evidence verify --group` takes it as a file. */
export type GroupFileView = {
  readonly version: 1;
  readonly firstRound: number;
  readonly firstRoundTimeMs: number;
  readonly ceremonies: readonly {
    readonly configCount: number;
    readonly feedSetRoot: string;
    readonly paramsHash: string;
    readonly transcript: readonly { readonly key: string; readonly deal: string; readonly commit: string }[];
  }[];
};

export interface EvidenceViews {
  /** What convicts members, newest first, at most 100. */
  evidence(): readonly EvidenceRowView[];
  /** Null for a name that nothing is stored under. */
  evidencePiece(name: string): EvidencePieceView | null;
  /** Null before the configuration is active, and where the ceremony's messages are no longer at hand. */
  groupFile(): GroupFileView | null;
}
