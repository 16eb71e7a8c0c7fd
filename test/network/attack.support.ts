/** A committee of four in which the fourth is raw libp2p with a member's identity: two processes of honest members and an attacker here. */
import "../../src/network/promise-with-resolvers.ts";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { generateKeyPairFromSeed } from "@libp2p/crypto/keys";
import type { Connection, Libp2p, MessageStream } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import { concatBytes, fromHex } from "../../src/base/bytes.ts";
import { peerIdFromPublicKey } from "../../src/network/identity.ts";
import type { OracleConfig } from "../../src/protocol/state.ts";
import { identityOf } from "../node/support/members.ts";
import { configOf } from "../support/protocol.ts";
import { dealKey } from "../threshold/dealt.ts";
import type { FromChild, ToChild } from "./support/member-child.ts";

const CHILD = fileURLToPath(new URL("./support/member-child.ts", import.meta.url));
const LOADER = new URL("../store/support/typescript.mjs", import.meta.url).href;
const IDS = [1, 2, 3, 4] as const;
const VICTIM = 1;
const ATTACKER = 4;
export const SLOT_MS = 500;

type Told = Extract<FromChild, { kind: "told" }>;

/** A seed of one byte, as the envelope keys of the tests have it: one identity signs and connects. */
export function secretOf(id: number): Uint8Array {
  return concatBytes(new Uint8Array(32).fill(id), fromHex(identityOf(id)));
}

/** @param onWire is given what lies under the multiplexer of each connection, to write to it what no multiplexer would */
async function rawHost(seed: Uint8Array, onWire: (wire: MessageStream) => void): Promise<Libp2p> {
  const multiplexer = yamux({ enableKeepAlive: false, maxOutboundStreams: 100_000 });
  return await createLibp2p({
    privateKey: await generateKeyPairFromSeed("Ed25519", seed),
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [
      () => {
        const inner = multiplexer();
        return {
          protocol: inner.protocol,
          createStreamMuxer: (wire) => {
            onWire(wire);
            return inner.createStreamMuxer(wire);
          },
        };
      },
    ],
    connectionMonitor: { enabled: false },
    connectionManager: { reconnectRetries: 0 },
  });
}

class MembersProcess {
  readonly #process: ChildProcess;

  constructor() {
    this.#process = fork(CHILD, { execArgv: ["--import", LOADER], serialization: "advanced", stdio: "inherit" });
  }

