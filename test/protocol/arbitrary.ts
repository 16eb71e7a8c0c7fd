/** Any message that an honest or a dishonest member could encode. */
import fc from "fast-check";
import type { Hex } from "../../src/base/bytes.ts";
import { toHex } from "../../src/base/bytes.ts";
import type { Observed, SettlementObservation, SurfaceObservation } from "../../src/feeds/observed.ts";
import { SURFACE_NODES } from "../../src/feeds/observed.ts";
import type { Message, NoncePair, Observe, Propose, ReportMessage, Share } from "../../src/protocol/messages.ts";
import type { FeedDetail, SettlementDetail, SurfaceDetail } from "../../src/report/detail.ts";
import type { FeedState, PushEntry, SignedReport } from "../../src/report/report.ts";

export function hexArbitrary(bytes: number): fc.Arbitrary<Hex> {
  return fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(toHex);
}

const INT128_MAX = (1n << 127n) - 1n;
const int128 = fc.bigInt({ min: -INT128_MAX - 1n, max: INT128_MAX });
const u48 = fc.maxSafeNat().map((value) => value % 0x1_0000_0000_0000);
const u32 = fc.nat({ max: 0xffff_ffff });
const u8 = fc.nat({ max: 255 });
const round = fc.oneof(fc.nat({ max: 2_000_000_000 }), fc.constant(0), fc.constant(Number.MAX_SAFE_INTEGER));
const hex32 = hexArbitrary(32);
const pair: fc.Arbitrary<NoncePair> = fc.record({ hiding: hexArbitrary(33), binding: hexArbitrary(33) });
const status = fc.constantFrom("none", "ok", "missing", "disputed");

const word = fc.bigInt({ min: 1n, max: (1n << 64n) - 1n });
const expiries = fc.uniqueArray(u48, { maxLength: 4 }).map((times) => times.sort((a, b) => a - b));

const surfaceObservation: fc.Arbitrary<SurfaceObservation> = fc
  .tuple(u48, expiries, fc.array(word, { minLength: 1, maxLength: 9 }))
  .map(([gridRound, times, words]) => {
    let at = 0;
    const next = (): bigint => words[at++ % words.length]!;
    const slices = times.map((expiryMs) => ({
      expiryMs,
      forward: next(),
      variances: Array.from({ length: SURFACE_NODES }, next),
    }));
    return { type: "surface", gridRound, slices };
  });

const average = fc.bigInt({ min: 0n, max: (1n << 126n) - 1n });
const settlementObservation: fc.Arbitrary<SettlementObservation> = fc.record({
  type: fc.constant("settlement"),
  expiryMs: u48,
  fixed: average,
  variable: average,
  coveragePpm: fc.nat({ max: 1_000_000 }),
});

/** Whatever can be said of one feed. */
export const observedArbitrary: fc.Arbitrary<Observed> = fc.oneof(
  fc.constant(null),
  int128,
  surfaceObservation,
  settlementObservation,
);

const signedWord = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
const params = fc.record({ a: signedWord, b: signedWord, rho: signedWord, m: signedWord, sigma: signedWord });
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

const surfaceDetail: fc.Arbitrary<SurfaceDetail> = fc
  .tuple(u48, int128, expiries, expiries, fc.record({ params, word: u64, u48, wide: average }))
  .map(([gridRound, spot, agreed, held, part]) => ({
    kind: "surface",
    gridRound,
    spot,
    slices: agreed.map((expiryMs) => ({
      expiryMs,
      forward: part.word,
      params: part.params,
      theta: part.word,
      centreErrorVolBps: 3,
      wingErrorVolBps: 0xffff,
    })),
    published: held.map((expiryMs) => ({
      expiryMs,
      round: part.u48,
      fitTimeMs: part.u48,
      forwardRatio: part.wide,
      params: part.params,
    })),
  }));

const settlementDetail: fc.Arbitrary<SettlementDetail> = fc.record({
  kind: fc.constant("settlement"),
  expiryMs: u48,
  phase: fc.constantFrom("averaging", "pending", "agreed", "final"),
  fixed: int128,
  variable: int128,
  coveragePpm: u32,
  pubExpiryMs: u48,
});

/** Whatever a leaf can say beyond its number. */
export const detailArbitrary: fc.Arbitrary<FeedDetail> = fc.oneof(surfaceDetail, settlementDetail);

const observe: fc.Arbitrary<Observe> = fc.record({
  type: fc.constant("observe"),
  round,
  sender: u8,
  obsTimeMs: u48,
  incarnation: hexArbitrary(16),
  commitments: fc.tuple(pair, pair),
  values: fc.array(observedArbitrary, { maxLength: 12 }),
});

const propose: fc.Arbitrary<Propose> = fc.record({
  type: fc.constant("propose"),
  round,
  sender: u8,
  attempt: u8,
  parent: fc.option(fc.record({ round, digest: hex32 })),
  observations: fc.array(fc.record({ id: u8, hash: hex32 }), { maxLength: 8 }),
  signers: fc.array(u8, { maxLength: 8 }),
  sources: fc.array(fc.record({ id: u8, hash: hex32 }), { maxLength: 4 }),
});

const share: fc.Arbitrary<Share> = fc.record({
  type: fc.constant("share"),
  round,
  sender: u8,
  proposalHash: hex32,
  digest: hex32,
  z: hex32,
  next: fc.option(pair),
});

const leaf: fc.Arbitrary<FeedState> = fc.record({
  feedId: hex32,
  definitionDigest: hex32,
  status,
  value: int128,
  confidencePpb: u32,
  timeMs: u48,
  pubStatus: status,
  pubValue: int128,
  pubConfidencePpb: u32,
  pubRound: u48,
  pubTimeMs: u48,
  detail: fc.option(detailArbitrary),
});

const push: fc.Arbitrary<PushEntry> = fc.record({
  index: fc.nat({ max: 0xffff }),
  status,
  value: int128,
  confidencePpb: u32,
});

export const signedReportArbitrary: fc.Arbitrary<SignedReport> = fc.record({
  report: fc.record({
    round,
    reportTimeMs: u48,
    leaves: fc.array(leaf, { maxLength: 5 }),
    pushes: fc.array(push, { maxLength: 5 }),
  }),
  digest: hex32,
  signature: fc.record({ rAddress: hexArbitrary(20), z: hex32 }),
});

const report: fc.Arbitrary<ReportMessage> = fc
  .tuple(u8, signedReportArbitrary)
  .map(([sender, signed]) => ({ type: "report", round: signed.report.round, sender, signed }));

export const messageArbitraries = { observe, propose, share, report } as const;

export const messageArbitrary: fc.Arbitrary<Message> = fc.oneof(observe, propose, share, report);
