/** How a venue can be told to misbehave, and which fault rules at an instant. */
import { OracleError } from "../base/errors.ts";
import { isVenue, type Venue, VENUES } from "../market/venue.ts";

const FAULTS = [
  /** Requests are taken in and never answered, streams fall silent. */
  "timeout",
  "429",
  "5xx",
  "garbage",
  "html",
  /** What was told when it began is told for ever, its times included. */
  "frozen",
  "x1000",
  "zero",
  "null",
  "crossed",
  /** Bid equals ask. */
  "locked",
  /** Books without a level, options without a quote. */
  "empty",
  /** Sockets are closed and new ones refused; REST goes on. */
  "disconnect",
  /** Sockets stay open and nothing comes out of them, pongs included; REST goes on. */
  "half-open",
  "ban",
  "maintenance",
  "geo-block",
  /** Every time the venue states is off by `byMs`; its prices are honest. */
  "clock",
  "delisted",
  /** Of a stream now and then a frame is lost; REST goes on. */
  "sequence-gap",
  /** Answers drip, and streams come late. */
  "slow",
] as const;
export type FaultKind = (typeof FAULTS)[number];

/** Of `clock` where the order does not say. */
const CLOCK_OFF_MS = 300_000;

export type FaultOrder = {
  readonly venue: Venue;
  readonly fault: FaultKind;
  /** Unix ms; now by default. */
  readonly fromMs?: number;
  /** For ever by default. */
  readonly forMs?: number;
  /** Of `clock`: how far ahead the venue's clock is, negative when behind; five minutes ahead by default. */
  readonly byMs?: number;
};

export type Fault = {
  readonly venue: Venue;
  readonly fault: FaultKind;
  readonly fromMs: number;
  /** null: until it is taken back. */
  readonly untilMs: number | null;
  /** Of `clock` only. */
  readonly byMs?: number;
};

function isFault(value: unknown): value is FaultKind {
  return (FAULTS as readonly unknown[]).includes(value);
}

function milliseconds(value: unknown, name: string, leastMs: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isFinite(value) && value >= leastMs) return value;
  throw new OracleError(`${name} is ${JSON.stringify(value)}, expected milliseconds${leastMs === 0 ? " ≥ 0" : ""}`, {
    code: "bad-fault",
    seen: value,
  });
}

/** @throws OracleError `bad-fault`, naming the member that is wrong and what is allowed */
export function parseFaultOrder(value: unknown): FaultOrder {
  if (typeof value !== "object" || value === null) {
    throw new OracleError(`a fault is an object {venue, fault, forMs?}, saw ${JSON.stringify(value)}`, {
      code: "bad-fault",
    });
  }
  const order = value as { venue?: unknown; fault?: unknown; fromMs?: unknown; forMs?: unknown; byMs?: unknown };
  if (typeof order.venue !== "string" || !isVenue(order.venue)) {
    const seen = order.venue;
    throw new OracleError(`venue is ${JSON.stringify(seen)}, allowed are ${VENUES.join(", ")}`, {
      code: "bad-fault",
      seen,
    });
  }
  if (!isFault(order.fault)) {
    const seen = order.fault;
    throw new OracleError(`fault is ${JSON.stringify(seen)}, allowed are ${FAULTS.join(", ")}`, {
      code: "bad-fault",
      seen,
    });
  }
  const fromMs = milliseconds(order.fromMs, "fromMs", 0);
  const forMs = milliseconds(order.forMs, "forMs", 0);
  const byMs = milliseconds(order.byMs, "byMs", Number.NEGATIVE_INFINITY);
  return {
    venue: order.venue,
    fault: order.fault,
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(forMs === undefined ? {} : { forMs }),
    ...(byMs === undefined ? {} : { byMs }),
  };
}

/** How far the venue's clock is ahead under a fault, ms. */
export function clockOffMs(fault: Fault | null): number {
  return fault?.fault === "clock" ? (fault.byMs ?? CLOCK_OFF_MS) : 0;
}

/** Faults stay in the order they were given; of those that rule at once for one venue, the newest wins. */
export class FaultBoard {
  #faults: readonly Fault[] = [];

  /** At most this many are remembered; older ones that ended are forgotten first. */
  static readonly KEPT_MAX = 1_000;

  add(order: FaultOrder, nowMs: number): Fault {
    const fromMs = order.fromMs ?? nowMs;
    const untilMs = order.forMs === undefined ? null : fromMs + order.forMs;
    const fault: Fault = {
      venue: order.venue,
      fault: order.fault,
      fromMs,
      untilMs,
      ...(order.byMs === undefined ? {} : { byMs: order.byMs }),
    };
    const alive = this.#faults.filter((known) => known.untilMs === null || known.untilMs > nowMs);
    this.#faults = [...alive, fault].slice(-FaultBoard.KEPT_MAX);
    return fault;
  }

  /** @returns how many were taken back */
  clear(venue: Venue | null): number {
    const before = this.#faults.length;
    this.#faults = venue === null ? [] : this.#faults.filter((fault) => fault.venue !== venue);
    return before - this.#faults.length;
  }

  rulingAt(venue: Venue, nowMs: number): Fault | null {
    return this.#faults.findLast((fault) => fault.venue === venue && isRuling(fault, nowMs)) ?? null;
  }

  /** Those ruling now and those still to come. */
  list(nowMs: number): readonly Fault[] {
    return this.#faults.filter((fault) => fault.untilMs === null || fault.untilMs > nowMs);
  }
}

function isRuling(fault: Fault, nowMs: number): boolean {
  return nowMs >= fault.fromMs && (fault.untilMs === null || nowMs < fault.untilMs);
}
