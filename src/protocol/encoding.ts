/**
 * Messages as bytes: type u8 | cfg 32 | round u64 | sender u8 | body. Fixed layout, strict lengths.
 * The envelope appends an ed25519 signature of 64 bytes over the message's hash.
 */
import type { Hex } from "../base/bytes.ts";
import { ByteReader, ByteWriter } from "../base/bytes.ts";
import { OracleError, unreachable } from "../base/errors.ts";
import type { Observed } from "../feeds/observed.ts";
import { keccakHex } from "../base/keccak.ts";
import { decodeSignedReport, encodeSignedReport } from "./report-bytes.ts";
import type { Message, NoncePair, Observe, Propose, Share } from "./messages.ts";
import { readObserved, writeObserved } from "./observed-bytes.ts";

export const SIGNATURE_BYTES = 64;
const HEADER_BYTES = 1 + 32 + 8 + 1;
const TYPE_CODES: Readonly<Record<Message["type"], number>> = { observe: 1, propose: 2, share: 3, report: 4 };

function writePair(writer: ByteWriter, pair: NoncePair): void {
  writer.hex(pair.hiding, 33).hex(pair.binding, 33);
}

function readPair(reader: ByteReader): NoncePair {
  return { hiding: reader.hex(33), binding: reader.hex(33) };
}

export function encodeMessage(cfg: Hex, message: Message): Uint8Array {
  const writer = new ByteWriter()
    .uint(TYPE_CODES[message.type], 1)
    .hex(cfg, 32)
    .uint(message.round, 8)
    .uint(message.sender, 1);
  switch (message.type) {
    case "observe":
      writer.uint(message.obsTimeMs, 6).hex(message.incarnation, 16);
      for (const pair of message.commitments) writePair(writer, pair);
      writer.uint(message.values.length, 2);
      for (const value of message.values) writeObserved(writer, value);
      break;
    case "propose":
      writer.uint(message.attempt, 1).uint(message.parent === null ? 0 : 1, 1);
      if (message.parent !== null) writer.uint(message.parent.round, 8).hex(message.parent.digest, 32);
      writer.uint(message.observations.length, 1);
      for (const { id, hash } of message.observations) writer.uint(id, 1).hex(hash, 32);
      writer.uint(message.signers.length, 1);
      for (const id of message.signers) writer.uint(id, 1);
      writer.uint(message.sources.length, 1);
      for (const { id, hash } of message.sources) writer.uint(id, 1).hex(hash, 32);
      break;
    case "share":
      writer.hex(message.proposalHash, 32).hex(message.digest, 32).hex(message.z, 32);
      writer.uint(message.next === null ? 0 : 1, 1);
      if (message.next !== null) writePair(writer, message.next);
      break;
    case "report":
      writer.raw(encodeSignedReport(message.signed));
      break;
    default:
      unreachable(message);
  }
  return writer.done();
}

/** What an envelope's signature covers, and the name by which PROPOSE refers to an OBSERVE. */
export function messageHash(encoded: Uint8Array): Hex {
  return keccakHex(new ByteWriter().ascii("TENOR/MESSAGE/1").raw(encoded).done());
}

function strictFlag(reader: ByteReader): boolean {
  const flag = reader.uint(1);
  if (flag > 1) throw new OracleError(`flag must be 0 or 1, saw ${flag}`, { code: "bad-flag", seen: flag });
  return flag === 1;
}

function decodeObserve(reader: ByteReader, round: number, sender: number): Observe {
  const obsTimeMs = reader.uint(6);
  const incarnation = reader.hex(16);
  const commitments = [readPair(reader), readPair(reader)] as const;
  const count = reader.uint(2);
  // Each value has a byte at least and is read before the next one has room, so a lying count costs nothing.
  if (reader.remaining() < count) {
    throw new OracleError(`OBSERVE says ${count} values and carries ${reader.remaining()} bytes`, {
      code: "bad-count",
    });
  }
  const values: Observed[] = [];
  for (let i = 0; i < count; i++) values.push(readObserved(reader));
  return { type: "observe", round, sender, obsTimeMs, incarnation, commitments, values };
}

function readRefs(reader: ByteReader): { readonly id: number; readonly hash: Hex }[] {
  return Array.from({ length: reader.uint(1) }, () => ({ id: reader.uint(1), hash: reader.hex(32) }));
}

function decodePropose(reader: ByteReader, round: number, sender: number): Propose {
  const attempt = reader.uint(1);
  const parent = strictFlag(reader) ? { round: reader.uint(8), digest: reader.hex(32) } : null;
  const observations = readRefs(reader);
  const signers = Array.from({ length: reader.uint(1) }, () => reader.uint(1));
  return { type: "propose", round, sender, attempt, parent, observations, signers, sources: readRefs(reader) };
}

function decodeShare(reader: ByteReader, round: number, sender: number): Share {
  const words = { proposalHash: reader.hex(32), digest: reader.hex(32), z: reader.hex(32) };
  return { type: "share", round, sender, ...words, next: strictFlag(reader) ? readPair(reader) : null };
}

export type MessageHeader = {
  readonly type: Message["type"];
  readonly cfg: Hex;
  readonly round: number;
  readonly sender: number;
};

function typeOf(code: number): Message["type"] {
  switch (code) {
    case 1:
      return "observe";
    case 2:
      return "propose";
    case 3:
      return "share";
    case 4:
      return "report";
    default:
      throw new OracleError(`unknown message type ${code}`, { code: "bad-type", seen: code });
  }
}

function readHeader(reader: ByteReader): MessageHeader {
  return { type: typeOf(reader.uint(1)), cfg: reader.hex(32), round: reader.uint(8), sender: reader.uint(1) };
}

/** The cheap part, for checks that come before a signature is verified. @throws OracleError on malformed bytes */
export function decodeHeader(encoded: Uint8Array): MessageHeader {
  return readHeader(new ByteReader(encoded.subarray(0, HEADER_BYTES)));
}

/** @throws OracleError on malformed bytes; the caller at the window turns it into a verdict */
export function decodeMessage(encoded: Uint8Array): Message {
  const reader = new ByteReader(encoded);
  const { type, round, sender } = readHeader(reader);
  const message = decodeBody(reader, type, round, sender);
  reader.end();
  return message;
}

function decodeBody(reader: ByteReader, type: Message["type"], round: number, sender: number): Message {
  switch (type) {
    case "observe":
      return decodeObserve(reader, round, sender);
    case "propose":
      return decodePropose(reader, round, sender);
    case "share":
      return decodeShare(reader, round, sender);
    case "report": {
      const signed = decodeSignedReport(reader);
      if (signed.report.round !== round) {
        throw new OracleError("envelope and report name different rounds", { code: "bad-round" });
      }
      return { type: "report", round, sender, signed };
    }
    default:
      return unreachable(type);
  }
}
