/**
 * The instrument names of the venues that list options, both ways. Expiry is 08:00 UTC of the named day, always.
 *
 *   deribit  BTC-27DEC24-60000-C                      see `instrument.ts`
 *   okx      BTC-USD-241227-60000-C                   inverse; BTC-USD-241227, BTC-USD-SWAP; BTC-USDT-… are linear
 *   bybit    BTC-27DEC24-60000-C                      in USDC; BTC-27DEC24-60000-C-USDT in USDT, another instrument
 *            BTCUSD, BTCUSDZ24, BTCUSDT, BTCPERP      inverse perpetual and quarter; linear in USDT and in USDC
 *            BTC-27DEC24, BTCUSDT-27DEC24             futures in USDC and in USDT
 *   binance  BTC-241227-60000-C, BTCUSDT_241227       options and futures in USDT; BTCUSDT is the perpetual
 */
import { OracleError } from "../base/errors.ts";
import { dayOfExpiry, expiryOf, lastFridayOf } from "./expiry-day.ts";
import {
  type Combo,
  formatExpiryDay,
  formatInstrument,
  type Instrument,
  parseExpiryDay,
  parseInstrument,
} from "./instrument.ts";
import type { OptionVenue } from "./venue.ts";

const COIN = "([A-Z0-9]{2,12})";
const DAY = "(\\d{2})(\\d{2})(\\d{2})";
const STRIKE = "(0\\.\\d{1,8}|[1-9]\\d{0,9}(?:\\.\\d{1,8})?)";
const QUARTERS = "HMUZ";

const OKX_OPTION = new RegExp(`^${COIN}-(USD|USDT|USDC)-${DAY}-${STRIKE}-([CP])$`);
const OKX_FUTURE = new RegExp(`^${COIN}-(USD|USDT|USDC)-(?:${DAY}|SWAP)$`);
const BYBIT_OPTION = new RegExp(`^${COIN}-(\\d{1,2}[A-Z]{3}\\d{2})-${STRIKE}-([CP])(?:-(USDT))?$`);
const BYBIT_DATED = /^([A-Z0-9]{2,12}?)(USDT)?-(\d{1,2}[A-Z]{3}\d{2})$/;
const BYBIT_QUARTER = new RegExp(`^${COIN}USD([${QUARTERS}])(\\d{2})$`);
const BINANCE_OPTION = new RegExp(`^${COIN}-${DAY}-${STRIKE}-([CP])$`);
const BINANCE_FUTURE = new RegExp(`^${COIN}USDT(?:_${DAY})?$`);
const NAME_MAX_CHARS = 64;

/** @returns null when the name is none of the venue's forms */
export function parseListed(venue: OptionVenue, name: string): Instrument | Combo | null {
  if (name.length > NAME_MAX_CHARS) return null;
  switch (venue) {
    case "deribit":
      return parseInstrument(name);
    case "okx":
      return parseOkx(name);
    case "bybit":
      return parseBybit(name);
    case "binance":
      return parseBinance(name);
  }
}

/** @throws OracleError `bad-expiry`, `bad-strike`; `not-listed` for what the venue has no name for */
export function formatListed(venue: OptionVenue, instrument: Instrument): string {
  switch (venue) {
    case "deribit":
      return formatInstrument(instrument);
    case "okx":
      return formatOkx(instrument);
    case "bybit":
      return formatBybit(instrument);
    case "binance":
      return formatBinance(instrument);
  }
}

function dayOf(yy: string, mm: string, dd: string): number | null {
  return expiryOf(2000 + Number(yy), Number(mm), Number(dd));
}

/** YYMMDD */
function compactDay(expiryMs: number): string {
  const { year, month, day } = dayOfExpiry(expiryMs);
  return [year - 2000, month, day].map((part) => String(part).padStart(2, "0")).join("");
}

function option(
  base: string,
  settlement: string | null,
  expiryMs: number | null,
  strike: string,
  right: string,
): Instrument | null {
  if (expiryMs === null || !(Number(strike) > 0)) return null;
  const side = right === "C" ? "call" : "put";
  return { kind: "option", base, settlement, expiryMs, strike: Number(strike), right: side };
}

function parseOkx(name: string): Instrument | null {
  const settled = (quote: string): string | null => (quote === "USD" ? null : quote);
  const listed = OKX_OPTION.exec(name);
  if (listed !== null) {
    const [, base, quote, yy, mm, dd, strike, right] = listed;
    return option(base!, settled(quote!), dayOf(yy!, mm!, dd!), strike!, right!);
  }
  const dated = OKX_FUTURE.exec(name);
  if (dated === null) return null;
  const [, base, quote, yy, mm, dd] = dated;
  const underlying = { base: base!, settlement: settled(quote!) };
  if (yy === undefined) return { kind: "perpetual", ...underlying };
  const expiryMs = dayOf(yy, mm!, dd!);
  return expiryMs === null ? null : { kind: "future", ...underlying, expiryMs };
}

