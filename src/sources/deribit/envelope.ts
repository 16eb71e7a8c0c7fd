/** Deribit's JSON-RPC answer: {"jsonrpc":"2.0","result":…,"usIn":µs,"usOut":µs,"usDiff":µs,"testnet":false}. */
import { z } from "zod";
import { isFiniteNumber } from "../decimal.ts";
import { type Gap, gap } from "../gap.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";
import type { AdapterRules } from "../rest-adapter.ts";
import { isPlausibleTimeMs } from "../sanity.ts";
import { staleFault } from "../venue-time.ts";

/** `usOut`, when the answer left the venue, is the time of everything in it. */
type Answer = { readonly kind: "answer"; readonly result: unknown; readonly timeMs: number };

const envelope = z.looseObject({ result: z.unknown(), usOut: z.number(), testnet: z.boolean() });

const RATE_LIMIT_CODES = [10028, 10066];
/** Codes the venue documents as worth a retry: overload, settlement at 08:00 UTC, internal trouble. */
const SERVER_ERROR_CODES = [10040, 10041, 10047, 11094, 13028, 13888];
const MAINTENANCE_CODE = 11051;
const UNKNOWN_INSTRUMENT_CODES = [10020, 13020];
const INVALID_PARAMS_CODE = -32602;

export function parseDeribit(body: string, receivedAtMs: number, rules: AdapterRules): Answer | Gap {
  const json = parseJson(body);
  if (json.kind === "gap") return json;
  if (!isRecord(json.value)) return gap("bad-shape", "the answer is no object");
  if (json.value.testnet === true && !rules.allowTestnet)
    return gap("test-network", "the answer is of the test network");
  if ("error" in json.value) return deribitError(json.value.error);
  const shape = envelope.safeParse(json.value);
  if (!shape.success) return shapeGap(shape.error);
  const { result, usOut } = shape.data;
  const timeMs = Math.floor(usOut / 1000);
  if (!Number.isSafeInteger(usOut) || !isPlausibleTimeMs(timeMs)) {
    return gap("out-of-range", `usOut ${usOut} is not unix microseconds`);
  }
  return staleFault(timeMs, receivedAtMs) ?? { kind: "answer", result, timeMs };
}

/** The `error` member of an answer, over HTTP or over a WebSocket. */
export function deribitError(error: unknown): Gap {
  if (!isRecord(error) || !isFiniteNumber(error.code)) return gap("venue-error", "error of an unknown form");
  const detail = `error ${error.code}: ${typeof error.message === "string" ? error.message : "no message"}`;
  if (RATE_LIMIT_CODES.includes(error.code)) return gap("rate-limited", detail);
  if (SERVER_ERROR_CODES.includes(error.code)) return gap("server-error", detail);
  if (error.code === MAINTENANCE_CODE) return gap("maintenance", detail);
  if (UNKNOWN_INSTRUMENT_CODES.includes(error.code)) return gap("delisted", detail);
  const ofInstrument = isRecord(error.data) && error.data.param === "instrument_name";
  if (error.code === INVALID_PARAMS_CODE && ofInstrument) return gap("delisted", detail);
  return gap("venue-error", detail);
}
