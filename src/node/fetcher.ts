/** What the machine misses, asked of the peer that named it. Reports are checked before the machine sees them. */
import { ByteReader } from "../base/bytes.ts";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import { decodeSignedReport } from "../protocol/report-bytes.ts";
import type { SignedReport } from "../report/report.ts";
import type { PeerPort } from "./ports.ts";
import type { Request } from "./requests.ts";
import { encodeRequest } from "./requests.ts";

const FETCH_TIMEOUT_MS = 500;

export type FetcherDoors = { readonly peers: Pick<PeerPort, "request">; readonly log: Logger };

export class Fetcher {
  readonly #feeds: number;
  readonly #doors: FetcherDoors;

  constructor(options: { readonly feeds: number }, doors: FetcherDoors) {
    this.#feeds = options.feeds;
    this.#doors = doors;
  }

  fetch(from: number, request: Request, take: (bytes: Uint8Array) => void): void {
    this.#doors.peers.request(from, encodeRequest(request), FETCH_TIMEOUT_MS).then(
      (bytes) => {
        if (bytes !== null) take(bytes);
      },
      (error: unknown) => this.#doors.log.debug("fetch failed", { from, reason: reasonOf(error) }),
    );
  }

  fetchReport(from: number, request: Request, verify: (signed: SignedReport) => void): void {
    this.fetch(from, request, (bytes) => {
      try {
        const reader = new ByteReader(bytes);
        const signed = decodeSignedReport(reader);
        reader.end();
        if (signed.report.leaves.length === this.#feeds) verify(signed);
      } catch (error) {
        if (!(error instanceof OracleError)) throw error;
        this.#doors.log.warn("fetched report is malformed", { reason: error.code });
      }
    });
  }
}
