/** Asks a node for its newest signed report, and believes the group's signature instead of the node. */
import type { Hex } from "../base/bytes.ts";
import { OracleError, reasonOf } from "../base/errors.ts";
import { reportDigest } from "../report/codec.ts";
import { nobleBackend } from "../threshold/curve-backend.ts";
import { verifySignature } from "../threshold/schnorr.ts";
import { type ClaimedReport, readReport } from "./signed-report.ts";

/** What a consumer takes from the hub, or from wherever it got the hub's address. */
export type Network = {
  readonly networkId: Hex;
  /** x of the group key, whose y is even. */
  readonly groupKeyX: Hex;
};

export type VerifiedReport = ClaimedReport & { readonly digest: Hex };

/** Larger than a report of a thousand feeds. */
const REPLY_BYTES_MAX = 4 * 1024 * 1024;
const TIMEOUT_MS = 10_000;

/**
 * Checks that t of n members signed exactly this report for this network.
 * @throws OracleError `bad-signature`: something in it was changed, or somebody else signed
 */
export function verifyReport(claimed: ClaimedReport, network: Network): VerifiedReport {
  const digest = reportDigest(network.networkId, claimed.report);
  if (!verifySignature(nobleBackend, network.groupKeyX, digest, claimed.signature)) {
    throw new OracleError(`round ${claimed.report.round} was not signed by the group ${network.groupKeyX}`, {
      code: "bad-signature",
      round: claimed.report.round,
      digest,
      groupKeyX: network.groupKeyX,
    });
  }
  return { ...claimed, digest };
}

/**
 * @param nodeUrl of any node's API, e.g. https://node.example:8080
 * @param doors.fetch the platform's, by default
 * @throws OracleError `no-report` (no answer, or none with a report), `bad-reply`, `bad-signature`
 */
export async function fetchReport(
  nodeUrl: string,
  network: Network,
  doors: { readonly fetch: typeof fetch } = { fetch },
): Promise<VerifiedReport> {
  return verifyReport(await fetchClaim(nodeUrl, doors), network);
}

/**
 * What the node says, of which nothing is believed yet.
 * @throws OracleError `no-report`, `bad-reply`
 */
export async function fetchClaim(
  nodeUrl: string,
  doors: { readonly fetch: typeof fetch } = { fetch },
): Promise<ClaimedReport> {
  const url = new URL("/v1/reports/latest", nodeUrl).href;
  let reply: unknown;
  try {
    // A browser's is a method of the window, and refuses to be one of anything else.
    const { fetch: ask } = doors;
    const response = await ask(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    reply = JSON.parse(await textOf(response));
  } catch (error) {
    throw new OracleError(`${url} gave no report: ${reasonOf(error)}`, { code: "no-report", url }, error);
  }
  return readReport(reply);
}

/** Never more than so many bytes of it, whatever a node sends. */
async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  const body: ReadableStream<Uint8Array> = response.body!;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > REPLY_BYTES_MAX) {
      await reader.cancel();
      throw new Error(`an answer of more than ${REPLY_BYTES_MAX} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}
