/** Proofs as TypeScript writes them, held against the hub that reads them. */
import { Contract, JsonRpcProvider } from "ethers";
import fc from "fast-check";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { toHex } from "../../src/base/bytes.ts";
import { loadArtifact } from "../../src/chain/artifacts.ts";
import { readReport } from "../../src/consumer/signed-report.ts";
import { detailHash } from "../../src/report/detail-codec.ts";
import { encodeProof } from "../../src/report/proof.ts";
import { type FeedState, type Report, statusCode } from "../../src/report/report.ts";
import { toldReports } from "../consumer/report.support.ts";
import { startAnvil } from "./support/anvil.ts";
import { signReport } from "./support/group-key.ts";
import { CHAIN_ID, deployTestHub, KEY, NETWORK_ID } from "./support/network.ts";

const ROUND = 100;

/** Leaves of all kinds, ascending by feed id: those of the vectors, once each. */
const POOL: readonly FeedState[] = [
  ...new Map(
    toldReports()
      .flatMap(({ reply }) => readReport(reply).report.leaves)
      .map((leaf) => [leaf.feedId, leaf]),
  ),
]
  .map(([, leaf]) => leaf)
  .sort((a, b) => (a.feedId < b.feedId ? -1 : 1));

function reportOf(count: number): Report {
  return { round: ROUND, reportTimeMs: Date.now(), leaves: POOL.slice(0, count), pushes: [] };
}

const proofOf = (report: Report, feedIds: readonly Hex[]): Uint8Array =>
  encodeProof(report, signReport(KEY, NETWORK_ID, report), NETWORK_ID, KEY.x, feedIds);

/** A leaf as the hub tells it. */
function toldBy(leaf: FeedState): readonly unknown[] {
  return [
    leaf.feedId,
    leaf.definitionDigest,
    BigInt(statusCode(leaf.status)),
    leaf.value,
    BigInt(leaf.confidencePpb),
    BigInt(leaf.timeMs),
    BigInt(statusCode(leaf.pubStatus)),
    leaf.pubValue,
    BigInt(leaf.pubConfidencePpb),
    BigInt(leaf.pubRound),
    BigInt(leaf.pubTimeMs),
    leaf.detail === null ? `0x${"00".repeat(32)}` : toHex(detailHash(leaf.detail)),
  ];
}

describe("a proof", () => {
  let verify: (proof: Uint8Array) => Promise<readonly [bigint, bigint, readonly (readonly unknown[])[]]>;

  beforeAll(() => expect(POOL.length).toBeGreaterThan(33));

  async function open(): Promise<void> {
    const anvil = await startAnvil();
    const { hub } = await deployTestHub(anvil.url);
    const provider = new JsonRpcProvider(anvil.url, CHAIN_ID, { staticNetwork: true, cacheTimeout: -1 });
    onTestFinished(() => provider.destroy());
    const contract = new Contract(hub, loadArtifact("OracleHub").abi, provider);
    verify = async (proof) => await contract.getFunction("verify").staticCall(proof);
  }

  test("of each leaf of reports of 1 to 33 feeds is read by the hub as what was signed", async () => {
    await open();
    for (let count = 1; count <= 33; count++) {
      const report = reportOf(count);
      const positions = count < 12 ? report.leaves.keys() : [0, 1, count >> 1, count - 2, count - 1];
      for (const position of positions) {
        const leaf = report.leaves[position]!;
        const [round, timeMs, leaves] = await verify(proofOf(report, [leaf.feedId]));
        expect([round, timeMs]).toEqual([BigInt(ROUND), BigInt(report.reportTimeMs)]);
        expect(leaves.map((told) => [...told])).toEqual([toldBy(leaf)]);
      }
    }
  }, 60_000);

  test("of any leaves at once gives them in the order of their ids, and one byte changed or left out is refused", async () => {
    await open();
    const picked = fc.uniqueArray(fc.nat(32), { minLength: 1, maxLength: 33 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 33 }), picked, fc.nat(), async (count, wanted, at) => {
        const report = reportOf(count);
        const positions = [...new Set(wanted.map((position) => position % count))];
        const proof = proofOf(
          report,
          positions.map((position) => report.leaves[position]!.feedId),
        );
        const [, , leaves] = await verify(proof);
        const ascending = [...positions].sort((a, b) => a - b);
        expect(leaves.map((told) => [...told])).toEqual(ascending.map((position) => toldBy(report.leaves[position]!)));
        const spoilt = Uint8Array.from(proof);
        spoilt[at % proof.length]! ^= 1 + (at % 255);
        await expect(verify(spoilt)).rejects.toThrow();
        await expect(verify(proof.slice(0, -1))).rejects.toThrow();
        await expect(verify(Uint8Array.of(...proof, 0))).rejects.toThrow();
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test("of no feed, or of one that the report has not, is refused before it is made", () => {
    const report = reportOf(3);
    expect(() => proofOf(report, [])).toThrow("at least one feed");
    expect(() => proofOf(report, [POOL[5]!.feedId])).toThrow(/feed/);
  });
});
