/** What one member asks another on a stream: an envelope by its hash, or a signed report by its digest. */
import type { Hex } from "../base/bytes.ts";
import { ByteReader, ByteWriter } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";

export type Request =
  | { readonly kind: "message"; readonly hash: Hex }
  | { readonly kind: "report"; readonly round: number; readonly digest: Hex };

export function encodeRequest(request: Request): Uint8Array {
  return request.kind === "message"
    ? new ByteWriter().uint(1, 1).hex(request.hash, 32).done()
    : new ByteWriter().uint(2, 1).uint(request.round, 8).hex(request.digest, 32).done();
}

/** null: not a request this version understands. */
export function decodeRequest(bytes: Uint8Array): Request | null {
  try {
    const reader = new ByteReader(bytes);
    const kind = reader.uint(1);
    if (kind !== 1 && kind !== 2) return null;
    const request: Request =
      kind === 1
        ? { kind: "message", hash: reader.hex(32) }
        : { kind: "report", round: reader.uint(8), digest: reader.hex(32) };
    reader.end();
    return request;
  } catch (error) {
    if (error instanceof OracleError) return null;
    throw error;
  }
}
