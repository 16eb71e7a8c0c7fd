/** What this node gives to those who ask: an envelope by its hash, a report by its digest, a member's newest words. */
import type { Hex } from "../base/bytes.ts";
import { concatBytes } from "../base/bytes.ts";
import { unreachable } from "../base/errors.ts";
import { encodeSignedReport } from "../protocol/report-bytes.ts";
import type { SignedReport } from "../report/report.ts";
import { decodeRequest } from "./requests.ts";

export type AnswerDoors = {
  readonly envelope: (hash: Hex) => Uint8Array | undefined;
  readonly latestOf: (member: number) => Uint8Array | undefined;
  readonly report: (round: number) => SignedReport | undefined;
};

/** null: nothing to give. "I hold nothing of that member" is something to give: it counts in its recovery. [R55] */
export function answerTo(bytes: Uint8Array, doors: AnswerDoors): Uint8Array | null {
  const request = decodeRequest(bytes);
  if (request === null) return null;
  switch (request.kind) {
    case "message":
      return doors.envelope(request.hash) ?? null;
    case "report": {
      const held = doors.report(request.round);
      return held !== undefined && held.digest === request.digest ? encodeSignedReport(held) : null;
    }
    case "latest-of": {
      const held = doors.latestOf(request.member);
      return held === undefined ? Uint8Array.of(0) : concatBytes(Uint8Array.of(1), held);
    }
    default:
      return unreachable(request);
  }
}

/** The other end of `latest-of`: an envelope's bytes, null for "none", undefined for what is no answer. */
export function readLatestOf(answer: Uint8Array | null): Uint8Array | null | undefined {
  if (answer === null) return undefined;
  if (answer[0] === 1) return answer.subarray(1);
  return answer.length === 1 && answer[0] === 0 ? null : undefined;
}
