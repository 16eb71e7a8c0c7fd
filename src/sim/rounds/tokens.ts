/**
 * Signatures as tokens: a share is right when it is this function of its session. The machine under test never sees a
 * curve, and nobody in the simulation guesses another's token.
 */
import type { Hex } from "../../base/bytes.ts";
import type { GroupSignature } from "../../report/report.ts";
import { hashName, xoshiro128starstar } from "../random.ts";
import type { Commitments, DrawnPair, SimGroup, Sum } from "./group.ts";
import { sessionOf } from "./group.ts";

const WORDS = 8;

/** 32 bytes that depend on the label. Keccak would cost more than the machines under test. */
export function token32(label: string): Hex {
  const words = xoshiro128starstar(hashName(label), hashName(`${label}/`), label.length, 1);
  let out = "";
  for (let word = 0; word < WORDS; word++) out += words.nextUint32().toString(16).padStart(8, "0");
  return `0x${out}`;
}

/** Stands for a point: 33 bytes named by what they commit to. */
function point(label: string): Hex {
  return `0x02${token32(label).slice(2)}`;
}

export const ZERO_POINT: Hex = `0x${"00".repeat(33)}`;
export const OFF_CURVE_POINT: Hex = `0x02${"ff".repeat(32)}`;

function isPoint(hex: Hex): boolean {
  return hex.startsWith("0x02") && hex !== OFF_CURVE_POINT;
}

function badCommitments(commitments: Commitments): number[] {
  return commitments.filter(({ hiding, binding }) => !isPoint(hiding) || !isPoint(binding)).map(({ id }) => id);
}

export function shareToken(id: number, session: string): Hex {
  return token32(`share/${id}/${session}`);
}

export function signatureToken(digest: Hex): GroupSignature {
  const z = token32(`signature/${digest}`);
  return { rAddress: `0x${z.slice(2, 42)}`, z };
}

export class TokenGroup implements SimGroup {
  draw(id: number, label: string): DrawnPair {
    return {
      pair: { hiding: point(`${label}/hiding`), binding: point(`${label}/binding`) },
      sign: (digest, commitments) => {
        const culprits = badCommitments(commitments);
        if (culprits.length > 0) return { ok: false, culprits };
        return { ok: true, z: shareToken(id, sessionOf(digest, commitments)) };
      },
    };
  }

  aggregate(_id: number, digest: Hex, commitments: Commitments, shares: ReadonlyMap<number, Hex>): Sum {
    const bad = badCommitments(commitments);
    if (bad.length > 0) return { ok: false, culprits: bad };
    const session = sessionOf(digest, commitments);
    const culprits = commitments.filter(({ id }) => shares.get(id) !== shareToken(id, session)).map(({ id }) => id);
    return culprits.length > 0 ? { ok: false, culprits } : { ok: true, signature: signatureToken(digest) };
  }

  verify(digest: Hex, signature: GroupSignature): boolean {
    return signature.z === signatureToken(digest).z;
  }
}
