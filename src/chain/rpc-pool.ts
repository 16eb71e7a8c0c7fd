/** Several providers as one: who is up, what they agree on, who disagrees. */
import { OracleError } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import type { NamedReply } from "./agreement.ts";
import { agree, agreedHeight } from "./agreement.ts";
import type { RpcReply } from "./rpc-endpoint.ts";
import { RpcEndpoint } from "./rpc-endpoint.ts";
import type { RpcOptions } from "./rpc-options.ts";
import { checkRpcOptions } from "./rpc-options.ts";

export type RpcState = {
  readonly name: string;
  /** `behind` within the tolerance and `lagging` beyond it: both are not asked until they have the agreed block. */
  readonly state: "unknown" | "up" | "behind" | "lagging" | "ahead" | "down";
  readonly headNumber: number | null;
  readonly why: string | null;
};

type Failure = { readonly name: string; readonly why: string };

const MAX_LAG_BLOCKS = 3;

export class RpcPool {
  readonly #quorum: number;
  readonly #chainId: number;
  readonly #maxLagBlocks: number;
  readonly #log: Logger;
  readonly #endpoints: readonly RpcEndpoint[];
  readonly #states = new Map<string, RpcState>();
  readonly #wrongChain = new Set<string>();
  #disagreements = 0;

  /** @throws OracleError `rpc-config` */
  constructor(options: RpcOptions, doors: { readonly log: Logger }) {
    checkRpcOptions(options);
    const { rpcs, quorum, chainId, timeoutMs, maxLagBlocks } = options;
    this.#quorum = quorum;
    this.#chainId = chainId;
    this.#maxLagBlocks = maxLagBlocks ?? MAX_LAG_BLOCKS;
    this.#log = doors.log;
    this.#endpoints = rpcs.map(({ name, url }) => new RpcEndpoint({ name, url, chainId, timeoutMs }));
    for (const { name } of rpcs) this.#states.set(name, { name, state: "unknown", headNumber: null, why: null });
  }

