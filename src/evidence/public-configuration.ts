/** What a judge needs to know of a network: nothing in it is secret, and all of it is bound by cfg. */
import type { Hex } from "../base/bytes.ts";
import type { GroupPublic } from "../threshold/group.ts";
import type { SigningCurve } from "../threshold/signing-curve.ts";

export type PublicConfiguration = {
  readonly cfg: Hex;
  /** Members have ids 1 … n. */
  readonly n: number;
  readonly f: number;
  /** Signers per report. */
  readonly t: number;
  readonly feedCount: number;
  readonly firstRound: number;
  readonly firstRoundTimeMs: number;
  readonly slotMs: number;
  /** Verifying shares, by which a signature share is judged. */
  readonly group: GroupPublic;
};

export type JudgeDoors = {
  /** Which arithmetic judges a share: all give the same answer, some faster. */
  readonly curve: Pick<SigningCurve, "openAttempt">;
  /** A member's ed25519 signature over a message's name. False for any bytes that are none; must not throw. */
  signatureFits(sender: number, hash: Hex, signature: Uint8Array): boolean;
};
