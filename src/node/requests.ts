/** What one member asks another on a stream: an envelope by its hash, a signed report by its digest, or the newest
 * envelope that the asked one holds of a member. */
import type { Hex } from "../base/bytes.ts";
import { ByteReader, ByteWriter } from "../base/bytes.ts";
import { OracleError, unreachable } from "../base/errors.ts";

export type Request =
  | { readonly kind: "message"; readonly hash: Hex }
  | { readonly kind: "report"; readonly round: number; readonly digest: Hex }
  | { readonly kind: "latest-of"; readonly member: number };

export function encodeRequest(request: Request): Uint8Array {
  switch (request.kind) {
    case "message":
      return new ByteWriter().uint(1, 1).hex(request.hash, 32).done();
    case "report":
      return new ByteWriter().uint(2, 1).uint(request.round, 8).hex(request.digest, 32).done();
    case "latest-of":
      return new ByteWriter().uint(3, 1).uint(request.member, 1).done();
    default:
      return unreachable(request);
  }
}

function readRequest(reader: ByteReader): Request | null {
  switch (reader.uint(1)) {
    case 1:
      return { kind: "message", hash: reader.hex(32) };
    case 2:
      return { kind: "report", round: reader.uint(8), digest: reader.hex(32) };
    case 3:
      return { kind: "latest-of", member: reader.uint(1) };
    default:
      return null;
  }
}

/** null: not a request this version understands. */
export function decodeRequest(bytes: Uint8Array): Request | null {
  try {
    const reader = new ByteReader(bytes);
    const request = readRequest(reader);
    if (request !== null) reader.end();
    return request;
  } catch (error) {
    if (error instanceof OracleError) return null;
    throw error;
  }
}