  /**
   * Asks every provider for its chain id; one on another chain is never asked again.
   * @throws OracleError `rpc-quorum-lost` when fewer than `quorum` are left
   */
  async checkChain(): Promise<void> {
    const wanted = `0x${this.#chainId.toString(16)}`;
    const replies = await this.#askAll("eth_chainId", [], this.#endpoints);
    let right = 0;
    for (const { name, reply } of replies) {
      if (reply.kind !== "value") continue;
      if (reply.value === wanted) right++;
      else {
        this.#wrongChain.add(name);
        this.#setState({
          name,
          state: "down",
          headNumber: null,
          why: `chain ${String(reply.value)}, wanted ${wanted}`,
        });
      }
    }
    if (right < this.#quorum) throw this.#quorumLost("eth_chainId", failuresOf(replies));
  }

  /**
   * Asks for the newest block and judges who is up by it.
   * @param heightOf finds the block number in an answer
   * @returns the agreed height, and what the providers at exactly that height answered
   * @throws OracleError `rpc-quorum-lost`
   */
  async newest(
    heightOf: (block: unknown) => number | undefined,
  ): Promise<{ height: number; replies: readonly NamedReply[] }> {
    const replies = await this.#askAll("eth_getBlockByNumber", ["latest", false], this.#usable());
    const heights = new Map<string, number>();
    for (const { name, reply } of replies) {
      const height = reply.kind === "value" ? heightOf(reply.value) : undefined;
      if (height !== undefined) heights.set(name, height);
    }
    const agreed = agreedHeight([...heights.values()], this.#quorum, this.#maxLagBlocks);
    for (const { name, reply } of replies) this.#setState(this.#judge(name, reply, heights.get(name), agreed));
    if (agreed === undefined) throw this.#quorumLost("eth_getBlockByNumber", failuresOf(replies));
    return { height: agreed, replies: replies.filter(({ name }) => heights.get(name) === agreed) };
  }

  /**
   * @param pick reduces an answer to what must be equal, which is also what is returned
   * @throws OracleError `call-reverted` with the revert's `data`, `rpc-quorum-lost`, `rpc-disagreement`
   */
  async read(method: string, params: readonly unknown[], pick: (value: unknown) => unknown = same): Promise<unknown> {
    const asked = this.#usable().filter(({ name }) => {
      const { state } = this.#states.get(name)!;
      return state === "up" || state === "unknown";
    });
    return this.decide(method, await this.#askUntilAgreed(method, params, asked, pick));
  }

  /** The value that `quorum` of the replies share. Throws as `read` does. */
  decide(method: string, replies: readonly NamedReply[]): unknown {
    const { agreed, votes, failed } = agree(replies, this.#quorum);
    if (agreed?.kind === "value") return agreed.value;
    if (agreed?.kind === "revert") {
      throw new OracleError(`call reverted with ${agreed.data}`, { code: "call-reverted", data: agreed.data });
    }
    if (votes.length <= 1) throw this.#quorumLost(method, failed);
    const said = votes.map((vote) => `${vote.names.join(" and ")} say ${vote.text.slice(0, 80)}`).join("; ");
    throw new OracleError(`${method}: no ${this.#quorum} rpcs agree: ${said}`, {
      code: "rpc-disagreement",
      method,
      quorum: this.#quorum,
      votes: votes.map((vote) => ({ names: vote.names, text: vote.text.slice(0, 200) })),
    });
  }

  /** Asks every provider that is on the right chain, and waits for all of them. */
  async broadcast(method: string, params: readonly unknown[]): Promise<readonly NamedReply[]> {
    return await this.#askAll(method, params, this.#usable());
  }

  states(): readonly RpcState[] {
    return [...this.#states.values()];
  }

  /** Reads in which providers gave different answers, ever. */
  disagreements(): number {
    return this.#disagreements;
  }

  close(): void {
    for (const endpoint of this.#endpoints) endpoint.close();
  }

  async #askAll(
    method: string,
    params: readonly unknown[],
    asked: readonly RpcEndpoint[],
  ): Promise<readonly NamedReply[]> {
    return await Promise.all(
      asked.map(async (endpoint) => ({ name: endpoint.name, reply: await endpoint.ask(method, params) })),
    );
  }

  /** Settles as soon as `quorum` gave the same answer; later answers are still compared, for the alert. */
  #askUntilAgreed(
    method: string,
    params: readonly unknown[],
    asked: readonly RpcEndpoint[],
    pick: (value: unknown) => unknown,
  ): Promise<readonly NamedReply[]> {
    const replies: NamedReply[] = [];
    return new Promise((resolve) => {
      if (asked.length === 0) resolve(replies);
      for (const endpoint of asked) {
        void endpoint.ask(method, params).then((raw) => {
          const reply: RpcReply = raw.kind === "value" ? { kind: "value", value: pick(raw.value) } : raw;
          replies.push({ name: endpoint.name, reply });
          const { agreed, votes } = agree(replies, this.#quorum);
          const complete = replies.length === asked.length;
          if (complete && votes.length > 1) this.#noteDisagreement(method, votes);
          if (complete || agreed !== undefined) resolve([...replies]);
        });
      }
    });
  }

  #noteDisagreement(method: string, votes: readonly { text: string; names: readonly string[] }[]): void {
    this.#disagreements++;
    const said = votes.map((vote) => ({ names: vote.names, text: vote.text.slice(0, 200) }));
    this.#log.warn("rpcs disagree", { method, votes: said });
  }

  #usable(): readonly RpcEndpoint[] {
    return this.#endpoints.filter((endpoint) => !this.#wrongChain.has(endpoint.name));
  }

  #judge(name: string, reply: RpcReply, height: number | undefined, agreed: number | undefined): RpcState {
    if (height === undefined) {
      return { name, state: "down", headNumber: null, why: reply.kind === "failed" ? reply.why : "answered no block" };
    }
    if (agreed === undefined) return { name, state: "unknown", headNumber: height, why: `alone at block ${height}` };
    if (height < agreed) {
      const state = agreed - height > this.#maxLagBlocks ? "lagging" : "behind";
      return { name, state, headNumber: height, why: `${agreed - height} blocks behind` };
    }
    if (height > agreed + this.#maxLagBlocks) {
      return { name, state: "ahead", headNumber: height, why: `${height - agreed} blocks ahead of all others` };
    }
    return { name, state: "up", headNumber: height, why: null };
  }

  #setState(next: RpcState): void {
    const before = this.#states.get(next.name)?.state;
    this.#states.set(next.name, next);
    if (before === next.state) return;
    if (next.state === "up" || next.state === "behind") this.#log.debug("rpc changed state", { ...next, before });
    else this.#log.warn("rpc is not usable", { ...next, before });
  }

  #quorumLost(method: string, failed: readonly Failure[]): OracleError {
    const states = this.states();
    const why = [
      ...failed.map((entry) => `${entry.name}: ${entry.why}`),
      ...states
        .filter((state) => state.why !== null && !failed.some((entry) => entry.name === state.name))
        .map((state) => `${state.name} is ${state.state}: ${state.why}`),
    ].join("; ");
    return new OracleError(`${method}: fewer than ${this.#quorum} rpcs gave a usable answer (${why})`, {
      code: "rpc-quorum-lost",
      method,
      quorum: this.#quorum,
      states,
      failed,
    });
  }
}

function failuresOf(replies: readonly NamedReply[]): readonly Failure[] {
  return replies.flatMap(({ name, reply }) => (reply.kind === "failed" ? [{ name, why: reply.why }] : []));
}

function same(value: unknown): unknown {
  return value;
}
