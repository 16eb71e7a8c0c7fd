/**
 * Whether a PROPOSE is wrong for everybody alike: by itself, by the public configuration and by the messages it names.
 * Nothing here depends on what a node holds or on its clock; what does is a refusal and convicts nobody. [R53]
 */
import type { ProvableReason } from "../protocol/accusation.ts";
import { leadershipOf } from "../protocol/leader.ts";
import { OBSERVATION_TIME_TOLERANCE_MS, sessionsMax } from "../protocol/limits.ts";
import type { Message, Propose } from "../protocol/messages.ts";
import { honestMedian } from "../protocol/quorum.ts";
import type { PublicConfiguration } from "./public-configuration.ts";
import type { Statement } from "./statement.ts";
import type { Judgement } from "./verdict.ts";
import { convict, dismiss } from "./verdict.ts";

function ascendWithin(ids: readonly number[], n: number): boolean {
  return ids.every((id, i) => id >= 1 && id <= n && (i === 0 || id > ids[i - 1]!));
}

/** What the PROPOSE shows alone; null when nothing. */
export function faultOf(proposal: Propose, configuration: PublicConfiguration): ProvableReason | null {
  const { cfg, n, f, t } = configuration;
  const { leader, backup } = leadershipOf(cfg, proposal.round, n);
  if (proposal.sender !== leader && proposal.sender !== backup) return "not-the-leader";
  if (proposal.attempt >= sessionsMax(f)) return "attempt-out-of-range";
  const listed = proposal.observations.map(({ id }) => id);
  if (!ascendWithin(listed, n)) return "bad-observation-list";
  if (listed.length < honestMedian(f)) return "too-few-observations";
  const { signers } = proposal;
  const isSet = signers.length === t && ascendWithin(signers, n) && signers.every((id) => listed.includes(id));
  if (!isSet) return "bad-signer-set";
  const sources = proposal.sources.map(({ id }) => id);
  if (sources.length > 0 && proposal.attempt < 2) return "bad-sources";
  if (!ascendWithin(sources, n) || !sources.every((id) => signers.includes(id))) return "bad-sources";
  return (proposal.parent?.round ?? -1) >= proposal.round ? "parent-not-below" : null;
}

/** What a message shows that the PROPOSE lists as an observation or a source; null when nothing. */
function faultOfNamed(
  proposal: Propose,
  named: Statement,
  configuration: PublicConfiguration,
): ProvableReason | "not-named" | null {
  const { message, hash } = named;
  const observers = proposal.observations.filter((ref) => ref.hash === hash).map(({ id }) => id);
  const signers = proposal.sources.filter((ref) => ref.hash === hash).map(({ id }) => id);
  if (observers.length + signers.length === 0) return "not-named";
  const isOurs = (id: number): boolean => message.sender === id && message.round === proposal.round;
  if (observers.length > 0)
    return observers.every(isOurs) ? faultOfObservation(message, configuration) : "bad-observation-list";
  return signers.every(isOurs) && message.type === "share" && message.next !== null ? null : "bad-sources";
}

/** An OBSERVE is valid for everybody or for nobody [R8], and a proposer lists only what it holds valid. */
function faultOfObservation(message: Message, configuration: PublicConfiguration): ProvableReason | null {
  if (message.type !== "observe") return "bad-observation-list";
  const { feedCount, firstRound, firstRoundTimeMs, slotMs } = configuration;
  if (message.values.length !== feedCount) return "wrong-feed-count";
  const slotTimeMs = firstRoundTimeMs + (message.round - firstRound) * slotMs;
  return Math.abs(message.obsTimeMs - slotTimeMs) > OBSERVATION_TIME_TOLERANCE_MS ? "obs-time-off-slot" : null;
}

/** @param named the one message beside the PROPOSE, when there is one */
export function judgeProposal(
  proposal: Propose,
  named: Statement | undefined,
  configuration: PublicConfiguration,
): Judgement {
  const alone = faultOf(proposal, configuration);
  if (alone !== null) return named === undefined ? convict(alone) : dismiss("wrong-number-of-envelopes");
  if (named === undefined) return dismiss("proposal-is-right");
  const fault = faultOfNamed(proposal, named, configuration);
  if (fault === "not-named") return dismiss("not-named");
  return fault === null ? dismiss("proposal-is-right") : convict(fault);
}