  async tell<Kind extends FromChild["kind"]>(
    order: ToChild,
    answer: Kind,
  ): Promise<Extract<FromChild, { kind: Kind }>> {
    this.#process.send(order);
    const [said] = (await once(this.#process, "message")) as [FromChild];
    if (said.kind !== answer) throw new Error(`expected ${answer}, heard ${said.kind}`);
    return said as Extract<FromChild, { kind: Kind }>;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const closed = once(this.#process, "close");
    this.#process.kill("SIGKILL");
    await closed;
  }
}

/** What an attacker has to attack with. */
export type Attacker = {
  readonly config: OracleConfig;
  readonly host: Libp2p;
  readonly victim: string;
  readonly firstRoundTimeMs: number;
  /** A raw host under an identity that no configuration names. */
  stranger(): Promise<Libp2p>;
  /** A connection to the victim, the present one or a new one; null while it lets nobody in. */
  line(): Promise<Connection | null>;
  /** What lies under the multiplexer of the newest connection; null without one. */
  wire(): Promise<MessageStream | null>;
  readonly until: AbortSignal;
};

export type Attack = (attacker: Attacker) => Promise<void>;

export type Measured = {
  /** Of a core, in percent, beyond the same time before the attack. */
  readonly cpuPercent: number;
  readonly before: {
    readonly cpuPercent: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly rounds: number;
  };
  readonly during: {
    readonly cpuPercent: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly rounds: number;
  };
  readonly heapGrownBytes: number;
  /** What the victim holds against members that did nothing. */
  readonly honestOffences: number;
  readonly attackerView: Told["peers"][number];
  readonly refused: Told["refused"];
};

function summary(victim: Told, rounds: readonly number[]): Measured["before"] {
  const sorted = [...rounds].sort((a, b) => a - b);
  const at = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
  return {
    cpuPercent: (100 * victim.cpuMs) / victim.wallMs,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    rounds: victim.roundsMs.length,
  };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Siege {
  readonly #victim = new MembersProcess();
  readonly #others = new MembersProcess();
  #hosts: Libp2p[] = [];
  #address = "";
  readonly config = configOf({ slotMs: SLOT_MS });
  #firstRoundTimeMs = 0;

  /** Begins with hosts that know of no attack; may be called again. */
  async start(): Promise<void> {
    const peerIds = IDS.map((id) => peerIdFromPublicKey(identityOf(id)));
    const secrets = new Map(IDS.map((id) => [id, secretOf(id)] as const));
    const order = { kind: "open", peerIds, secrets, key: dealKey(4, 3), config: this.config } as const;
    const [victim, others] = await Promise.all([
      this.#victim.tell({ ...order, ids: [VICTIM] }, "opened"),
      this.#others.tell({ ...order, ids: [2, 3] }, "opened"),
    ]);
    const addresses = new Map([...victim.addresses, ...others.addresses]);
    this.#address = victim.addresses.get(VICTIM)!;
    this.#firstRoundTimeMs = Date.now() + 1_500;
    const go = { kind: "go", addresses, firstRoundTimeMs: this.#firstRoundTimeMs } as const;
    await Promise.all([this.#victim.tell(go, "going"), this.#others.tell(go, "going")]);
    // Some rounds with which every host warms up.
    await sleep(1_500 + 4 * SLOT_MS);
  }

  async #measure(forMs: number): Promise<{ victim: Told; rounds: readonly number[] }> {
    await Promise.all([this.#victim.tell({ kind: "mark" }, "marked"), this.#others.tell({ kind: "mark" }, "marked")]);
    await sleep(forMs);
    const [victim, others] = await Promise.all([
      this.#victim.tell({ kind: "tell" }, "told"),
      this.#others.tell({ kind: "tell" }, "told"),
    ]);
    return { victim, rounds: [...victim.roundsMs, ...others.roundsMs] };
  }

  async measure(attack: Attack, forMs: number): Promise<Measured> {
    const calm = await this.#measure(forMs);
    let wire: MessageStream | null = null;
    const host = await rawHost(secretOf(ATTACKER).slice(0, 32), (made) => void (wire = made));
    this.#hosts.push(host);
    const stop = new AbortController();
    let line: Connection | null = null;
    const lineNow = async (): Promise<Connection | null> => {
      if (line?.status === "open") return line;
      wire = null;
      try {
        line = await host.dial(multiaddr(this.#address), { signal: AbortSignal.timeout(2_000) });
      } catch {
        line = null;
      }
      return line;
    };
    const attacking = attack({
      config: this.config,
      host,
      victim: this.#address,
      firstRoundTimeMs: this.#firstRoundTimeMs,
      until: stop.signal,
      stranger: async () => {
        const stranger = await rawHost(crypto.getRandomValues(new Uint8Array(32)), () => undefined);
        this.#hosts.push(stranger);
        return stranger;
      },
      line: lineNow,
      wire: async () => ((await lineNow()) === null ? null : wire),
    });
    const stormy = await this.#measure(forMs);
    stop.abort();
    await attacking;
    await host.stop();
    const before = summary(calm.victim, calm.rounds);
    const during = summary(stormy.victim, stormy.rounds);
    return {
      cpuPercent: during.cpuPercent - before.cpuPercent,
      before,
      during,
      heapGrownBytes: stormy.victim.heapBytes - calm.victim.heapBytes,
      honestOffences: stormy.victim.peers
        .filter(({ id }) => id !== ATTACKER)
        .flatMap(({ offences }) => Object.values(offences))
        .reduce((sum, count) => sum + count, 0),
      attackerView: stormy.victim.peers.find(({ id }) => id === ATTACKER)!,
      refused: stormy.victim.refused,
    };
  }

  async stop(): Promise<void> {
    for (const host of this.#hosts.splice(0)) await host.stop();
    await Promise.all([this.#victim.end(), this.#others.end()]);
  }
}
