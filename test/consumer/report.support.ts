/** Signed reports of test/vectors, in the JSON in which a node's API tells them. */
import { readFileSync } from "node:fs";
import type { Hex } from "../../src/base/bytes.ts";
import type { Network } from "../../src/consumer/verified.ts";

type Json = Record<string, unknown>;
export type Told = { readonly name: string; readonly digest: Hex; readonly network: Network; readonly reply: Json };

type Vector = {
  readonly name: string;
  readonly networkId: Hex;
  readonly groupKeyX: Hex;
  readonly digest: Hex;
  readonly payload: string;
  readonly round: number;
  readonly reportTimeMs: number;
  readonly signature: Json;
  readonly leaves: readonly Json[];
};

/** A fresh copy every time: tests spoil them. */
export function toldReports(): readonly Told[] {
  const file = new URL("../vectors/report.json", import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: Vector[] };
  return vectors.map(({ name, networkId, groupKeyX, digest, payload, round, reportTimeMs, signature, leaves }) => ({
    name,
    digest,
    network: { networkId, groupKeyX },
    reply: { round, reportTimeMs, digest, signature, groupKeyX, leaves, due: [], submitPayload: payload },
  }));
}
