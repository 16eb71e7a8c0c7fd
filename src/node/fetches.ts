/** What the machine wants of peers: an envelope by its name, a signed report by its digest. Asked once, judged as any other. */
import type { Hex } from "../base/bytes.ts";
import { ByteReader } from "../base/bytes.ts";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import type { OracleEvent } from "../protocol/events.ts";
import { decodeSignedReport } from "../protocol/report-bytes.ts";
import type { OracleConfig } from "../protocol/state.ts";
import { reportDigest } from "../report/codec.ts";
import type { SignedReport } from "../report/report.ts";
import type { Inbox } from "./inbox.ts";
import type { PeerPort, SigningPort } from "./ports.ts";
import { encodeRequest } from "./requests.ts";

const FETCH_TIMEOUT_MS = 500;

export type FetchDoors = {
  readonly log: Logger;
  readonly peers: Pick<PeerPort, "request">;
  readonly signing: Pick<SigningPort, "verify">;
  readonly inbox: Pick<Inbox, "message" | "expect">;
  readonly tell: (event: OracleEvent) => void;
  /** Bytes that a peer answered with, as if it had sent them. */
  readonly receive: (bytes: Uint8Array, fromId: number) => void;
};

export class Fetches {
  readonly #config: OracleConfig;
  readonly #doors: FetchDoors;

  constructor(config: OracleConfig, doors: FetchDoors) {
    this.#config = config;
    this.#doors = doors;
  }

  verifyReport(signed: SignedReport): void {
    const digest = reportDigest(this.#config.networkId, signed.report);
    if (digest === signed.digest && this.#doors.signing.verify(digest, signed.signature, signed.report.round)) {
      this.#doors.tell({ kind: "report-verified", signed });
    } else {
      this.#doors.log.warn("report with a wrong signature refused", { round: signed.report.round });
    }
  }

  message(hash: Hex, from: number): void {
    const { inbox } = this.#doors;
    // The machine may have passed over a version that a PROPOSE now names: asking a peer would bring a repeat. [R9]
    const message = inbox.message(hash);
    if (message !== undefined) return this.#doors.tell({ kind: "message-received", message, hash });
    inbox.expect(hash, true);
    this.#ask(from, { kind: "message", hash }, (bytes) => {
      if (bytes !== null) this.#doors.receive(bytes, from);
      inbox.expect(hash, false);
    });
  }

  report(round: number, digest: Hex, from: number): void {
    this.#ask(from, { kind: "report", round, digest }, (bytes) => {
      if (bytes !== null) this.#takeReport(bytes);
    });
  }

  #takeReport(bytes: Uint8Array): void {
    try {
      const reader = new ByteReader(bytes);
      const signed = decodeSignedReport(reader);
      reader.end();
      if (signed.report.leaves.length === this.#config.rules.length) this.verifyReport(signed);
    } catch (error) {
      if (!(error instanceof OracleError)) throw error;
      this.#doors.log.warn("fetched report is malformed", { reason: error.code });
    }
  }

  #ask(from: number, request: Parameters<typeof encodeRequest>[0], take: (bytes: Uint8Array | null) => void): void {
    this.#doors.peers.request(from, encodeRequest(request), FETCH_TIMEOUT_MS).then(take, (error: unknown) => {
      this.#doors.log.debug("fetch failed", { from, reason: reasonOf(error) });
      take(null);
    });
  }
}
