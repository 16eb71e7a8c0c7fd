/**
 * Carries what a signed report proves to the contracts that wait for it: whole surfaces, expiry prices, and to a hub what its
 * chain missed; and beats the logs of block gaps. Anybody may; the contracts believe the signature alone, so a carrier is trusted
 * with nothing.
 */
import { Contract, type ContractTransactionResponse, isError, type Signer } from "ethers";
import type { Hex } from "../base/bytes.ts";
import { toHex } from "../base/bytes.ts";
import { encodeProof } from "../report/proof.ts";
import { encodeSurfaceUpdate } from "../report/surface-update.ts";
import type { FeedState, GroupSignature, Report } from "../report/report.ts";
import { loadArtifact } from "./artifacts.ts";
import { HeldPrices } from "./held-prices.ts";
import { explainRevert } from "./revert.ts";

export type CarrierOptions = {
  readonly hub: Hex;
  readonly surfaces: readonly Hex[];
  readonly settlements: readonly Hex[];
  /** BlockGapLogs, which take a chain for stopped when nobody beats. */
  readonly gapLogs: readonly Hex[];
  /** A hub lacks a publication when it is so many rounds old and not there: before that the transmitters are on it. */
  readonly missedAfterRounds: number;
  /** How long a transaction may take to be mined before the next thing is looked at. */
  readonly minedWithinMs: number;
};

export type Network = { readonly networkId: Hex; readonly groupKeyX: Hex };

/**
 * One thing that was tried. `hash` is null where it was not sent, `refused` null where it landed, and both are told where it
 * failed on chain or is still on its way: then it is not sent again before it has landed or the RPC knows it no more.
 */
export type Carried = {
  readonly what: string;
  readonly to: Hex;
  readonly hash: string | null;
  readonly gasUsed: number | null;
  readonly refused: string | null;
};

const SETTLEMENT_OPEN = 0n;
const SETTLEMENT_FINAL = 2n;
/** A surface is carried when half of the age that its readers allow is gone, if nothing was published before that. */
const SURFACE_AGE_PART = 0.5;
/** A log is beaten when this part of the gap that it allows is over. Lower: more gas. Higher: a busy chain looks stopped. */
const BEAT_AT_PART = 0.4;

type Surface = { readonly address: Hex; readonly contract: Contract; readonly feedId: Hex; readonly maxAgeMs: number };
type Settlement = {
  readonly address: Hex;
  readonly contract: Contract;
  readonly held: HeldPrices;
};
type Errand = {
  readonly what: string;
  readonly to: Hex;
  readonly contract: Contract;
  readonly method: "update" | "settle" | "submitProven" | "beat";
  readonly args: readonly string[];
  /** Hears the name of the contract's error. */
  readonly refused?: (why: string) => void;
};
type UnderWay = { readonly sent: ContractTransactionResponse; readonly method: Errand["method"] };

export class Carrier {
  readonly #options: CarrierOptions;
  readonly #signer: Signer;
  readonly #hub: Contract;
  readonly #settlements: readonly Settlement[];
  readonly #gapLogs: readonly { readonly address: Hex; readonly contract: Contract }[];
  #surfaces: readonly Surface[] | null = null;
  /** Transactions that were not mined in time, by what they carry and where. */
  readonly #underWay = new Map<string, UnderWay>();

