/** What nodes say to each other. `sender` is authenticated by the envelope before a message reaches the machine. */
import type { Hex } from "../base/bytes.ts";
import type { Observed } from "../feeds/observed.ts";
import type { SignedReport } from "../report/report.ts";

export type NoncePair = { readonly hiding: Hex; readonly binding: Hex };

export type Observe = {
  readonly type: "observe";
  readonly round: number;
  readonly sender: number;
  readonly obsTimeMs: number;
  /** Random per process start: two processes with one key show themselves by it. 16 bytes. */
  readonly incarnation: Hex;
  /** Nonce commitments for sessions 0 and 1. */
  readonly commitments: readonly [NoncePair, NoncePair];
  /** One entry per feed in index order; null is a missing value. */
  readonly values: readonly Observed[];
};

export type ParentRef = { readonly round: number; readonly digest: Hex };
export type ObservationRef = { readonly id: number; readonly hash: Hex };
/** The SHARE of a signer whose `next` is its commitment in this session. */
export type SourceRef = { readonly id: number; readonly hash: Hex };

export type Propose = {
  readonly type: "propose";
  readonly round: number;
  readonly sender: number;
  /**
   * Which session of the round this is, 0 … f+1, all for one digest. Sessions 0 and 1 use the OBSERVEs' pairs 0 and 1,
   * later ones fresh pairs that came with SHAREs, or pair 1 where it is unused.
   */
  readonly attempt: number;
  /** null only before the first report of the network. */
  readonly parent: ParentRef | null;
  /** Ascending by id. */
  readonly observations: readonly ObservationRef[];
  /** Ascending; exactly t of the ids above. */
  readonly signers: readonly number[];
  /** Ascending, some of the signers; none before session 2. A signer that is not here uses a pair of its OBSERVE. */
  readonly sources: readonly SourceRef[];
};

export type Share = {
  readonly type: "share";
  readonly round: number;
  readonly sender: number;
  /** A share is judged only under the PROPOSE it names. */
  readonly proposalHash: Hex;
  readonly digest: Hex;
  readonly z: Hex;
  /** A fresh pair for a later session of the round; null in session 0, whose signers have their OBSERVE's pair 1. */
  readonly next: NoncePair | null;
};

export type ReportMessage = {
  readonly type: "report";
  readonly round: number;
  readonly sender: number;
  readonly signed: SignedReport;
};

export type Message = Observe | Propose | Share | ReportMessage;
