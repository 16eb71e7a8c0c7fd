/**
 * What a consumer contract makes of bad answers. Its views are called as they are, and then with the feeds they read spoilt one way after the
 * other, by overriding the hub's storage for that one call: nothing is sent and nothing changes on chain.
 */
import { Contract, JsonRpcProvider } from "ethers";
import type { Hex } from "../base/bytes.ts";
import { OracleError, reasonOf } from "../base/errors.ts";
import { loadArtifact } from "./artifacts.ts";
import { FAULTS, type Fault, feedIndexAt, hasValue } from "./feed-slot.ts";
import { fieldOf } from "./wire.ts";

export type AuditOptions = {
  readonly rpcUrl: string;
  readonly hub: Hex;
  readonly consumer: Hex;
  /** Calldata of views to judge; empty: every view without arguments that the bytecode shows and that reads a feed. */
  readonly calls: readonly Hex[];
  /** Who asks: some views answer only certain accounts. */
  readonly from?: Hex;
};

/**
 * `refused`: it reverts. `zero`: it answers zero, which its callers have to know. `otherwise`: it answers something else, such as a fallback.
 * `unnoticed`: it answers as if nothing were wrong.
 */
export type Outcome = "refused" | "zero" | "otherwise" | "unnoticed";

export type Finding = { readonly fault: Fault["name"]; readonly outcome: Outcome; readonly isGuarded: boolean };

export type AuditedCall = {
  readonly call: Hex;
  readonly feedIndex: number;
  readonly answer: Hex;
  readonly findings: readonly Finding[];
};

type Slot = { readonly key: Hex; readonly word: bigint; readonly index: number };

/** PUSH4 of a selector, and what dispatchers do with it next: EQ, or DUP and EQ or GT. */
const SELECTOR_PUSH = /63([0-9a-f]{8})(?=14|8114|8011|8111|1461)/g;
const SELECTORS_MAX = 256;

/** @throws OracleError `no-contract`, `not-a-hub`, `audit-unsupported` (the RPC), `nothing-to-audit` */
export async function auditConsumer(options: AuditOptions): Promise<readonly AuditedCall[]> {
  const provider = new JsonRpcProvider(options.rpcUrl, undefined, { batchMaxCount: 1 });
  try {
    return await new Audit(options, provider).run();
  } finally {
    provider.destroy();
  }
}

class Audit {
  readonly #options: AuditOptions;
  readonly #provider: JsonRpcProvider;

  constructor(options: AuditOptions, provider: JsonRpcProvider) {
    this.#options = options;
    this.#provider = provider;
  }

  async run(): Promise<readonly AuditedCall[]> {
    const { consumer } = this.#options;
    const code = await this.#provider.getCode(consumer);
    if (code === "0x") throw new OracleError(`no contract at ${consumer}`, { code: "no-contract", consumer });
    await this.#checkHub();
    const calls = this.#options.calls.length > 0 ? this.#options.calls : selectorsIn(code);
    const audited: AuditedCall[] = [];
    for (const call of calls) audited.push(...(await this.#auditCall(call)));
    if (audited.length > 0) return audited;
    throw new OracleError(
      `none of ${calls.length} views of ${consumer} answers and reads a feed of ${this.#options.hub} that has a slot of its own; name one with its arguments`,
      { code: "nothing-to-audit", consumer, calls: calls.length },
    );
  }

  async #checkHub(): Promise<void> {
    const { hub } = this.#options;
    try {
      await new Contract(hub, loadArtifact("OracleHub").abi, this.#provider).getFunction("feedCount").staticCall();
    } catch (error) {
      throw new OracleError(`${hub} does not answer like a hub: ${reasonOf(error)}`, { code: "not-a-hub", hub }, error);
    }
  }

  async #auditCall(call: Hex): Promise<readonly AuditedCall[]> {
    const healthy = await this.#call(call, []);
    if (healthy === null) return [];
    const slots = await this.#feedSlots(call);
    const audited: AuditedCall[] = [];
    for (const slot of slots) {
      const findings: Finding[] = [];
      for (const fault of FAULTS) {
        const spoilt = fault.spoil(slot.word, BigInt(Math.floor(Date.now() / 1_000)));
        const answer = await this.#call(call, [{ ...slot, word: spoilt }]);
        const outcome = outcomeOf(healthy, answer);
        // A view that says of a bad price what it says of a good one has no guard; one that passes a bad value on has none either.
        const isGuarded = fault.changesValue ? outcome === "refused" || outcome === "zero" : outcome !== "unnoticed";
        findings.push({ fault: fault.name, outcome, isGuarded });
      }
      audited.push({ call, feedIndex: slot.index, answer: healthy, findings });
    }
    return audited;
  }

  /** The feeds that a call reads, by the storage that it touches. */
  async #feedSlots(call: Hex): Promise<readonly Slot[]> {
    const { hub, consumer, from } = this.#options;
    let list: unknown;
    try {
      list = await this.#provider.send("eth_createAccessList", [{ to: consumer, data: call, from }, "latest"]);
    } catch (error) {
      throw new OracleError(
        `the RPC makes no access lists: ${reasonOf(error)}`,
        { code: "audit-unsupported", method: "eth_createAccessList" },
        error,
      );
    }
    const touched = fieldOf(list, "accessList");
    const rows = Array.isArray(touched) ? (touched as readonly unknown[]) : [];
    const keys = rows
      .filter((row) => String(fieldOf(row, "address")).toLowerCase() === hub.toLowerCase())
      .flatMap((row) => fieldOf(row, "storageKeys") as readonly Hex[]);
    const slots: Slot[] = [];
    for (const key of keys) {
      const index = feedIndexAt(BigInt(key));
      if (index === null) continue;
      const word = BigInt(await this.#provider.getStorage(hub, key));
      if (hasValue(word)) slots.push({ key, word, index });
    }
    return slots;
  }

  /** Null when it reverts. */
  async #call(data: Hex, spoilt: readonly Slot[]): Promise<Hex | null> {
    const { hub, consumer, from } = this.#options;
    const stateDiff = Object.fromEntries(spoilt.map(({ key, word }) => [key, wordHex(word)]));
    const overrides = spoilt.length === 0 ? [] : [{ [hub]: { stateDiff } }];
    try {
      const answer = (await this.#provider.send("eth_call", [
        { to: consumer, data, from },
        "latest",
        ...overrides,
      ])) as Hex;
      return answer === "0x" ? null : answer;
    } catch (error) {
      if (isRevert(error)) return null;
      throw new OracleError(
        `the RPC refuses a call with changed storage: ${reasonOf(error)}`,
        { code: "audit-unsupported", method: "eth_call" },
        error,
      );
    }
  }
}

/** Selectors that the bytecode compares calldata with. What else looks like one does no harm: its call reverts. */
export function selectorsIn(code: string): readonly Hex[] {
  const found = [...code.toLowerCase().matchAll(SELECTOR_PUSH)].map(([, selector]): Hex => `0x${selector!}`);
  return [...new Set(found)].slice(0, SELECTORS_MAX);
}

function outcomeOf(healthy: Hex, answer: Hex | null): Outcome {
  if (answer === null) return "refused";
  if (/^0x0*$/.test(answer)) return "zero";
  return answer === healthy ? "unnoticed" : "otherwise";
}

function wordHex(word: bigint): Hex {
  return `0x${word.toString(16).padStart(64, "0")}`;
}

function isRevert(error: unknown): boolean {
  const code = fieldOf(error, "code");
  const inner = fieldOf(fieldOf(error, "error"), "code");
  return code === "CALL_EXCEPTION" || inner === 3 || /revert/i.test(reasonOf(error));
}
