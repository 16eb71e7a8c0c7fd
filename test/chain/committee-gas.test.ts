/** What an update costs does not depend on how many nodes signed it: real threshold signatures, receipts of a real chain. */
import { JsonRpcProvider, Wallet } from "ethers";
import { expect, onTestFinished, test } from "vitest";
import { fromHex, type Hex } from "../../src/base/bytes.ts";
import { encodeSubmit, reportDigest } from "../../src/report/codec.ts";
import type { Report } from "../../src/report/report.ts";
import { signatureFromFrost } from "../../src/threshold/schnorr.ts";
import { dealKey, signByReference } from "../threshold/dealt.ts";
import { startAnvil } from "./support/anvil.ts";
import { account, CHAIN_ID, deployTestHub, NETWORK_ID } from "./support/network.ts";

const UPDATES = 3;

/** Of the third update of one feed, without what the transaction's bytes cost: a hash or a signature has a zero byte now and then. */
async function executionGas(t: number, n: number): Promise<number> {
  const key = dealKey(n, t);
  const { url } = await startAnvil("--hardfork", "prague");
  const { hub } = await deployTestHub(url, key.group.groupKeyX);
  const provider = new JsonRpcProvider(url, CHAIN_ID, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 20 });
  onTestFinished(() => provider.destroy());
  const wallet = new Wallet(account(1).privateKey, provider);
  const signers = Array.from({ length: t }, (_, i) => i + 1 + (n - t));
  let spent = 0;
  for (let i = 0; i < UPDATES; i++) {
    const pushes = [{ index: 0, status: "ok" as const, value: 6_500_000_000_000n + BigInt(i), confidencePpb: 250_000 }];
    const report: Report = { round: 100 + i, reportTimeMs: Date.now(), leaves: [], pushes };
    const { reference } = signByReference(key, signers, fromHex(reportDigest(NETWORK_ID, report)));
    const data = encodeSubmit(report, signatureFromFrost(reference), NETWORK_ID, key.group.groupKeyX);
    const receipt = (await (await wallet.sendTransaction({ to: hub, data, gasLimit: 200_000 })).wait())!;
    expect(receipt.status).toBe(1);
    spent = Number(receipt.gasUsed) - 21_000 - bytesGas(data);
  }
  return spent;
}

/** EIP-2028 */
function bytesGas(data: Hex): number {
  return fromHex(data).reduce((gas, byte) => gas + (byte === 0 ? 4 : 16), 0);
}

test("three of four and twenty-one of thirty-one cost the same, to the unit", { timeout: 60_000 }, async () => {
  const small = await executionGas(3, 4);
  expect(small).toBeGreaterThan(10_000);
  expect(await executionGas(21, 31)).toBe(small);
});
