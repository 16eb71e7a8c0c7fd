/** Which venue misbehaves when: every venue in turn, in every way, in the time that there is. */
import { VENUES, type Venue } from "../market/venue.ts";

/** As the market server names them. */
export const CHAOS_FAULTS = [
  "ban",
  "disconnect",
  "half-open",
  "429",
  "maintenance",
  "clock",
  "x1000",
  "frozen",
  "delisted",
] as const;
export type ChaosFault = (typeof CHAOS_FAULTS)[number];

export type Episode = {
  readonly venue: Venue;
  readonly fault: ChaosFault;
  /** From the start of the chaos, ms. */
  readonly fromMs: number;
  readonly forMs: number;
};

/** Of an episode's time the venue is ill; in the rest it may recover. */
const ILL_SHARE = 0.7;
/** Shorter than this nobody notices. */
const EPISODE_MIN_MS = 6_500;

/**
 * All faults of all venues when there is time for them, venue by venue; else as many as fit, every venue with a fault of
 * its own. The order depends on nothing but the arguments.
 * @param totalMs at least one episode's time
 */
export function chaosPlan(totalMs: number): readonly Episode[] {
  const all = VENUES.flatMap((venue) => banLast().map((fault) => ({ venue, fault })));
  const fit = Math.max(1, Math.floor(totalMs / EPISODE_MIN_MS));
  const chosen = fit >= all.length ? all : diagonal().slice(0, fit);
  const eachMs = totalMs / chosen.length;
  return chosen.map((one, i) => ({
    ...one,
    fromMs: Math.round(i * eachMs),
    forMs: Math.round(eachMs * ILL_SHARE),
  }));
}

/** Who is banned stays away for long after: what came behind it would meet nobody. */
function banLast(): readonly ChaosFault[] {
  return [...CHAOS_FAULTS.filter((fault) => fault !== "ban"), "ban"];
}

/**
 * The first nine have each venue and each fault once, and so have the next nine. The ban comes first, because it lasts
 * longest: it is over when the others are.
 */
function diagonal(): readonly { readonly venue: Venue; readonly fault: ChaosFault }[] {
  return CHAOS_FAULTS.flatMap((_, shift) =>
    VENUES.map((venue, i) => ({ venue, fault: CHAOS_FAULTS[(i + shift) % CHAOS_FAULTS.length]! })),
  );
}

/** A venue is given so long after an episode to be heard again: its breaker, a reconnect's jitter and budget. */
const RECOVERY_MS = 40_000;
/** Who was banned without being told for how long stays away for a minute, and longer when it meets the ban again. */
const BAN_RECOVERY_MS = 150_000;

/** Until when a venue may be without a voice, from the start of the chaos, ms. */
export function recoveredByMs({ fault, fromMs, forMs }: Episode): number {
  return fromMs + forMs + (fault === "ban" ? BAN_RECOVERY_MS : RECOVERY_MS);
}

/** What was said just before an episode began may still be on its way. */
const LEAD_MS = 2_000;

/** Venues that may be without a voice at that time. */
export function impairedAt(plan: readonly Episode[], atMs: number): ReadonlySet<Venue> {
  return new Set(
    plan
      .filter((episode) => atMs >= episode.fromMs - LEAD_MS && atMs <= recoveredByMs(episode))
      .map(({ venue }) => venue),
  );
}
