/** One member's share of a group key: public by its fields, secret by nothing that can be read outside this room. */
import type { Hex } from "../base/bytes.ts";
import { equalBytes } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { parsePointHex, parseScalar, Point } from "../threshold/curve.ts";
import type { GroupPublic } from "../threshold/group.ts";
import { isConsistentGroup } from "../threshold/group.ts";
import { destroySecret, keepSecret, Secretive } from "./sealed/secrets.ts";

/** What a share file says without its passphrase. */
export type ShareHeader = {
  readonly ceremonyId: Hex;
  /** What the contract's configuration names. */
  readonly transcriptHash: Hex;
  /** The member that this share belongs to. */
  readonly memberId: number;
  /** Of the configuration that the ceremony was for: which share is older. Files of the first version do not say it. */
  readonly configCount?: number;
  readonly group: GroupPublic;
};

export class SigningShare extends Secretive {
  readonly header: ShareHeader;

  /**
   * @param scalar 32 bytes; the share takes them over, the caller keeps no copy
   * @throws OracleError `bad-share` when group and scalar do not belong together
   */
  constructor(header: ShareHeader, scalar: Uint8Array) {
    super();
    const value = parseScalar(scalar);
    const wanted = parsePointHex(header.group.verifyingShares[header.memberId]);
    const fits =
      isConsistentGroup(header.group) &&
      value !== null &&
      value !== 0n &&
      wanted !== null &&
      equalBytes(Point.BASE.multiply(value).toBytes(true), wanted.toBytes(true));
    if (!fits) {
      throw new OracleError(`the share of member ${header.memberId} does not fit its group key`, {
        code: "bad-share",
        memberId: header.memberId,
        transcriptHash: header.transcriptHash,
      });
    }
    this.header = header;
    keepSecret(this, scalar);
  }

  get group(): GroupPublic {
    return this.header.group;
  }

  get memberId(): number {
    return this.header.memberId;
  }

  get transcriptHash(): Hex {
    return this.header.transcriptHash;
  }

  /** Zeroes the secret; vaults that were opened on it go on with their own copy until they are destroyed. */
  destroy(): void {
    destroySecret(this);
  }
}