  constructor(options: CarrierOptions, doors: { readonly signer: Signer }) {
    this.#options = options;
    this.#signer = doors.signer;
    this.#hub = new Contract(options.hub, loadArtifact("OracleHub").abi, doors.signer);
    const settlement = loadArtifact("Settlement").abi;
    this.#settlements = options.settlements.map((address) => ({
      address,
      contract: new Contract(address, settlement, doors.signer),
      held: new HeldPrices(),
    }));
    const gapLog = loadArtifact("BlockGapLog").abi;
    this.#gapLogs = options.gapLogs.map((address) => ({
      address,
      contract: new Contract(address, gapLog, doors.signer),
    }));
  }

  /** Beats the logs whose gap is about to be one. It needs no report, only a chain that goes on. */
  async beat(): Promise<readonly Carried[]> {
    const carried: Carried[] = [];
    if (this.#gapLogs.length === 0) return carried;
    const block = await this.#signer.provider?.getBlock("latest");
    // A chain without transactions may have no blocks either: then this machine's clock says that it is time.
    const nowSec = Math.max(block?.timestamp ?? 0, Date.now() / 1_000);
    for (const { address: to, contract } of this.#gapLogs) {
      const gapMaxSec = Number((await contract.getFunction("gapMaxSec").staticCall()) as bigint);
      const [, , , lastSec] = (await contract.getFunction("latestRoundData").staticCall()) as readonly bigint[];
      if (nowSec - Number(lastSec) < BEAT_AT_PART * gapMaxSec) continue;
      carried.push(await this.#run({ what: "beat", to, contract, method: "beat", args: [] }));
    }
    return carried;
  }

  /** The hub's network under its newest key and under the one before, which signs until the newest one's first round. */
  async networks(): Promise<readonly Network[]> {
    const networkId = (await this.#hub.getFunction("networkId").staticCall()) as Hex;
    const rows = (await this.#hub.getFunction("configuration").staticCall()) as readonly { groupKeyX: bigint }[];
    return rows
      .filter(({ groupKeyX }) => groupKeyX !== 0n)
      .map(({ groupKeyX }) => ({ networkId, groupKeyX: `0x${groupKeyX.toString(16).padStart(64, "0")}` }));
  }

  /**
   * Sends what the contracts lack, one transaction after the other, each mined before the next.
   * @param report verified against `network`
   */
  async carry(report: Report, signature: GroupSignature, network: Network): Promise<readonly Carried[]> {
    const prove = (feedIds: readonly Hex[]): Hex =>
      toHex(encodeProof(report, signature, network.networkId, network.groupKeyX, feedIds));
    const errands = [
      ...(await this.#surfaceErrands(report, prove)),
      ...(await this.#settlementErrands(report, prove)),
      ...(await this.#missedErrands(report, prove)),
    ];
    const due = new Set(errands.map(nameOf));
    // What is not due any more has landed, or somebody else was first.
    for (const [name, { method }] of this.#underWay) {
      if (method !== "beat" && !due.has(name)) this.#underWay.delete(name);
    }
    const carried: Carried[] = [];
    for (const errand of errands) carried.push(await this.#run(errand));
    return carried;
  }

  async #surfaceErrands(report: Report, prove: (ids: readonly Hex[]) => Hex): Promise<readonly Errand[]> {
    const errands: Errand[] = [];
    this.#surfaces ??= await Promise.all(this.#options.surfaces.map(async (address) => await this.#surfaceAt(address)));
    for (const { address: to, contract, feedId, maxAgeMs } of this.#surfaces) {
      const leaf = leafOf(report, feedId);
      if (leaf?.detail?.kind !== "surface" || leaf.status !== "ok") continue;
      const [timeMs] = (await contract.getFunction("state").staticCall()) as readonly [bigint];
      const storedMs = Number(timeMs);
      if (leaf.timeMs <= storedMs) continue;
      const isOld = leaf.timeMs - storedMs >= SURFACE_AGE_PART * maxAgeMs;
      const wasPublished =
        leaf.pubTimeMs > storedMs || leaf.detail.published.some((slice) => slice.fitTimeMs > storedMs);
      if (!isOld && !wasPublished) continue;
      const args = [prove([feedId]), encodeSurfaceUpdate(leaf.detail)];
      errands.push({ what: `surface of round ${leaf.detail.gridRound}`, to, contract, method: "update", args });
    }
    return errands;
  }

  async #surfaceAt(address: Hex): Promise<Surface> {
    const contract = new Contract(address, loadArtifact("VolSurface").abi, this.#signer);
    const feedId = (await contract.getFunction("feedId").staticCall()) as Hex;
    const maxAgeSec = (await contract.getFunction("maxAgeSec").staticCall()) as bigint;
    return { address, contract, feedId, maxAgeMs: Number(maxAgeSec) * 1_000 };
  }

  async #settlementErrands(report: Report, prove: (ids: readonly Hex[]) => Hex): Promise<readonly Errand[]> {
    const errands: Errand[] = [];
    for (const { address: to, contract, held } of this.#settlements) {
      held.note(report.leaves, prove);
      for (const price of held.all()) {
        const { feedId, expirySec, expiryMs } = price;
        const [state] = (await contract.getFunction("settlementOf").staticCall(feedId, expirySec)) as readonly [bigint];
        if (state === SETTLEMENT_FINAL) held.close(price);
        // Until it is final it may be voided, and then a later report has to be brought.
        if (state !== SETTLEMENT_OPEN) continue;
        const what = `price at ${new Date(expiryMs).toISOString()}`;
        const refused = (why: string): void => {
          if (why === "NotNewerThanVoided") held.drop(price);
        };
        errands.push({ what, to, contract, method: "settle", args: price.args(), refused });
      }
    }
    return errands;
  }

  async #missedErrands(report: Report, prove: (ids: readonly Hex[]) => Hex): Promise<readonly Errand[]> {
    const old = report.leaves.filter(
      ({ pubRound }) => pubRound > 0 && report.round - pubRound >= this.#options.missedAfterRounds,
    );
    if (old.length === 0) return [];
    const missed: Hex[] = [];
    for (const { feedId, pubRound } of old) {
      const index = await this.#indexOf(feedId);
      if (index === null) continue;
      const answer = (await this.#hub.getFunction("answerAt").staticCall(index)) as { round: bigint };
      if (Number(answer.round) < pubRound) missed.push(feedId);
    }
    if (missed.length === 0) return [];
    const what = `${missed.length} missed ${missed.length === 1 ? "publication" : "publications"}`;
    return [{ what, to: this.#options.hub, contract: this.#hub, method: "submitProven", args: [prove(missed)] }];
  }

  /** Null for a feed that this chain's hub does not list. */
  async #indexOf(feedId: Hex): Promise<number | null> {
    try {
      return Number(await this.#hub.getFunction("indexOf").staticCall(feedId));
    } catch {
      return null;
    }
  }

  async #run(errand: Errand): Promise<Carried> {
    const { what, to, contract, method, args, refused } = errand;
    const name = nameOf(errand);
    let sent: ContractTransactionResponse | null = null;
    try {
      sent = (await this.#stillUnderWay(name)) ?? (await contract.getFunction(method).send(...args));
      this.#underWay.set(name, { sent, method });
      const receipt = await sent.wait(1, this.#options.minedWithinMs);
      this.#underWay.delete(name);
      return { what, to, hash: sent.hash, gasUsed: Number(receipt?.gasUsed ?? 0), refused: null };
    } catch (error) {
      const hash = sent?.hash ?? null;
      const late = `not mined within ${this.#options.minedWithinMs / 1_000} s`;
      if (isError(error, "TIMEOUT") && hash !== null) return { what, to, hash, gasUsed: null, refused: late };
      const { name: why, text } = explainRevert(error);
      // These end it. A lost answer of the RPC says nothing of what was sent.
      const isOver = isError(error, "CALL_EXCEPTION") || isError(error, "TRANSACTION_REPLACED");
      if (isOver) this.#underWay.delete(name);
      refused?.(why);
      return { what, to, hash, gasUsed: null, refused: text };
    }
  }

  /** What was sent before and has not failed, or null when the RPC has forgotten it. */
  async #stillUnderWay(name: string): Promise<ContractTransactionResponse | null> {
    const { sent } = this.#underWay.get(name) ?? {};
    if (sent === undefined) return null;
    const isKnown = (await sent.provider.getTransaction(sent.hash)) !== null;
    if (!isKnown) this.#underWay.delete(name);
    return isKnown ? sent : null;
  }
}

function nameOf({ to, method, what }: Errand): string {
  return `${to} ${method} ${what}`;
}

function leafOf(report: Report, feedId: Hex): FeedState | undefined {
  return report.leaves.find((leaf) => leaf.feedId === feedId);
}
