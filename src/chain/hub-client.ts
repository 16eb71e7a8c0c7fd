/** What the hub says, read with the quorum, as values of this program. */
import { Interface } from "ethers";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { loadArtifact } from "./artifacts.ts";
import { decodeAnswers, type HubAnswer } from "./hub-answers.ts";
import { explainRevert } from "./revert.ts";
import type { QuorumRpc } from "./rpc.ts";

export type HubFeed = {
  readonly index: number;
  readonly feedId: Hex;
  readonly definitionDigest: Hex;
  readonly decimals: number;
  readonly heartbeatSec: number;
  /** Whether the hub keeps its last values. */
  readonly history: boolean;
};

export type HubConfiguration = {
  readonly cfg: Hex;
  readonly groupKeyX: Hex;
  readonly configCount: number;
  readonly firstRound: number;
  readonly firstRoundTimeMs: number;
  readonly slotMs: number;
};

export type HubConfigurations = {
  readonly newest: HubConfiguration | undefined;
  readonly previous: HubConfiguration | undefined;
};

type HubReads = Pick<QuorumRpc, "call" | "head">;

/** A question as it is asked, and what was said to it last. */
type Question = { readonly data: Hex; last: { readonly answer: Hex; readonly result: unknown } | null };

/** Questions that are kept: all answers, the configuration, and a few others. */
const QUESTIONS_MAX = 8;
const SELECTOR_DIGITS = 10;
const ZERO_CFG = `0x${"00".repeat(32)}`;

export class HubClient {
  readonly address: Hex;
  readonly #rpc: HubReads;
  readonly #questions = new Map<string, Question>();
  readonly #abi = new Interface(loadArtifact("OracleHub").abi);

  constructor(options: { readonly address: Hex }, doors: { readonly rpc: HubReads }) {
    this.address = options.address;
    this.#rpc = doors.rpc;
  }

  /**
   * Calldata that submits a payload: the payload itself, which the hub takes for less gas than `submit(payload)`. Should
   * a network's payloads ever begin as one of the hub's functions does, one in 10^8, they go through `submit`.
   */
  submitData(payload: Hex): Hex {
    if (this.#abi.getFunction(payload.slice(0, SELECTOR_DIGITS)) === null) return payload;
    return this.#abi.encodeFunctionData("submit", [payload]) as Hex;
  }

  /** @param block default: the agreed newest block */
  async networkId(block?: number): Promise<Hex> {
    return String((await this.#read("networkId", [], block))[0]) as Hex;
  }

  /** Every feed of the hub, by index. */
  async feeds(block?: number): Promise<readonly HubFeed[]> {
    const at = block ?? (await this.#rpc.head()).number;
    const count = Number((await this.#read("feedCount", [], at))[0]);
    const indices = Array.from({ length: count }, (_, index) => index);
    return await Promise.all(
      indices.map(async (index) => {
        const feed = (await this.#read("feedAt", [index], at))[0] as Record<string, unknown>;
        return {
          index,
          feedId: String(feed["feedId"]) as Hex,
          definitionDigest: String(feed["definitionDigest"]) as Hex,
          decimals: Number(feed["decimals"]),
          heartbeatSec: Number(feed["heartbeatSec"]),
          history: feed["history"] === true,
        };
      }),
    );
  }

  /** The newest configuration, valid from its first round on, and the one valid below that; undefined when not set. */
  async configuration(block?: number): Promise<HubConfigurations> {
    const result = await this.#read("configuration", [], block);
    return { newest: toConfiguration(result[0]), previous: toConfiguration(result[1]) };
  }

  /**
   * What no reorganisation takes back any more: the configurations in the newest final block, none where the hub is not final.
   * @param finalNumber of the head, see {@link Head}: below 0 on a young chain
   * @throws OracleError a quorum error
   */
  async finalConfiguration(finalNumber: number): Promise<HubConfigurations> {
    const none = { newest: undefined, previous: undefined };
    if (finalNumber < 0) return none;
    return await this.configuration(finalNumber).catch((error: unknown) => {
      if (error instanceof OracleError && error.code === "hub-absent") return none;
      throw error;
    });
  }

  /** The newest round of any feed in the newest final block. @throws OracleError a quorum error */
  async finalRound(): Promise<number> {
    const { finalNumber } = await this.#rpc.head();
    return Number((await this.#read("latestRound", [], finalNumber))[0]);
  }

  /** @throws OracleError `call-reverted` (an index the hub does not have), `hub-malformed`, or a quorum error */
  async answers(indices: readonly number[], block?: number): Promise<readonly HubAnswer[]> {
    return await this.#ask("answers", [[...indices]], (data) => decodeAnswers(indices, data), block);
  }

  async #read(name: string, args: readonly unknown[], block?: number): Promise<readonly unknown[]> {
    const decode = (data: Hex): readonly unknown[] => [...this.#abi.decodeFunctionResult(name, data)];
    return await this.#ask(name, args, decode, block);
  }

  async #ask<T>(name: string, args: readonly unknown[], decode: (data: Hex) => T, block?: number): Promise<T> {
    const at = block ?? (await this.#rpc.head()).number;
    const question = this.#question(name, args);
    const answer = await this.#rpc.call({ to: this.address, data: question.data }, at).catch((error: unknown) => {
      if (!(error instanceof OracleError) || error.code !== "call-reverted") throw error;
      throw new OracleError(`hub: ${name} reverted: ${explainRevert(error).text}`, { ...error.fields, name }, error);
    });
    if (answer === "0x") {
      throw new OracleError(`there is no hub at ${this.address} in block ${at}`, {
        code: "hub-absent",
        address: this.address,
        block: at,
      });
    }
    // The same question is asked every second, and most of the time nothing has changed.
    if (question.last?.answer === answer) return question.last.result as T;
    const result = decode(answer);
    question.last = { answer, result };
    return result;
  }

  /** The one asked longest ago is forgotten. */
  #question(name: string, args: readonly unknown[]): Question {
    const text = `${name} ${args.join()}`;
    const known = this.#questions.get(text);
    const question = known ?? { data: this.#abi.encodeFunctionData(name, [...args]) as Hex, last: null };
    this.#questions.delete(text);
    this.#questions.set(text, question);
    if (this.#questions.size > QUESTIONS_MAX) this.#questions.delete(this.#questions.keys().next().value!);
    return question;
  }
}

/** A row of the contract; undefined when it is empty. */
export function toConfiguration(value: unknown): HubConfiguration | undefined {
  const row = value as Readonly<Record<string, unknown>>;
  if (row["cfg"] === ZERO_CFG) return undefined;
  return {
    cfg: String(row["cfg"]) as Hex,
    groupKeyX: `0x${BigInt(String(row["groupKeyX"])).toString(16).padStart(64, "0")}`,
    configCount: Number(row["configCount"]),
    firstRound: Number(row["firstRound"]),
    firstRoundTimeMs: Number(row["firstRoundTimeMs"]),
    slotMs: Number(row["slotMs"]),
  };
}
