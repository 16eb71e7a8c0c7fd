/** What every client asked of every venue, against the documented limits of one address. */
import type { Venue } from "../market/venue.ts";
import { DOCUMENTED_RATES } from "./documented-rates.ts";
import { type Limit, Meter, type MeterReport } from "./meter.ts";
import type { VenueTarget } from "./venue-request.ts";

/** `banned`: shut out, whatever it asks, until the given time. */
export type Allowance =
  | { readonly kind: "within" }
  | { readonly kind: "over" }
  | { readonly kind: "banned"; readonly untilMs: number };

type ClientReport = {
  readonly requests: number;
  readonly connects: number;
  readonly messages: number;
  /** Answers that were refused because of a limit. */
  readonly refused: number;
  readonly exceeded: boolean;
  readonly limits: Readonly<Record<string, MeterReport>>;
};

type Account = {
  requests: number;
  connects: number;
  messages: number;
  refused: number;
  refusedAtMs: number[];
  bannedUntilMs: number;
  readonly meters: Map<string, Meter>;
  /** By connection, for what is limited on each. The report tells the one that spent most. */
  readonly lines: Map<number, Meter[]>;
  /** Of connections that ended. */
  readonly ended: Map<string, MeterReport>;
};

const WITHIN: Allowance = { kind: "within" };
const OVER: Allowance = { kind: "over" };
/** Clients remembered; more are a mistake of whoever names them. */
const CLIENTS_MAX = 1_000;
/** Binance bans who goes on after this many refusals in a minute. */
const PATIENCE = 10;
const PATIENCE_MS = 60_000;
const SUBSCRIBES = /"(?:op|method|event|type)"\s*:\s*"(?:public\/|bts:)?(?:un)?subscribe/i;

export class RequestLedger {
  readonly #accounts = new Map<string, { readonly venue: Venue; readonly client: string; readonly account: Account }>();

  request(venue: Venue, client: string, target: VenueTarget, nowMs: number): Allowance {
    const account = this.#account(venue, client);
    account.requests += 1;
    let isWithin = true;
    for (const { limit, cost } of DOCUMENTED_RATES[venue].rest(target)) {
      if (!meterOf(account.meters, limit).take(cost, nowMs)) isWithin = false;
    }
    return judge(venue, account, isWithin, nowMs);
  }

  connect(venue: Venue, client: string, nowMs: number): Allowance {
    const account = this.#account(venue, client);
    account.connects += 1;
    const limit = DOCUMENTED_RATES[venue].connects;
    return judge(venue, account, limit === null || meterOf(account.meters, limit).take(1, nowMs), nowMs);
  }

  message(venue: Venue, client: string, line: number, text: string, nowMs: number): Allowance {
    const account = this.#account(venue, client);
    account.messages += 1;
    const { messages, subscribes } = DOCUMENTED_RATES[venue];
    let isWithin = messages === null || lineMeter(account, line, messages).take(1, nowMs);
    if (subscribes !== null && SUBSCRIBES.test(text)) {
      const { limit, cost } = subscribes;
      const meter = venue === "deribit" ? meterOf(account.meters, limit) : lineMeter(account, line, limit);
      if (!meter.take(cost, nowMs)) isWithin = false;
    }
    if (!isWithin) account.refused += 1;
    return isWithin ? WITHIN : OVER;
  }

  closed(venue: Venue, client: string, line: number): void {
    const account = this.#accounts.get(`${venue} ${client}`)?.account;
    for (const meter of account?.lines.get(line) ?? []) keepMost(account!.ended, meter);
    account?.lines.delete(line);
  }

  /** By venue and client. */
  report(): Readonly<Record<string, Readonly<Record<string, ClientReport>>>> {
    const venues: Record<string, Record<string, ClientReport>> = {};
    for (const { venue, client, account } of this.#accounts.values()) {
      const limits = new Map<string, MeterReport>(account.ended);
      for (const meters of account.lines.values()) for (const meter of meters) keepMost(limits, meter);
      for (const [name, meter] of account.meters) limits.set(name, meter.report());
      const { requests, connects, messages, refused } = account;
      venues[venue] ??= {};
      venues[venue][client] = {
        requests,
        connects,
        messages,
        refused,
        exceeded: [...limits.values()].some(({ exceeded }) => exceeded),
        limits: Object.fromEntries(limits),
      };
    }
    return venues;
  }

  /** Forgets everything, bans included. */
  reset(): void {
    this.#accounts.clear();
  }

  #account(venue: Venue, client: string): Account {
    const key = `${venue} ${client}`;
    const kept = this.#accounts.get(key);
    if (kept !== undefined) return kept.account;
    if (this.#accounts.size >= CLIENTS_MAX) this.#accounts.delete(this.#accounts.keys().next().value!);
    const account: Account = {
      requests: 0,
      connects: 0,
      messages: 0,
      refused: 0,
      refusedAtMs: [],
      bannedUntilMs: 0,
      meters: new Map(),
      lines: new Map(),
      ended: new Map(),
    };
    this.#accounts.set(key, { venue, client, account });
    return account;
  }
}

function meterOf(meters: Map<string, Meter>, limit: Limit): Meter {
  const kept = meters.get(limit.name);
  if (kept !== undefined) return kept;
  const meter = new Meter(limit);
  meters.set(limit.name, meter);
  return meter;
}

function lineMeter(account: Account, line: number, limit: Limit): Meter {
  const meters = account.lines.get(line) ?? [];
  account.lines.set(line, meters);
  const kept = meters.find((meter) => meter.limit.name === limit.name);
  if (kept !== undefined) return kept;
  const meter = new Meter(limit);
  meters.push(meter);
  return meter;
}

/** Totals add up, the most is the most of any. */
function keepMost(limits: Map<string, MeterReport>, meter: Meter): void {
  const report = meter.report();
  const known = limits.get(meter.limit.name);
  limits.set(
    meter.limit.name,
    known === undefined
      ? report
      : {
          ...report,
          total: known.total + report.total,
          most: Math.max(known.most, report.most),
          exceeded: known.exceeded || report.exceeded,
        },
  );
}

function judge(venue: Venue, account: Account, isWithin: boolean, nowMs: number): Allowance {
  if (nowMs < account.bannedUntilMs) {
    account.refused += 1;
    return { kind: "banned", untilMs: account.bannedUntilMs };
  }
  if (isWithin) return WITHIN;
  account.refused += 1;
  const { banMs } = DOCUMENTED_RATES[venue];
  if (banMs === null) return OVER;
  account.refusedAtMs = [...account.refusedAtMs.filter((atMs) => atMs > nowMs - PATIENCE_MS), nowMs];
  if (venue === "binance" && account.refusedAtMs.length <= PATIENCE) return OVER;
  account.bannedUntilMs = nowMs + banMs;
  return { kind: "banned", untilMs: account.bannedUntilMs };
}
