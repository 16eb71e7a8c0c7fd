/** OKX's answer: {"code":"0","msg":"","data":[…]}, an error with HTTP 200 as often as not. The order of members varies. */
import { type Gap, gap, saidOf } from "../gap.ts";
import { isRecord, parseJson } from "../json.ts";

const RATE_LIMIT_CODES = ["50011", "50061", "60014"];
const SERVER_ERROR_CODES = ["50001", "50004", "50013", "50026"];
/** Offline, or its contract stands still while it is settled or delivered. */
const MAINTENANCE_CODES = ["50005"];
const HALTED_CODES = ["51022", "51028", "51029", "51030"];
const DELISTED_CODES = ["51001", "51014", "51027"];

export function parseOkx(body: string): { readonly kind: "rows"; readonly rows: readonly unknown[] } | Gap {
  const json = parseJson(body);
  if (json.kind === "gap") return json;
  if (!isRecord(json.value)) return gap("bad-shape", "the answer is no object");
  const { code, msg, data } = json.value;
  if (typeof code !== "string") return gap("bad-shape", "the answer has no code");
  if (code !== "0") return okxError(code, msg);
  return Array.isArray(data) ? { kind: "rows", rows: data } : gap("bad-shape", "data is no array");
}

/** The answer about one instrument. */
export function parseOkxRow(body: string): { readonly kind: "row"; readonly row: unknown } | Gap {
  const answer = parseOkx(body);
  if (answer.kind === "gap") return answer;
  const { rows } = answer;
  if (rows.length === 0) return gap("no-quote", "data is empty");
  return rows.length === 1 ? { kind: "row", row: rows[0] } : gap("bad-shape", `${rows.length} rows, asked for one`);
}

/** What an error code means; the words beside it have changed over the years. */
export function okxError(code: unknown, msg: unknown): Gap {
  const words = typeof msg === "string" && msg !== "" ? msg : "no message";
  const detail = `code ${saidOf(code)}: ${words}`;
  if (typeof code !== "string") return gap("venue-error", detail);
  if (RATE_LIMIT_CODES.includes(code)) return gap("rate-limited", detail);
  if (MAINTENANCE_CODES.includes(code) || /maintenance/i.test(words)) return gap("maintenance", detail);
  if (SERVER_ERROR_CODES.includes(code)) return gap("server-error", detail);
  if (HALTED_CODES.includes(code)) return gap("halted", detail);
  if (DELISTED_CODES.includes(code)) return gap("delisted", detail);
  return gap("venue-error", detail);
}
