import { describe, expect, test } from "vitest";
import { verifyEvidence } from "../../src/evidence/verify.ts";
import { sealed } from "../node/support/members.ts";
import { hashOf, hexOf, incarnationOf, proposeOf } from "../support/protocol.ts";
import {
  commitmentsOf,
  config,
  drawPair,
  envelope,
  evidence,
  goodShare,
  IDS,
  inOrder,
  judge,
  observe,
  oneOfEach,
  publicConfiguration,
  scene,
  verdictOn,
} from "./support.ts";

type Named = Parameters<typeof hashOf>[0];

const { round, observes, proposal, digest } = scene();
const signerObserves = observes.slice(0, 3);
const honest = goodShare(2, proposal, digest, commitmentsOf(proposal, observes));
const bad = { ...honest, z: hexOf("not the share") };

describe("each kind of fault convicts:", () => {
  test("two OBSERVEs of one member in one round", () => {
    const other = { ...observes[1]!, obsTimeMs: observes[1]!.obsTimeMs + 1 };
    const twin = { ...observes[1]!, incarnation: incarnationOf(7) };
    const verdict = (second: typeof other) =>
      verdictOn(evidence("equivocated-observation", 2, inOrder(observes[1]!, second)));
    expect(verdict(other)).toBe("convicts: two-observations");
    expect(verdict(twin)).toBe("convicts: two-incarnations");
  });

  test("two PROPOSEs of one attempt, also for one digest with two signer sets", () => {
    const other = { ...proposal, signers: [1, 2, 4] };
    expect(verdictOn(evidence("equivocated-proposal", 1, inOrder(proposal, other)))).toBe(
      "convicts: two-proposals-of-one-attempt",
    );
  });

  test("a second attempt over other observations or another parent", () => {
    const fewer = proposeOf(1, signerObserves, { attempt: 1 });
    const elder = { ...proposal, attempt: 1, parent: { round: round - 1, digest: hexOf("parent") } };
    for (const other of [fewer, elder]) {
      const verdict = verdictOn(evidence("equivocated-proposal", 1, inOrder(proposal, other)));
      expect(verdict).toBe("convicts: two-materials");
    }
  });

  test("two SHAREs of one round for two digests, and two under one PROPOSE", () => {
    const other = { ...honest, digest: hexOf("other digest") };
    expect(verdictOn(evidence("double-sign", 2, inOrder(honest, other)))).toBe("convicts: two-digests");
    expect(verdictOn(evidence("double-sign", 2, inOrder(honest, bad)))).toBe("convicts: two-shares-of-one-proposal");
  });

  test("a SHARE that does not fit under its own PROPOSE, or is no scalar at all", () => {
    for (const z of [bad.z, `0x${"ff".repeat(32)}`, `0x${"00".repeat(32)}`] as const) {
      const verdict = verdictOn(evidence("bad-share", 2, [{ ...honest, z }, proposal, ...signerObserves]));
      expect(verdict).toBe("convicts: share-does-not-fit");
    }
  });

  test("a SHARE that does not fit under the second and the third session's commitments", () => {
    const second = { ...proposal, attempt: 1 };
    const inSecond = goodShare(2, second, digest, commitmentsOf(second, observes), { next: drawPair("2/next") });
    const fits = (share: typeof honest, named: typeof proposal, holders: readonly Named[]) =>
      verdictOn(evidence("bad-share", 2, [share, named, ...holders]));
    expect(fits(inSecond, second, signerObserves)).toBe("share-fits");
    expect(fits({ ...inSecond, z: bad.z }, second, signerObserves)).toBe("convicts: share-does-not-fit");

    const third = { ...proposal, attempt: 2, sources: [{ id: 2, hash: hashOf(inSecond) }] };
    const inThird = goodShare(2, third, digest, commitmentsOf(third, observes, [inSecond]));
    const holders = [observes[0]!, observes[2]!, inSecond];
    expect(fits(inThird, third, holders)).toBe("share-fits");
    expect(fits({ ...inThird, z: bad.z }, third, holders)).toBe("convicts: share-does-not-fit");
  });

  test("and the verdict tells what it saw of every envelope", () => {
    const { seen } = verifyEvidence(oneOfEach()["bad-share"], publicConfiguration(), judge);
    expect(seen.map(({ type, sender }) => `${type} of ${sender}`)).toEqual([
      "share of 2",
      "propose of 1",
      "observe of 1",
      "observe of 2",
      "observe of 3",
    ]);
    expect(seen.every(({ isSignatureGood }) => isSignatureGood)).toBe(true);
  });
});

