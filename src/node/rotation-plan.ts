/** Whether one configuration may follow another, and from which round. For the owner of the hub; nodes judge for themselves. */
import type { Hex } from "../base/bytes.ts";
import type { HubConfiguration, HubConfigurations } from "../chain/hub-client.ts";
import { cfgOf } from "./activation.ts";
import type { NetworkFacts } from "./network-file.ts";

export type RotationCase = {
  readonly current: NetworkFacts;
  readonly next: NetworkFacts;
  /** Of the next one's ceremony. */
  readonly key: { readonly groupKeyX: Hex; readonly transcriptHash: Hex };
  /** The hub at its head, and the newest round that any of its feeds holds. */
  readonly said: HubConfigurations & { readonly latestRound: number };
  readonly nowMs: number;
  readonly leadMs: number;
  /** null: the first one that begins after the lead. */
  readonly firstRound: number | null;
  readonly replace: boolean;
};

export type RotationPlan =
  | { readonly ok: true; readonly times: Pick<HubConfiguration, "firstRound" | "firstRoundTimeMs" | "slotMs"> }
  | { readonly ok: false; readonly why: string };

/** A rotation that has begun and of which nothing has landed is a failure after this time, and may be taken back. */
const FAILED_AFTER_MS = 60_000;

const refuse = (why: string): RotationPlan => ({ ok: false, why });

function peersOf({ members }: NetworkFacts): ReadonlySet<string> {
  return new Set(members.map(({ peerId }) => peerId));
}

/**
 * At most f members leave and at most f join at once, by the f of the committee that they leave or join. Then those that stay
 * hold the newest report in numbers that no signature of the new committee can do without: t of them sign, at most f are newcomers
 * that know no report yet and at most f lie, and t > 2f. [R74]
 * @returns one sentence, or null when the change is small enough
 */
export function whyTooManyChange(current: NetworkFacts, next: NetworkFacts): string | null {
  const [before, after] = [peersOf(current), peersOf(next)];
  const left = [...before].filter((peerId) => !after.has(peerId)).length;
  const joined = [...after].filter((peerId) => !before.has(peerId)).length;
  if (left > current.f) {
    return `${left} of ${current.n} members leave at once, at most ${current.f} may: rotate in several steps`;
  }
  if (joined > next.f) {
    return `${joined} of ${next.n} members are new, at most ${next.f} may be: rotate in several steps`;
  }
  return null;
}

/** The one that the hub will have the next one follow; a string says why there is none. */
function followedIn({ said, nowMs, leadMs, replace }: RotationCase): HubConfiguration | string {
  const { newest, previous, latestRound } = said;
  if (newest === undefined) return "the hub has no configuration yet: configure it first";
  if (previous === undefined || latestRound >= newest.firstRound) {
    if (newest.firstRoundTimeMs > nowMs) return `configuration ${newest.configCount} has not begun`;
    return newest;
  }
  // Nodes act on what is final: shortly before its first round some would begin it and some would not.
  const untilMs = newest.firstRoundTimeMs - nowMs;
  if (untilMs < leadMs && untilMs > -FAILED_AFTER_MS) {
    const when = untilMs > 0 ? `begins in ${Math.ceil(untilMs / 1_000)} s` : "has begun and nothing of it has landed";
    return `configuration ${newest.configCount} ${when}: wait until it works or has failed`;
  }
  return replace ? previous : `configuration ${newest.configCount} is set and has not begun: --replace takes its place`;
}

function whyNotFollowing({ current, next, key, said }: RotationCase, followed: HubConfiguration): string | null {
  const newestCount = said.newest?.configCount ?? 0;
  if (next.configCount <= newestCount) return `its configCount is ${next.configCount}, wanted more than ${newestCount}`;
  if (current.configCount !== followed.configCount) {
    return `--from has configCount ${current.configCount}, the hub's configuration in force ${followed.configCount}`;
  }
  const { previous, kind } = next;
  if (kind === "refresh" && key.groupKeyX !== followed.groupKeyX) return "a refresh must keep the hub's group key";
  if (previous === null) return null;
  if (previous.cfg !== followed.cfg) return `it follows configuration ${previous.cfg}, the hub holds ${followed.cfg}`;
  const isThatFile = cfgOf(current, previous, followed) === followed.cfg;
  return isThatFile ? null : "--from is not the file of the configuration that the hub holds";
}

/** Rounds and their times go on where the followed configuration would have them. */
export function planRotation(rotation: RotationCase): RotationPlan {
  const followed = followedIn(rotation);
  if (typeof followed === "string") return refuse(followed);
  const why = whyNotFollowing(rotation, followed);
  if (why !== null) return refuse(why);
  const { nowMs, leadMs, said, next } = rotation;
  const earliest = followed.firstRound + Math.ceil((nowMs + leadMs - followed.firstRoundTimeMs) / followed.slotMs);
  const firstRound = rotation.firstRound ?? Math.max(earliest, followed.firstRound + 1, said.latestRound + 1);
  if (firstRound < earliest) {
    return refuse(`round ${firstRound} begins in less than ${leadMs} ms, the first that does not is ${earliest}`);
  }
  const firstRoundTimeMs = followed.firstRoundTimeMs + (firstRound - followed.firstRound) * followed.slotMs;
  return { ok: true, times: { firstRound, firstRoundTimeMs, slotMs: next.slotMs } };
}
