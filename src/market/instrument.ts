/**
 * Deribit's instrument names, both ways. Expiry is 08:00 UTC of the named day, always.
 *
 *   BTC-27DEC24-60000-C            inverse option; the day has no leading zero (5AUG26)
 *   XRP_USDC-21SEP26-1d25-C        linear option; 'd' is the decimal point of the strike
 *   BTC-25SEP26, BTC-PERPETUAL     future, perpetual; BTC_USDC-… are the linear ones
 *   BTC-FS-30SEP22_PERP            combos live in the same namespace
 */
import { OracleError, unreachable } from "../base/errors.ts";
import { dayOfExpiry, expiryOf } from "./expiry-day.ts";

export type Underlying = {
  readonly base: string;
  /** null: inverse, settled in the base coin. Else the coin that settles a linear contract, such as USDC. */
  readonly settlement: string | null;
};

export type Instrument =
  | (Underlying & {
      readonly kind: "option";
      /** Unix ms at 08:00 UTC. */
      readonly expiryMs: number;
      readonly strike: number;
      readonly right: "call" | "put";
    })
  | (Underlying & { readonly kind: "future"; readonly expiryMs: number })
  | (Underlying & { readonly kind: "perpetual" });

/** A strategy of several legs: known, and never priced here. */
export type Combo = { readonly kind: "combo"; readonly base: string };

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

const UNDERLYING = /^([A-Z0-9]{2,12})(?:_([A-Z]{2,6}))?$/;
const EXPIRY_DAY = /^([1-9]|[12]\d|3[01])([A-Z]{3})(\d{2})$/;
const STRIKE = /^(0|[1-9]\d{0,9})(?:d(\d{1,8}))?$/;
const COMBO_CODE = /^[A-Z]{1,6}\d{0,4}$/;

/** @returns null when the name is none of the forms above */
export function parseInstrument(name: string): Instrument | Combo | null {
  if (name.length > 64) return null;
  const parts = name.split("-");
  const [head, second, strikeText, rightText] = parts;
  const coins = head === undefined ? null : UNDERLYING.exec(head);
  if (coins === null || second === undefined) return null;
  const underlying: Underlying = { base: coins[1]!, settlement: coins[2] ?? null };

  if (second === "PERPETUAL") return parts.length === 2 ? { kind: "perpetual", ...underlying } : null;
  if (COMBO_CODE.test(second)) return parts.length >= 3 ? { kind: "combo", base: underlying.base } : null;

  const expiryMs = parseExpiryDay(second);
  if (expiryMs === null) return null;
  if (parts.length === 2) return { kind: "future", ...underlying, expiryMs };
  if (parts.length !== 4 || (rightText !== "C" && rightText !== "P")) return null;
  const strike = parseStrike(strikeText!);
  if (strike === null) return null;
  return { kind: "option", ...underlying, expiryMs, strike, right: rightText === "C" ? "call" : "put" };
}

/** @throws OracleError `bad-expiry` when the expiry is not 08:00 UTC of a day in 2000 … 2099, `bad-strike` when it has no finite decimal form */
export function formatInstrument(instrument: Instrument): string {
  const head = instrument.settlement === null ? instrument.base : `${instrument.base}_${instrument.settlement}`;
  switch (instrument.kind) {
    case "perpetual":
      return `${head}-PERPETUAL`;
    case "future":
      return `${head}-${formatExpiryDay(instrument.expiryMs)}`;
    case "option": {
      const right = instrument.right === "call" ? "C" : "P";
      return `${head}-${formatExpiryDay(instrument.expiryMs)}-${formatStrike(instrument.strike)}-${right}`;
    }
    default:
      return unreachable(instrument);
  }
}

/** "5AUG26" → unix ms at 08:00 UTC; null for anything that is not a day of the years 2000 … 2099. */
export function parseExpiryDay(text: string): number | null {
  const match = EXPIRY_DAY.exec(text);
  if (match === null) return null;
  const day = Number(match[1]);
  const month = MONTHS.indexOf(match[2]!) + 1;
  const year = 2000 + Number(match[3]);
  return expiryOf(year, month, day);
}

/** @throws OracleError `bad-expiry` */
export function formatExpiryDay(expiryMs: number): string {
  const civil = dayOfExpiry(expiryMs);
  return `${civil.day}${MONTHS[civil.month - 1]!}${String(civil.year - 2000).padStart(2, "0")}`;
}

function parseStrike(text: string): number | null {
  const match = STRIKE.exec(text);
  if (match === null) return null;
  const strike = Number(match[2] === undefined ? match[1] : `${match[1]}.${match[2]}`);
  return strike > 0 ? strike : null;
}

function formatStrike(strike: number): string {
  const text = String(strike).replace(".", "d");
  if (parseStrike(text) !== strike) {
    throw new OracleError(`strike ${strike} has no form in an instrument name`, { code: "bad-strike", strike });
  }
  return text;
}