describe("a PROPOSE that is wrong for everybody", () => {
  const alone = (over: Partial<typeof proposal>) =>
    verdictOn(evidence("bad-proposal", over.sender ?? 1, [{ ...proposal, ...over }]));
  const refs = proposal.observations;

  test.each<[string, Partial<typeof proposal>]>([
    ["attempt-out-of-range", { attempt: config.f + 2 }],
    ["bad-observation-list", { observations: [refs[1]!, refs[0]!, refs[2]!] }],
    ["bad-observation-list", { observations: [refs[0]!, refs[1]!, { ...refs[2]!, id: 5 }] }],
    ["too-few-observations", { observations: refs.slice(0, 2), signers: [1, 2] }],
    ["bad-signer-set", { signers: [1, 2] }],
    ["bad-signer-set", { signers: [1, 2, 2] }],
    ["bad-signer-set", { signers: [3, 2, 1] }],
    ["bad-signer-set", { observations: refs.slice(0, 3), signers: [1, 2, 4] }],
    ["bad-sources", { attempt: 1, sources: [{ id: 2, hash: hexOf("share") }] }],
    ["bad-sources", { attempt: 2, sources: [{ id: 4, hash: hexOf("share") }] }],
    ["parent-not-below", { parent: { round, digest: hexOf("parent") } }],
  ])("shows %s by itself", (fault, over) => {
    expect(alone(over)).toBe(`convicts: ${fault}`);
  });

  test("comes from a member that neither leads nor backs up the round", () => {
    const others = IDS.map((sender) => alone({ sender }));
    expect(others.filter((verdict) => verdict === "convicts: not-the-leader")).toHaveLength(2);
    expect(others.filter((verdict) => verdict === "proposal-is-right")).toHaveLength(2);
  });

  test("lists what no honest proposer lists", () => {
    const listing = (named: Named) => {
      const observations = refs.map((ref) => (ref.id === 3 ? { id: 3, hash: hashOf(named) } : ref));
      return verdictOn(evidence("bad-proposal", 1, [{ ...proposal, observations }, named]));
    };
    expect(listing(observe(3, round, {}, 9))).toBe("proposal-is-right");
    expect(listing(observe(4, round))).toBe("convicts: bad-observation-list");
    expect(listing(observe(3, round - 1))).toBe("convicts: bad-observation-list");
    expect(listing(honest)).toBe("convicts: bad-observation-list");
    expect(listing(observe(3, round, { values: [1n] }))).toBe("convicts: wrong-feed-count");
    const { obsTimeMs } = observes[2]!;
    expect(listing(observe(3, round, { obsTimeMs: obsTimeMs + 2_000 }, 9))).toBe("proposal-is-right");
    expect(listing(observe(3, round, { obsTimeMs: obsTimeMs + 2_001 }))).toBe("convicts: obs-time-off-slot");
  });

  test("names a source that is no SHARE of the signer with a fresh pair", () => {
    const sourced = (named: Named) => {
      const sources = [{ id: 2, hash: hashOf(named) }];
      return verdictOn(evidence("bad-proposal", 1, [{ ...proposal, attempt: 2, sources }, named]));
    };
    expect(sourced({ ...honest, next: drawPair("fresh") })).toBe("proposal-is-right");
    expect(sourced(honest)).toBe("convicts: bad-sources");
    expect(sourced({ ...honest, sender: 3, next: drawPair("fresh") })).toBe("convicts: bad-sources");
    expect(sourced({ ...honest, round: round - 1, next: drawPair("fresh") })).toBe("convicts: bad-sources");
    expect(sourced(observe(2, round, {}, 3))).toBe("convicts: bad-sources");
  });

  test("is not made wrong by a message that it does not name, nor shown by more than it takes", () => {
    expect(verdictOn(evidence("bad-proposal", 1, [proposal, observe(3, round, {}, 9)]))).toBe("not-named");
    const wrong = { ...proposal, signers: [1, 2] };
    expect(verdictOn(evidence("bad-proposal", 1, [wrong, observes[0]!]))).toBe("wrong-number-of-envelopes");
  });
});

