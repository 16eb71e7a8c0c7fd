/** Whole members over real hosts, in a process of their own, so that what an attack costs them can be read from it. */
import { performance } from "node:perf_hooks";
import { type Clock, silentLogger } from "../../../src/base/ports.ts";
import { loadCurve } from "../../../src/keystore/native-curve.ts";
import { NonceVault } from "../../../src/keystore/nonce-vault.ts";
import { SigningShare } from "../../../src/keystore/signing-share.ts";
import { limitsFor } from "../../../src/network/limits-for.ts";
import { Network } from "../../../src/network/network.ts";
import type { PeerView } from "../../../src/network/peer-view.ts";
import { Oracle } from "../../../src/node/oracle.ts";
import { Signer } from "../../../src/node/signer.ts";
import { isLive } from "../../../src/protocol/phase-slot.ts";
import type { OracleConfig } from "../../../src/protocol/state.ts";
import { slotTimeMs } from "../../../src/protocol/state.ts";
import { keysOf, signAs } from "../../node/support/members.ts";
import { hexOf } from "../../support/protocol.ts";
import type { DealtKey } from "../../threshold/dealt.ts";

/** From the test to the child. */
export type ToChild =
  | {
      readonly kind: "open";
      readonly ids: readonly number[];
      readonly peerIds: readonly string[];
      readonly secrets: ReadonlyMap<number, Uint8Array>;
      readonly key: DealtKey;
      readonly config: OracleConfig;
    }
  | { readonly kind: "go"; readonly firstRoundTimeMs: number; readonly addresses: ReadonlyMap<number, string> }
  /** Begins to count anew. */
  | { readonly kind: "mark" }
  | { readonly kind: "tell" };

/** And back, one for each. */
export type FromChild =
  | { readonly kind: "opened"; readonly addresses: ReadonlyMap<number, string> }
  | { readonly kind: "going" }
  | { readonly kind: "marked" }
  | {
      readonly kind: "told";
      /** Of the whole process since the mark. */
      readonly cpuMs: number;
      readonly wallMs: number;
      readonly heapBytes: number;
      /** From a slot's begin to its report, for each round and member. */
      readonly roundsMs: readonly number[];
      /** Of the first member here. */
      readonly peers: readonly PeerView[];
      readonly refused: Readonly<Record<string, number>>;
    };

type Seat = {
  readonly network: Network;
  readonly begin: (firstRoundTimeMs: number) => void;
  readonly end: () => Promise<void>;
};

const { curve } = await loadCurve();
const clock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const seats = new Map<number, Seat>();
const roundsMs: number[] = [];
let marked = { cpu: process.cpuUsage(), atMs: clock.monotonicMs() };

async function open(id: number, order: Extract<ToChild, { kind: "open" }>): Promise<Seat> {
  const { peerIds, key, config } = order;
  let oracle: Oracle | null = null;
  const network = await Network.start(
    {
      selfId: id,
      listen: ["/ip4/127.0.0.1/tcp/0"],
      members: peerIds.map((peerId, i) => ({ id: i + 1, peerId, addresses: [] })),
      topicPrefix: "tenor/test",
      limits: limitsFor({ members: config.n, slotMs: config.slotMs, feeds: config.rules.length }),
    },
    {
      identity: order.secrets.get(id)!,
      clock,
      log: silentLogger,
      judge: (channel, bytes, fromId) =>
        channel === "evidence" ? "ignore" : (oracle?.receive(channel, bytes, fromId) ?? "ignore"),
      deliver: () => undefined,
      answer: (bytes) => oracle?.answer(bytes) ?? null,
      isHeard: (peer) => oracle !== null && isLive(oracle.state, peer),
    },
  );
  const header = { ceremonyId: hexOf("ceremony"), transcriptHash: hexOf("transcript"), memberId: id, group: key.group };
  const begin = (firstRoundTimeMs: number): void => {
    const share = new SigningShare(header, key.shares.get(id)!.slice());
    const vault = new NonceVault({ share, cfg: config.cfg }, { curve });
    const own: OracleConfig = { ...config, selfId: id, firstRoundTimeMs };
    oracle = new Oracle(
      {
        config: own,
        reservedRound: -1,
        latest: null,
        memberKeys: keysOf(peerIds.map((_, i) => i + 1)),
        remembered: [],
      },
      {
        clock,
        log: silentLogger,
        signing: new Signer({ incarnation: `0x${`0${id}`.repeat(16)}`, group: key.group }, { vault, curve }),
        signEnvelope: signAs(id),
        peers: {
          publish: (topic, bytes) => network.publish(topic, bytes),
          send: (toId, bytes, tag) => network.send(toId, bytes, tag),
          request: (toId, bytes, timeoutMs) => network.request(toId, bytes, timeoutMs),
          roundTripsMs: () => network.peers().map(({ rttMs }) => rttMs),
        },
        evidence: { accused: () => undefined },
        disk: { reserve: () => undefined },
        market: {
          observe: () => config.rules.map(({ index }) => 1_000_000n * BigInt(index + 1) + BigInt(id)),
          prepare: () => undefined,
        },
        sink: { published: ({ report }) => void roundsMs.push(clock.nowMs() - slotTimeMs(own, report.round)) },
        watcher: { heard: () => undefined, stepped: () => undefined, noted: () => undefined, refused: () => undefined },
      },
    );
    oracle.start();
  };
  const end = async (): Promise<void> => {
    oracle?.stop();
    await network.stop();
  };
  return { network, begin, end };
}

async function obey(order: ToChild): Promise<FromChild> {
  switch (order.kind) {
    case "open":
      await Promise.all([...seats.values()].map((seat) => seat.end()));
      seats.clear();
      for (const id of order.ids) seats.set(id, await open(id, order));
      return {
        kind: "opened",
        addresses: new Map([...seats].map(([id, { network }]) => [id, network.addresses()[0]!])),
      };
    case "go":
      for (const [id, { network, begin }] of seats) {
        for (const [other, address] of order.addresses) if (other !== id) network.setAddresses(other, [address]);
        begin(order.firstRoundTimeMs);
      }
      return { kind: "going" };
    case "mark":
      roundsMs.length = 0;
      marked = { cpu: process.cpuUsage(), atMs: clock.monotonicMs() };
      return { kind: "marked" };
    case "tell": {
      const { user, system } = process.cpuUsage(marked.cpu);
      const [{ network }] = seats.values() as unknown as [Seat];
      return {
        kind: "told",
        cpuMs: (user + system) / 1_000,
        wallMs: clock.monotonicMs() - marked.atMs,
        heapBytes: process.memoryUsage().rss,
        roundsMs: [...roundsMs],
        peers: network.peers(),
        refused: network.faults().refused,
      };
    }
  }
}

process.on("message", (order: ToChild) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      throw error;
    },
  );
});
