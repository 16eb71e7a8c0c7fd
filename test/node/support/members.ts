/** Envelope keys of a committee, real ed25519, the same in every run. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import type { Hex } from "../../../src/base/bytes.ts";
import { toHex } from "../../../src/base/bytes.ts";
import type { Clock, LogFields, Logger } from "../../../src/base/ports.ts";
import { type Envelope, sealEnvelope, verifyingKey } from "../../../src/node/envelope.ts";
import type { Message } from "../../../src/protocol/messages.ts";
import { hexOf } from "../../support/protocol.ts";

/** PKCS#8 of an ed25519 seed (RFC 8410). */
function privateKeyOf(id: number): KeyObject {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, id)]);
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}

export function identityOf(id: number): Hex {
  return toHex(createPublicKey(privateKeyOf(id)).export({ format: "der", type: "spki" }).subarray(-32));
}

export function signAs(id: number): (bytes: Uint8Array) => Uint8Array {
  const key = privateKeyOf(id);
  return (bytes) => new Uint8Array(sign(null, bytes, key));
}

export function keysOf(ids: readonly number[]): ReadonlyMap<number, KeyObject> {
  return new Map(ids.map((id) => [id, verifyingKey(identityOf(id))]));
}

/** As its sender would seal it; `signer` is who really holds the pen. */
export function sealed(message: Message, signer = message.sender, cfg: Hex = hexOf("cfg")): Envelope {
  return sealEnvelope(cfg, message, signAs(signer));
}

export type Line = {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: LogFields;
};

/** A logger that keeps its lines. */
export function notebook(): { readonly log: Logger; readonly lines: Line[] } {
  const lines: Line[] = [];
  const at =
    (level: Line["level"]) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields });
  const log: Logger = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), child: () => log };
  return { log, lines };
}

/** A clock that stands where it is put. */
export class HandClock implements Clock {
  wallMs: number;
  steadyMs = 0;

  constructor(wallMs: number) {
    this.wallMs = wallMs;
  }

  nowMs(): number {
    return this.wallMs;
  }

  monotonicMs(): number {
    return this.steadyMs;
  }

  pass(ms: number): void {
    this.wallMs += ms;
    this.steadyMs += ms;
  }
}
