/** An envelope opened: the message in it, its name, and whether its sender signed it. */
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { decodeHeader, decodeMessage, messageHash, SIGNATURE_BYTES } from "../protocol/encoding.ts";
import type { Message } from "../protocol/messages.ts";

export type Statement<M extends Message = Message> = {
  readonly cfg: Hex;
  readonly message: M;
  readonly hash: Hex;
  readonly signature: Uint8Array;
};

/** Null for bytes that are no envelope of a message. Never throws; the signature is not checked here. */
export function openEnvelope(envelope: Uint8Array): Statement | null {
  if (envelope.length <= SIGNATURE_BYTES) return null;
  const at = envelope.length - SIGNATURE_BYTES;
  const encoded = envelope.subarray(0, at);
  try {
    const { cfg } = decodeHeader(encoded);
    return { cfg, message: decodeMessage(encoded), hash: messageHash(encoded), signature: envelope.subarray(at) };
  } catch (error) {
    if (error instanceof OracleError) return null;
    throw error;
  }
}

export function isOfType<T extends Message["type"]>(
  statement: Statement,
  type: T,
): statement is Statement<Extract<Message, { type: T }>> {
  return statement.message.type === type;
}
