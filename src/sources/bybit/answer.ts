/**
 * Bybit v5's answer: {"retCode":0,"retMsg":"OK","result":{…},"retExtInfo":{},"time":ms}; `time`, when it left the venue, is
 * the time of everything in it. Errors come with HTTP 200.
 */
import { type Gap, gap, saidOf } from "../gap.ts";
import { isRecord, parseJson } from "../json.ts";
import { isPlausibleTimeMs } from "../sanity.ts";

type Answer = {
  readonly kind: "answer";
  readonly result: Readonly<Record<string, unknown>>;
  readonly timeMs: number;
};

const RATE_LIMIT_CODES = [10006, 10018, 10429];
const SERVER_ERROR_CODES = [10000, 10016, 10019];

export function parseBybit(body: string): Answer | Gap {
  const json = parseJson(body);
  if (json.kind === "gap") return json;
  if (!isRecord(json.value)) return gap("bad-shape", "the answer is no object");
  const { retCode, retMsg, result, time } = json.value;
  if (typeof retCode !== "number") return gap("bad-shape", "the answer has no retCode");
  if (retCode !== 0) return bybitError(retCode, retMsg);
  if (!isRecord(result)) return gap("bad-shape", "result is no object");
  const timeMs = timeOfNumber(time);
  if (timeMs === null) return gap("out-of-range", `time ${saidOf(time)} is not unix milliseconds`);
  return { kind: "answer", result, timeMs };
}

/** The rows of a `tickers` answer, and that they are of the category that was asked for. */
export function parseBybitRows(
  body: string,
  category: "spot" | "inverse" | "option",
): { readonly kind: "rows"; readonly rows: readonly unknown[]; readonly timeMs: number } | Gap {
  const answer = parseBybit(body);
  if (answer.kind === "gap") return answer;
  const { result, timeMs } = answer;
  // In one namespace BTCUSDT is a spot pair, in another a perpetual.
  if (result.category !== category) return gap("bad-shape", `asked for ${category}, answered another category`);
  return Array.isArray(result.list)
    ? { kind: "rows", rows: result.list, timeMs }
    : gap("bad-shape", "list is no array");
}

/** Unix ms as a JSON number. @returns null when it is no time of this century */
export function timeOfNumber(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && isPlausibleTimeMs(value) ? value : null;
}

export function bybitError(retCode: number, retMsg: unknown): Gap {
  const words = typeof retMsg === "string" && retMsg !== "" ? retMsg : "no message";
  const detail = `retCode ${retCode}: ${words}`;
  if (RATE_LIMIT_CODES.includes(retCode)) return gap("rate-limited", detail);
  if (/maintenance/i.test(words)) return gap("maintenance", detail);
  if (SERVER_ERROR_CODES.includes(retCode)) return gap("server-error", detail);
  if (retCode === 10009) return gap("banned", detail);
  if (retCode === 10024) return gap("geo-blocked", detail);
  // 10001 is any wrong parameter; of a request that is built right it is the symbol.
  if (retCode === 10001 && /symbol/i.test(words)) return gap("delisted", detail);
  return gap("venue-error", detail);
}