describe("an honest member is framed in vain:", () => {
  const other = { ...proposal, signers: [2, 3, 4] };
  const under = (named: typeof proposal, holders: readonly Named[] = signerObserves) =>
    verdictOn(evidence("bad-share", 2, [honest, named, ...holders]));

  test("its share fits", () => {
    expect(under(proposal)).toBe("share-fits");
  });

  test("an equivocating leader shows two signer sets for one digest", () => {
    expect(under(other, observes.slice(1))).toBe("share-under-another-proposal");
  });

  test("its share is moved under another PROPOSE: then it is no longer signed", () => {
    const moved = { ...honest, proposalHash: hashOf(other) };
    const rest = [other, ...observes.slice(1)].map((one) => envelope(one));
    const grafted = Uint8Array.from([...envelope(moved).subarray(0, -64), ...envelope(honest).subarray(-64)]);
    for (const share of [envelope(moved, 1), grafted]) {
      const piece = evidence("bad-share", 2, [moved], { envelopes: [share, ...rest] });
      expect(verdictOn(piece)).toBe("bad-signature");
    }
  });

  test("an equivocating observer's other version is put in place of the listed one", () => {
    expect(under(proposal, [observes[0]!, observes[1]!, observe(3, round, {}, 1)])).toBe("commitments-not-named");
  });

  test("another version of its own OBSERVE is put in place of the listed one", () => {
    expect(under(proposal, [observes[0]!, observe(2, round, {}, 1), observes[2]!])).toBe("commitments-not-named");
  });

  test("an OBSERVE of an earlier life, with nonces that are gone, is put in place of the listed one", () => {
    expect(under(proposal, [observes[0]!, observe(2, round - 4), observes[2]!])).toBe("wrong-round");
  });

  test("a PROPOSE lists another version of its OBSERVE, under which it never signed", () => {
    const twin = observe(2, round, {}, 1);
    const listing = proposeOf(1, [observes[0]!, twin, observes[2]!, observes[3]!]);
    expect(under(listing, [observes[0]!, twin, observes[2]!])).toBe("share-under-another-proposal");
  });

  test("the PROPOSE does not name it as a signer", () => {
    const without = { ...proposal, signers: [1, 3, 4] };
    const share = { ...honest, proposalHash: hashOf(without) };
    const holders = [observes[0]!, observes[2]!, observes[3]!];
    expect(verdictOn(evidence("bad-share", 2, [share, without, ...holders]))).toBe("accused-is-no-signer");
  });

  test("the PROPOSE is void, so that its commitments are anybody's guess", () => {
    const voids: Partial<typeof proposal>[] = [
      { signers: [2, 1, 3] },
      { attempt: 9 },
      { observations: proposal.observations.slice(0, 2) },
      { parent: { round, digest } },
    ];
    for (const over of voids) {
      const wrong = { ...proposal, ...over };
      const share = { ...honest, proposalHash: hashOf(wrong) };
      expect(verdictOn(evidence("bad-share", 2, [share, wrong, ...signerObserves]))).toBe("proposal-is-void");
    }
  });

  test("commitments are exchanged among the signers, left out or doubled", () => {
    expect(under(proposal, [observes[1]!, observes[0]!, observes[2]!])).toBe("commitments-not-named");
    expect(under(proposal, [observes[0]!, observes[1]!])).toBe("wrong-number-of-envelopes");
    expect(under(proposal, [observes[0]!, observes[1]!, observes[1]!])).toBe("commitments-not-named");
  });

  test("a signer's commitments are no points, so nobody can sign", () => {
    const pointless = { ...drawPair("x"), hiding: `0x02${"ff".repeat(32)}` as const };
    const broken = observe(3, round, { commitments: [pointless, pointless] });
    const listing = proposeOf(1, [observes[0]!, observes[1]!, broken, observes[3]!]);
    const share = { ...honest, proposalHash: hashOf(listing) };
    const piece = evidence("bad-share", 2, [share, listing, observes[0]!, observes[1]!, broken]);
    expect(verdictOn(piece)).toBe("no-session");
  });

  test("another digest is said to have been wanted: its own word counts", () => {
    const elsewhere = goodShare(2, proposal, hexOf("another"), commitmentsOf(proposal, observes));
    expect(verdictOn(evidence("bad-share", 2, [elsewhere, proposal, ...signerObserves]))).toBe("share-fits");
  });

  test("a later session names a pair that never came with a share", () => {
    const third = { ...proposal, attempt: 2, sources: [{ id: 2, hash: hashOf(honest) }] };
    const share = { ...honest, proposalHash: hashOf(third) };
    const piece = evidence("bad-share", 2, [share, third, observes[0]!, observes[2]!, honest]);
    expect(verdictOn(piece)).toBe("commitments-not-named");
  });

  test("its one statement is shown twice, by two signatures or in two orders", () => {
    const once = observes[1]!;
    expect(verdictOn(evidence("equivocated-observation", 2, [once, once]))).toBe("one-statement-twice");
    const [first, second] = inOrder(once, observe(2, round, {}, 1));
    expect(verdictOn(evidence("equivocated-observation", 2, [second, first]))).toBe("wrong-order");
  });

  test("statements of two rounds, two members or two configurations are laid side by side", () => {
    const later = observe(2, round + 1);
    expect(verdictOn(evidence("equivocated-observation", 2, [observes[1]!, later]))).toBe("wrong-round");
    for (const [mine, theirs] of [
      [observes[1]!, observes[2]!],
      [observes[2]!, observes[1]!],
    ]) {
      const verdict = verdictOn(evidence("equivocated-observation", 2, [mine!, theirs!]));
      expect(verdict).toBe("not-said-by-the-accused");
    }
    const foreign = sealed(observe(2, round, {}, 1), 2, hexOf("another cfg")).bytes;
    const envelopes = [envelope(observes[1]!), foreign];
    const piece = evidence("equivocated-observation", 2, [observes[1]!], { envelopes });
    expect(verdictOn(piece)).toBe("other-configuration");
    expect(verdictOn({ ...piece, cfg: hexOf("another cfg") })).toBe("other-configuration");
  });

  test("a statement is put into its mouth by another's signature", () => {
    const put = observe(2, round, {}, 1);
    const envelopes = [envelope(observes[1]!), envelope(put, 4)];
    expect(verdictOn(evidence("equivocated-observation", 2, [observes[1]!], { envelopes }))).toBe("bad-signature");
    const blamed = evidence("equivocated-observation", 3, inOrder(observes[1]!, put));
    expect(verdictOn(blamed)).toBe("not-said-by-the-accused");
  });

  test("an honest proposer's sessions over one material are shown as two opinions", () => {
    const second = { ...proposal, attempt: 1, signers: [1, 2, 4] };
    expect(verdictOn(evidence("equivocated-proposal", 1, inOrder(proposal, second)))).toBe("no-contradiction");
  });

  test("leader and backup propose different things, as they may", () => {
    const theirs = proposeOf(4, signerObserves);
    for (const accused of [1, 4]) {
      const verdict = verdictOn(evidence("equivocated-proposal", accused, inOrder(proposal, theirs)));
      expect(verdict).toBe("not-said-by-the-accused");
    }
  });

  test("its shares of two sessions for one digest are shown as a double signature", () => {
    const second = { ...proposal, attempt: 1 };
    const again = goodShare(2, second, digest, commitmentsOf(second, observes), { next: drawPair("2/next") });
    expect(verdictOn(evidence("double-sign", 2, inOrder(honest, again)))).toBe("no-contradiction");
  });

  test("a right PROPOSE is called wrong", () => {
    expect(verdictOn(evidence("bad-proposal", 1, [proposal]))).toBe("proposal-is-right");
    for (const named of observes) {
      expect(verdictOn(evidence("bad-proposal", 1, [proposal, named]))).toBe("proposal-is-right");
    }
  });

  test("other verifying shares are put beside it: they have another cfg", () => {
    // Without a file that proves itself an accuser could bring a group under which every honest share looks wrong.
    const piece = evidence("bad-share", 2, [honest, proposal, ...signerObserves]);
    const { group } = publicConfiguration();
    const swapped = { ...group, verifyingShares: { ...group.verifyingShares, 2: group.verifyingShares[3]! } };
    expect(verdictOn(piece, publicConfiguration({ group: swapped }))).toBe("convicts: share-does-not-fit");
    expect(verdictOn(piece, publicConfiguration({ group: swapped, cfg: hexOf("its cfg") }))).toBe(
      "other-configuration",
    );
  });

  test("a kind is told by the wrong messages", () => {
    const pair = inOrder(observes[1]!, observe(2, round, {}, 1));
    expect(verdictOn(evidence("equivocated-proposal", 2, pair))).toBe("wrong-message-type");
    const sets = inOrder(proposal, { ...proposal, signers: [1, 2, 4] });
    expect(verdictOn(evidence("double-sign", 1, sets))).toBe("wrong-message-type");
    expect(verdictOn(evidence("bad-share", 2, [observes[1]!, proposal, ...signerObserves]))).toBe("wrong-message-type");
    expect(verdictOn(evidence("bad-proposal", 2, [observes[1]!]))).toBe("wrong-message-type");
    expect(verdictOn(evidence("bad-proposal", 9, [observes[1]!]))).toBe("not-a-member");
  });
});
