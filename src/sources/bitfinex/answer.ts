/** Bitfinex's answers are bare arrays, and so is one of the two forms of its errors. */
import { isFiniteNumber } from "../decimal.ts";
import { type Gap, gap } from "../gap.ts";
import { isRecord, parseJson } from "../json.ts";

type Answer = { readonly kind: "answer"; readonly values: readonly unknown[] };

export function parseBitfinex(body: string): Answer | Gap {
  const json = parseJson(body);
  if (json.kind === "gap") return json;
  const { value } = json;
  if (isRecord(value) && typeof value.error === "string") {
    const reason = value.error === "ERR_RATE_LIMIT" ? "rate-limited" : "venue-error";
    return gap(reason, value.error);
  }
  if (!Array.isArray(value)) return gap("bad-shape", "the answer is no array");
  const values: readonly unknown[] = value;
  const [first, code, message] = values;
  if (first === "error") return bitfinexError(code, message);
  // The platform's own state: [1] is up.
  if (values.length === 1 && first === 0) return gap("maintenance", "the platform is in maintenance");
  return { kind: "answer", values };
}

/** Of streams, too. */
export function bitfinexError(code: unknown, message: unknown): Gap {
  const text = typeof message === "string" ? message : "no message";
  const detail = `error ${isFiniteNumber(code) ? code : "without a code"}: ${text}`;
  switch (code) {
    case 11010:
      return gap("rate-limited", detail);
    // Of any parameter that is wrong; ours are, when the pair is not listed.
    case 10020:
      return gap(/symbol|pair/i.test(text) ? "delisted" : "venue-error", detail);
    case 20060:
      return gap("maintenance", detail);
    case 20051:
      return gap("server-error", detail);
  }
  return gap("venue-error", detail);
}
