/** Fields of JSON-RPC answers, checked once where they enter. */
import type { Hex } from "../base/bytes.ts";
import { OracleError, reasonOf } from "../base/errors.ts";

export function fieldOf(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[field] : undefined;
}

const TEXT_MAX = 200;

/** Why a library failed, in its short words: ethers' message carries the whole request, and with it a URL that may be a key. */
export function shortText(error: unknown): string {
  const short = fieldOf(error, "shortMessage");
  return (typeof short === "string" ? short : reasonOf(error)).slice(0, TEXT_MAX);
}

/** A JSON-RPC quantity that fits a safe integer; undefined when it is none. */
export function quantity(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^0x[0-9a-f]{1,16}$/i.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** @throws OracleError `rpc-malformed` */
export function quantityField(field: string, value: unknown): number {
  const number = quantity(value);
  if (number === undefined) throw malformed(field, value, "a quantity");
  return number;
}

/** @throws OracleError `rpc-malformed` */
export function hexField(field: string, value: unknown, lengthBytes?: number): Hex {
  const good = typeof value === "string" && /^0x([0-9a-f]{2})*$/i.test(value);
  if (!good || (lengthBytes !== undefined && value.length !== 2 + 2 * lengthBytes)) {
    throw malformed(field, value, lengthBytes === undefined ? "hexadecimal bytes" : `${lengthBytes} hexadecimal bytes`);
  }
  return value as Hex;
}

function malformed(field: string, value: unknown, wanted: string): OracleError {
  const seen = (JSON.stringify(value) ?? "nothing").slice(0, 80);
  return new OracleError(`rpc: ${field} must be ${wanted}, saw ${seen}`, {
    code: "rpc-malformed",
    field,
    seen,
    wanted,
  });
}
