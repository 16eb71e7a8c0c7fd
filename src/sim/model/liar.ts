/**
 * The Byzantine member of the model. For each round it picks from a finite menu, and knows whatever anybody has said: it
 * speaks when all honest members wait, which with reordering is as good as at any other moment.
 */
import type { Hex } from "../../base/bytes.ts";
import type { SignerCommitment } from "../../protocol/events.ts";
import type { Message, Observe, Propose } from "../../protocol/messages.ts";
import type { AcceptedProposal, OracleConfig, RoundState } from "../../protocol/state.ts";
import { latestReport, slotTimeMs } from "../../protocol/state.ts";
import type { Member } from "./member.ts";
import { pointToken, sessionOf, shareToken, token32 } from "./tokens.ts";

/** One to all; one version to the first member and another to the rest; none. */
export type ObserveLie = "one" | "split" | "none";
/**
 * Where it leads or stands by: nothing; one to all; one to the first member alone; two lists of OBSERVEs to two groups, or both
 * to all; two signer sets over one list to two groups.
 */
export type ProposeLie = "none" | "one" | "half" | "two-lists" | "both-lists" | "two-sets";
export type ShareLie = "good" | "bad" | "none";

export type Strategy = { readonly observe: ObserveLie; readonly propose: ProposeLie; readonly share: ShareLie };

/** To whom, by place among the honest members. */
export type Utterance = { readonly message: Message; readonly to: readonly number[] };

/** @param hasRole whether it leads the round or stands by in it */
export function strategiesFor(hasRole: boolean): readonly Strategy[] {
  const proposes: readonly ProposeLie[] = hasRole
    ? ["one", "none", "half", "two-lists", "both-lists", "two-sets"]
    : ["none"];
  const silent: readonly Strategy[] = proposes.map((propose) => ({ observe: "none", propose, share: "none" }));
  const speaking = (["one", "split"] as const).flatMap((observe) =>
    (["good", "bad", "none"] as const).flatMap((share) => proposes.map((propose) => ({ observe, propose, share }))),
  );
  return [...speaking, ...silent];
}

export function wordsOf({ observe, propose, share }: Strategy): string {
  return `OBSERVE ${observe}, PROPOSE ${propose}, SHARE ${share}`;
}

function ownObserve(config: OracleConfig, round: number, version: number): Observe {
  const id = config.n;
  const pair = (attempt: number) => ({
    hiding: pointToken(`${id}/${round}/${version}/${attempt}/hiding`),
    binding: pointToken(`${id}/${round}/${version}/${attempt}/binding`),
  });
  return {
    type: "observe",
    round,
    sender: id,
    obsTimeMs: slotTimeMs(config, round),
    incarnation: `0x${version.toString(16).padStart(32, "0")}`,
    commitments: [pair(0), pair(1)],
    values: config.rules.map(() => 1_000_000n + BigInt(id + version)),
  };
}

export function observesOf(config: OracleConfig, strategy: Strategy, round: number): readonly Utterance[] {
  const all = honestPlaces(config);
  switch (strategy.observe) {
    case "none":
      return [];
    case "one":
      return [{ message: ownObserve(config, round, 0), to: all }];
    case "split":
      return [
        { message: ownObserve(config, round, 0), to: all.slice(0, 1) },
        { message: ownObserve(config, round, 1), to: all.slice(1) },
      ];
  }
}

function honestPlaces(config: OracleConfig): number[] {
  return Array.from({ length: config.n - 1 }, (_, place) => place);
}

export type Heard = { readonly message: Message; readonly hash: Hex };

