/** What an RPC's refusal of a raw transaction means. */
import { unreachable } from "../base/errors.ts";

export type SendVerdict =
  | "accepted"
  /** It has these bytes already: as good as accepted. */
  | "known"
  /** The nonce was used: one of its transactions is mined, or somebody else used the account. */
  | "nonce-used"
  | "underpriced"
  | "no-funds"
  | "refused"
  /** The RPC did not answer: the bytes may have arrived or not. */
  | "no-answer";

/** True when a mempool has these bytes, as far as the RPC tells the truth. */
export function inMempool(verdict: SendVerdict): boolean {
  switch (verdict) {
    case "accepted":
    case "known":
      return true;
    case "nonce-used":
    case "underpriced":
    case "no-funds":
    case "refused":
    case "no-answer":
      return false;
    default:
      return unreachable(verdict);
  }
}

const WORDS: readonly (readonly [RegExp, SendVerdict])[] = [
  [/already known|already imported|known transaction|already in (the )?(mem)?pool|already exists/, "known"],
  [/nonce[ _]too[ _]low|nonce_expired|nonce has already been used|invalid nonce|old nonce/, "nonce-used"],
  [/underpriced|fee too low|less than block base fee|below (the )?base fee/, "underpriced"],
  [/insufficient[ _](funds|balance)/, "no-funds"],
];

/**
 * Clients put the same refusal into different fields and words, so everything they said is searched as one text.
 * @param error what the provider threw; undefined when it ran out of time
 */
export function verdictOfError(error: unknown): SendVerdict {
  const said = textOf(error, 3).toLowerCase();
  const match = WORDS.find(([words]) => words.test(said));
  if (match !== undefined) return match[1];
  // ethers keeps a JSON-RPC error object under `error`; network and HTTP failures have none.
  return isRecord(error) && isRecord(error["error"]) ? "refused" : "no-answer";
}

function textOf(value: unknown, depth: number): string {
  if (typeof value === "string") return value;
  if (!isRecord(value) || depth === 0) return "";
  return ["code", "message", "shortMessage", "details", "data", "error", "info"]
    .map((field) => textOf(value[field], depth - 1))
    .join("\n");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
