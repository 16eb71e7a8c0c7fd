/** Deribit over HTTP: a JSON-RPC envelope with microseconds, numbers as Erlang prints floats. */
import type { VenueAnswer } from "../../answer.ts";

const TYPE = "application/json";
/** Microseconds the server claims to have worked. */
const WORKED_US = 204;

/**
 * The shorter of plain and scientific notation, plain on a tie, always with a point: 0.0, 0.0004, 3.7191e-4, 1.0e-8.
 * As seen in recorded bodies of 2026-09-08. Integers below 2^53 stay plain.
 */
export function deribitFloat(value: number): string {
  if (Number.isInteger(value)) return value.toFixed(1);
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  const scientific = `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}e${Number(exponent)}`;
  const places = Math.max(0, (mantissa.split(".")[1] ?? "").length - Number(exponent));
  const plain = value.toFixed(Math.min(places, 100));
  return scientific.length < plain.length ? scientific : plain;
}

export function orNull(value: number | null): string {
  return value === null ? "null" : deribitFloat(value);
}

function envelope(member: string, timeMs: number): string {
  const usOut = Math.floor(timeMs * 1000);
  return `{"jsonrpc":"2.0",${member},"usIn":${usOut - WORKED_US},"usOut":${usOut},"usDiff":${WORKED_US},"testnet":false}`;
}

export function deribitResult(resultJson: string, timeMs: number): VenueAnswer {
  return { status: 200, contentType: TYPE, body: envelope(`"result":${resultJson}`, timeMs) };
}

/** Parameter errors come with HTTP 400 and a JSON body. */
export function deribitError(
  code: number,
  message: string,
  data: Readonly<Record<string, string>> | null,
  timeMs: number,
): VenueAnswer {
  const error = data === null ? { message, code } : { message, data, code };
  return { status: 400, contentType: TYPE, body: envelope(`"error":${JSON.stringify(error)}`, timeMs) };
}

export function invalidParameter(param: string, reason: string, timeMs: number): VenueAnswer {
  return deribitError(-32602, "Invalid params", { reason, param }, timeMs);
}