/** @param heard everything that anybody has said in the round, its own words included */
export function proposesOf(
  config: OracleConfig,
  strategy: Strategy,
  round: number,
  heard: readonly Heard[],
  members: readonly Member[],
): readonly Utterance[] {
  if (strategy.propose === "none") return [];
  const listed = new Map<number, Hex>();
  for (const { message, hash } of heard) {
    if (message.type === "observe" && !listed.has(message.sender)) listed.set(message.sender, hash);
  }
  const { n, t } = config;
  const observations = [...listed].sort(([a], [b]) => a - b).map(([id, hash]) => ({ id, hash }));
  if (observations.length < t) return [];
  const parents = members.flatMap((member) => latestReport(member.oracle, round) ?? []);
  const parent = parents.toSorted((a, b) => b.report.round - a.report.round)[0];
  // Every set has the liar in it where it may, so that as few honest shares as possible complete a signature.
  const setOf = (ids: readonly number[]): number[] =>
    [...ids.filter((id) => id === n), ...ids.filter((id) => id !== n)].slice(0, t).sort((a, b) => a - b);
  const ids = observations.map(({ id }) => id);
  const first: Propose = {
    type: "propose",
    round,
    sender: n,
    attempt: 0,
    parent: parent === undefined ? null : { round: parent.report.round, digest: parent.digest },
    observations,
    signers: setOf(ids),
    sources: [],
  };
  const all = honestPlaces(config);
  const groups = [all.filter((place) => place % 2 === 0), all.filter((place) => place % 2 === 1)] as const;
  switch (strategy.propose) {
    case "one":
      return [{ message: first, to: all }];
    case "half":
      return [{ message: first, to: all.slice(0, 1) }];
    case "two-lists":
    case "both-lists": {
      const fewer = observations.filter(({ id }) => id !== n - 1);
      if (fewer.length < t) return [{ message: first, to: all }];
      const isSplit = strategy.propose === "two-lists";
      const signers = setOf(fewer.map(({ id }) => id));
      // To the same members only a later session can be of use: the first one's nonces are spent.
      const second: Propose = { ...first, attempt: isSplit ? 0 : 1, observations: fewer, signers };
      return [
        { message: first, to: isSplit ? groups[0] : all },
        { message: second, to: isSplit ? groups[1] : all },
      ];
    }
    case "two-sets": {
      const second = { ...first, signers: setOf(ids.toReversed()) };
      return [
        { message: first, to: groups[0] },
        { message: second, to: groups[1] },
      ];
    }
  }
}

function commitmentsOf(round: RoundState, proposal: AcceptedProposal): readonly SignerCommitment[] | null {
  const { attempt, signers, observations } = proposal.message;
  const pair = attempt === 0 ? 0 : 1;
  const commitments = signers.flatMap((id) => {
    const listed = observations.find((ref) => ref.id === id);
    const observe = listed === undefined ? undefined : round.versions.get(listed.hash);
    return observe === undefined ? [] : [{ id, ...observe.commitments[pair] }];
  });
  return commitments.length === signers.length ? commitments : null;
}

/** Under every PROPOSE that an honest member has accepted and that names the liar: it could not know fewer. */
export function sharesOf(
  config: OracleConfig,
  strategy: Strategy,
  round: number,
  members: readonly Member[],
): readonly Utterance[] {
  if (strategy.share === "none") return [];
  const utterances = new Map<Hex, Utterance>();
  for (const member of members) {
    const state = member.oracle.rounds.get(round);
    for (const proposal of state?.accepted ?? []) {
      if (utterances.has(proposal.hash) || !proposal.message.signers.includes(config.n)) continue;
      // Later sessions rest on fresh pairs: there it stays silent, as a member that has failed once would.
      const commitments = proposal.message.attempt > 1 ? null : commitmentsOf(state!, proposal);
      if (commitments === null) continue;
      const good = shareToken(config.n, sessionOf(proposal.digest, commitments));
      const message: Message = {
        type: "share",
        round,
        sender: config.n,
        proposalHash: proposal.hash,
        digest: proposal.digest,
        z: strategy.share === "good" ? good : token32(`bad/${good}`),
        next:
          proposal.message.attempt === 0
            ? null
            : { hiding: pointToken(`${good}/hiding`), binding: pointToken(`${good}/binding`) },
      };
      utterances.set(proposal.hash, { message, to: honestPlaces(config) });
    }
  }
  return [...utterances.values()];
}
