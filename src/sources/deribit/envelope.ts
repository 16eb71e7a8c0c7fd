/** Deribit's JSON-RPC answer: {"jsonrpc":"2.0","result":…,"usIn":µs,"usOut":µs,"usDiff":µs,"testnet":false}. */
import { z } from "zod";
import { isFiniteNumber } from "../decimal.ts";
import { type Gap, gap } from "../gap.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";
import type { AdapterRules } from "../rest-adapter.ts";
import { isPlausibleTimeMs } from "../sanity.ts";

/** `usOut`, when the answer left the venue, is the time of everything in it. */
type Answer = { readonly kind: "answer"; readonly result: unknown; readonly timeMs: number };

const envelope = z.looseObject({ result: z.unknown(), usOut: z.number(), testnet: z.boolean() });

const RATE_LIMIT_CODES = [10028, 10066];
/** Codes the venue documents as worth a retry: overload, settlement at 08:00 UTC, maintenance, internal trouble. */
const SERVER_ERROR_CODES = [10040, 10041, 10047, 11051, 11094, 13028, 13888];

export function parseDeribit(body: string, rules: AdapterRules): Answer | Gap {
  const json = parseJson(body);
  if (json.kind === "gap") return json;
  if (!isRecord(json.value)) return gap("bad-shape", "the answer is no object");
  if (json.value.testnet === true && !rules.allowTestnet)
    return gap("test-network", "the answer is of the test network");
  if ("error" in json.value) return errorGap(json.value.error);
  const shape = envelope.safeParse(json.value);
  if (!shape.success) return shapeGap(shape.error);
  const { result, usOut } = shape.data;
  const timeMs = Math.floor(usOut / 1000);
  if (!Number.isSafeInteger(usOut) || !isPlausibleTimeMs(timeMs)) {
    return gap("out-of-range", `usOut ${usOut} is not unix microseconds`);
  }
  return { kind: "answer", result, timeMs };
}

function errorGap(error: unknown): Gap {
  if (!isRecord(error) || !isFiniteNumber(error.code)) return gap("venue-error", "error of an unknown form");
  const detail = `error ${error.code}: ${typeof error.message === "string" ? error.message : "no message"}`;
  if (RATE_LIMIT_CODES.includes(error.code)) return gap("rate-limited", detail);
  if (SERVER_ERROR_CODES.includes(error.code)) return gap("server-error", detail);
  return gap("venue-error", detail);
}
