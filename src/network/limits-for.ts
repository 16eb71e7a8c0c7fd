/** A peer's limits fitted to a configuration: what an honest member sends at most, with room, and not what the largest network would. [R60] */
import { defaultLimits, type PeerLimits } from "./peer-policy.ts";

export type CommitteeSize = {
  /** n */
  readonly members: number;
  readonly slotMs: number;
  readonly feeds: number;
};

/** Room above what an honest member needs, for slots that arrive together. Lower: jitter costs score. Higher: a flooder is noticed later. */
const ROOM = 1.5;
/** Of an observation: envelope, nonces, time. */
const OBSERVATION_BASE_BYTES = 512;
/** Of each feed in an observation; a surface takes up to 3 kB, but few feeds are surfaces. */
const FEED_BYTES = 64;
/** A report says three times as much of a feed as an observation. */
const REPORT_FACTOR = 3;

/**
 * Rates are for one peer. The constants that are added serve what no slot counts: start, ceremony, evidence.
 * @param size any committee of at most 100 members with slots of 250 ms … 60 s
 */
export function limitsFor({ members, slotMs, feeds }: CommitteeSize): PeerLimits {
  // Of slots longer than a second three still fit into the burst.
  const slotsPerSec = Math.max(1, 1_000 / slotMs);
  const f = Math.floor((members - 1) / 3);
  // While lines are doubted its own OBSERVE and every other one that it forwards, a report or two, some relayed.
  const gossipPerSlot = members + 6;
  // PROPOSE and SHARE in each of f + 2 sessions, and the backup passes a PROPOSE on.
  const answeredPerSlot = 2 * (f + 2) + 2;
  // And its own OBSERVE, which nobody acknowledges.
  const directPerSlot = answeredPerSlot + 1;
  const gossipFramesPerSec = Math.ceil(ROOM * slotsPerSec * gossipPerSlot) + 10;
  // In a ceremony everybody hands on to everybody what it has of everybody.
  const directFramesPerSec = Math.ceil(ROOM * slotsPerSec * directPerSlot) + 20 + 4 * members;
  const requestsPerSec = Math.min(20, Math.ceil((slotsPerSec * members) / 2) + 6);
  const observationBytes = OBSERVATION_BASE_BYTES + FEED_BYTES * feeds;
  const bytesPerSlot = (members + 2 * (f + 2) + 4 * REPORT_FACTOR) * observationBytes;
  return {
    ...defaultLimits,
    frameBytesMax: Math.max(defaultLimits.frameBytesMax, 4 * REPORT_FACTOR * observationBytes),
    bytesPerSec: Math.ceil(ROOM * slotsPerSec * bytesPerSlot) + 256 * 1024 + 32 * 1024 * members,
    gossipFramesPerSec,
    directFramesPerSec,
    requestsPerSec,
    // Each message is a frame and each of ours is answered by one; a question takes eight.
    wireFramesPerSec: 2 * (gossipFramesPerSec + directFramesPerSec) + 8 * requestsPerSec + 20,
    streamsPerSec: requestsPerSec + 3,
    relaysPerSec: Math.ceil(slotsPerSec * answeredPerSlot) + 5,
  };
}