function formatOkx(instrument: Instrument): string {
  if (!isSettled(instrument, [null, "USDT", "USDC"])) return notListed("okx", instrument);
  const head = `${instrument.base}-${instrument.settlement ?? "USD"}`;
  switch (instrument.kind) {
    case "perpetual":
      return `${head}-SWAP`;
    case "future":
      return `${head}-${compactDay(instrument.expiryMs)}`;
    case "option":
      return `${head}-${compactDay(instrument.expiryMs)}-${strikeText(instrument.strike)}-${letter(instrument.right)}`;
  }
}

function parseBybit(name: string): Instrument | null {
  const listed = BYBIT_OPTION.exec(name);
  if (listed !== null) {
    const [, base, day, strike, right, settlement] = listed;
    return option(base!, settlement ?? "USDC", parseExpiryDay(day!), strike!, right!);
  }
  const dated = BYBIT_DATED.exec(name);
  if (dated !== null) {
    const [, base, settlement, day] = dated;
    const expiryMs = parseExpiryDay(day!);
    return expiryMs === null ? null : { kind: "future", base: base!, settlement: settlement ?? "USDC", expiryMs };
  }
  const quarter = BYBIT_QUARTER.exec(name);
  if (quarter !== null) {
    const expiryMs = lastFridayOf(2000 + Number(quarter[3]), 3 * (QUARTERS.indexOf(quarter[2]!) + 1));
    return expiryMs === null ? null : { kind: "future", base: quarter[1]!, settlement: null, expiryMs };
  }
  for (const [tail, settlement] of [
    ["USDT", "USDT"],
    ["PERP", "USDC"],
    ["USD", null],
  ] as const) {
    const base = name.slice(0, -tail.length);
    if (name.endsWith(tail) && /^[A-Z0-9]{2,12}$/.test(base)) return { kind: "perpetual", base, settlement };
  }
  return null;
}

function formatBybit(instrument: Instrument): string {
  if (!isSettled(instrument, [null, "USDT", "USDC"])) return notListed("bybit", instrument);
  const { base, settlement } = instrument;
  switch (instrument.kind) {
    case "perpetual":
      return base + (settlement === null ? "USD" : settlement === "USDC" ? "PERP" : settlement);
    case "future": {
      if (settlement !== null)
        return `${base}${settlement === "USDT" ? "USDT" : ""}-${formatExpiryDay(instrument.expiryMs)}`;
      const { year, month } = dayOfExpiry(instrument.expiryMs);
      const isQuarter = month % 3 === 0 && lastFridayOf(year, month) === instrument.expiryMs;
      if (!isQuarter) return notListed("bybit", instrument);
      return `${base}USD${QUARTERS[month / 3 - 1]!}${String(year - 2000).padStart(2, "0")}`;
    }
    case "option": {
      if (settlement === null) return notListed("bybit", instrument);
      const tail = settlement === "USDT" ? "-USDT" : "";
      return `${base}-${formatExpiryDay(instrument.expiryMs)}-${strikeText(instrument.strike)}-${letter(instrument.right)}${tail}`;
    }
  }
}

function parseBinance(name: string): Instrument | null {
  const listed = BINANCE_OPTION.exec(name);
  if (listed !== null) {
    const [, base, yy, mm, dd, strike, right] = listed;
    return option(base!, "USDT", dayOf(yy!, mm!, dd!), strike!, right!);
  }
  const dated = BINANCE_FUTURE.exec(name);
  if (dated === null) return null;
  const [, base, yy, mm, dd] = dated;
  const underlying = { base: base!, settlement: "USDT" };
  if (yy === undefined) return { kind: "perpetual", ...underlying };
  const expiryMs = dayOf(yy, mm!, dd!);
  return expiryMs === null ? null : { kind: "future", ...underlying, expiryMs };
}

function formatBinance(instrument: Instrument): string {
  if (instrument.settlement !== "USDT") return notListed("binance", instrument);
  switch (instrument.kind) {
    case "perpetual":
      return `${instrument.base}USDT`;
    case "future":
      return `${instrument.base}USDT_${compactDay(instrument.expiryMs)}`;
    case "option":
      return `${instrument.base}-${compactDay(instrument.expiryMs)}-${strikeText(instrument.strike)}-${letter(instrument.right)}`;
  }
}

function isSettled({ settlement }: Instrument, coins: readonly (string | null)[]): boolean {
  return coins.includes(settlement);
}

function letter(right: "call" | "put"): "C" | "P" {
  return right === "call" ? "C" : "P";
}

function strikeText(strike: number): string {
  const text = String(strike);
  if (new RegExp(`^${STRIKE}$`).test(text) && strike > 0) return text;
  throw new OracleError(`strike ${strike} has no form in an instrument name`, { code: "bad-strike", strike });
}

function notListed(venue: OptionVenue, { kind, base, settlement }: Instrument): never {
  throw new OracleError(`${venue} has no name for a ${kind} on ${base} settled in ${settlement ?? base}`, {
    code: "not-listed",
    venue,
  });
}
