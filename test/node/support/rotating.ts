/**
 * Operators whose nodes go from one configuration to the next: real machines, keystores, stores and signatures, two of them
 * beside each other in each node. The wire and the hub's word are the test's. Runs under fake timers.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { asciiBytes, type Hex } from "../../../src/base/bytes.ts";
import type { HubConfiguration, HubConfigurations } from "../../../src/chain/hub-client.ts";
import type { Publication } from "../../../src/chain/outbox-rows.ts";
import { createKeystore, type Keystore } from "../../../src/keystore/keystore.ts";
import { loadCurve } from "../../../src/keystore/native-curve.ts";
import { SigningShare } from "../../../src/keystore/signing-share.ts";
import { cfgOf, setupOf } from "../../../src/node/activation.ts";
import { DIRECT_ENVELOPE } from "../../../src/node/ceremony-driver.ts";
import { Household } from "../../../src/node/household.ts";
import { systemClock } from "../../../src/node/clock.ts";
import { Configurations } from "../../../src/node/configurations.ts";
import type { Channel } from "../../../src/network/inbox.ts";
import type { NetworkFacts } from "../../../src/node/network-file.ts";
import { PublishedLog } from "../../../src/node/published-log.ts";
import { decodeHeader } from "../../../src/protocol/encoding.ts";
import { byzantineMax, signingThreshold } from "../../../src/protocol/quorum.ts";
import { keccakHex } from "../../../src/base/keccak.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { Metrics } from "../../../src/telemetry/metrics.ts";
import { ceremonyIdOf } from "../../../src/threshold/ceremony-setup.ts";
import type { SigningCurve } from "../../../src/threshold/signing-curve.ts";
import { feedRule, hexOf, T0 } from "../../support/protocol.ts";
import { type DealtKey, dealKey } from "../../threshold/dealt.ts";
import { type Line, notebook } from "./members.ts";

const WIRE_MS = 2;
export const SLOT_MS = 1_000;

/** Keystores cost a second each: made once for all tests of a file. */
export class People {
  readonly keystores: readonly Keystore[];
  readonly curve: SigningCurve;
  readonly #dir: string;

  private constructor(keystores: readonly Keystore[], curve: SigningCurve, dir: string) {
    this.keystores = keystores;
    this.curve = curve;
    this.#dir = dir;
  }

  static async of(count: number): Promise<People> {
    const dir = mkdtempSync(join(tmpdir(), "tenor-rotating-"));
    const names = Array.from({ length: count }, (_, i) => join(dir, `keys${i}`));
    const keystores = await Promise.all(
      names.map(async (name) => await createKeystore({ dir: name, passphrase: asciiBytes("a passphrase") })),
    );
    return new People(keystores, (await loadCurve()).curve, dir);
  }

  end(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** Somebody's words on the wire. */
export type Said = { readonly cfg: Hex; readonly type: string; readonly round: number; readonly who: number };

export class Operator {
  readonly who: number;
  readonly keystore: Keystore;
  readonly store: Store;
  readonly configurations: Configurations;
  readonly lines: readonly Line[];
  readonly offered: Publication[] = [];
  /** Peers that are let in, by their number here. */
  readonly peers = new Map<number, string>();
  #nextLine = 1;

  constructor(world: World, who: number, own: NetworkFacts, keystore: Keystore, storePath: string) {
    this.who = who;
    this.keystore = keystore;
    this.store = openStore({ path: storePath });
    const { log, lines } = notebook();
    this.lines = lines;
    this.configurations = new Configurations(own, {
      keystore,
      curve: world.people.curve,
      store: this.store,
      trouble: null,
      household: new Household({ keystore }),
      network: {
        publish: (topic, bytes) => {
          for (const peerId of this.peers.values()) world.carry(this, peerId, topic, bytes);
        },
        send: (line, bytes) => world.carry(this, this.peers.get(line)!, "direct", bytes),
        request: async (line, bytes) => {
          const peer = world.at(this.peers.get(line)!);
          await new Promise((resolve) => setTimeout(resolve, 2 * WIRE_MS));
          return peer?.configurations.answer(bytes) ?? null;
        },
        rttMs: () => null,
        peers: () => [...this.peers.keys()].map((id) => ({ id, slowTripMs: null })),
        membership: {
          admit: (peerId) => {
            const known = [...this.peers].find(([, held]) => held === peerId);
            if (known !== undefined) return known[0];
            this.peers.set(this.#nextLine, peerId);
            return this.#nextLine++;
          },
          dismiss: (line) => void this.peers.delete(line),
        },
      },
      desk: { serve: () => undefined, offer: (publication) => void this.offered.push(publication) },
      eye: { observe: () => [1_000_000n + BigInt(who), 2_000_000n + BigInt(who)], prepare: () => undefined },
      published: new PublishedLog(),
      metrics: new Metrics(),
      clock: systemClock,
      log,
      view: { changed: () => undefined },
      finalRound: () => Promise.resolve(0),
      onActive: () => undefined,
    });
  }

  lineOf(peerId: string): number | undefined {
    return [...this.peers].find(([, held]) => held === peerId)?.[0];
  }

  async stop(): Promise<void> {
    this.configurations.stop();
    this.store.close();
  }
}

export class World {
  readonly operators = new Map<string, Operator>();
  readonly said: Said[] = [];
  readonly people: People;
  readonly #dir = mkdtempSync(join(tmpdir(), "tenor-world-"));
  readonly #networkId = keccakHex(asciiBytes(this.#dir));
  readonly #keys = new Map<Hex, { readonly key: DealtKey; readonly transcriptHash: Hex }>();

  constructor(people: People) {
    this.people = people;
  }

  at(peerId: string): Operator | undefined {
    return this.operators.get(peerId);
  }

  operator(who: number): Operator {
    return this.operators.get(this.people.keystores[who]!.peerId())!;
  }

  /** A configuration of these people, ids by their order, and a key dealt to them, or the shares of an earlier one again. */
  configuration(configCount: number, people: readonly number[], keyOf?: NetworkFacts): NetworkFacts {
    const n = people.length;
    const rules = [feedRule(0, { heartbeatMs: 2_000 }), feedRule(1, { heartbeatMs: 2_000 })];
    const facts: NetworkFacts = {
      name: "world",
      networkId: this.#networkId,
      configCount,
      kind: "ceremony",
      previous: null,
      slotMs: SLOT_MS,
      chainId: 31_337,
      hub: `0x${"00".repeat(20)}`,
      members: people.map((who, i) => {
        const { observer, transmitter } = this.people.keystores[who]!.publicIdentity();
        return { id: i + 1, peerId: this.people.keystores[who]!.peerId(), observer, transmitter, addresses: [] };
      }),
      n,
      f: byzantineMax(n),
      t: signingThreshold(n),
      feeds: [],
      definitions: [],
      rules,
      feedSetRoot: hexOf("feeds"),
      paramsHash: hexOf("parameters"),
    };
    const ceremonyId = ceremonyIdOf(setupOf(facts));
    const key = keyOf === undefined ? dealKey(n, facts.t) : this.#keyOf(keyOf).key;
    const transcriptHash = keccakHex(asciiBytes(`transcript of ${ceremonyId}`));
    this.#keys.set(ceremonyId, { key, transcriptHash });
    people.forEach((who, i) => {
      const header = { ceremonyId, transcriptHash, memberId: i + 1, configCount, group: key.group };
      const share = new SigningShare(header, key.shares.get(i + 1)!.slice());
      this.people.keystores[who]!.saveShare(share);
      share.destroy();
    });
    return facts;
  }

  #keyOf(facts: NetworkFacts): { readonly key: DealtKey; readonly transcriptHash: Hex } {
    return this.#keys.get(ceremonyIdOf(setupOf(facts)))!;
  }

  /** As the hub would hold it; rounds and times go on from round 1 at T0. */
  onHub(facts: NetworkFacts, firstRound: number): HubConfiguration {
    const { key, transcriptHash } = this.#keyOf(facts);
    const { groupKeyX } = key.group;
    const times = { firstRound, firstRoundTimeMs: T0 + (firstRound - 1) * SLOT_MS, slotMs: SLOT_MS };
    const cfg = cfgOf(facts, { groupKeyX, transcriptHash }, times);
    return { cfg, groupKeyX, configCount: facts.configCount, ...times };
  }

  join(who: number, own: NetworkFacts): Operator {
    const keystore = this.people.keystores[who]!;
    const operator = new Operator(this, who, own, keystore, this.#pathOf(who));
    this.operators.set(keystore.peerId(), operator);
    return operator;
  }

  /** A node's database as it lies now, for a later life. */
  copyOfDatabase(who: number): () => void {
    const path = this.#pathOf(who);
    const held = ["", "-wal"].filter((ending) => existsSync(path + ending));
    for (const ending of held) copyFileSync(path + ending, `${path}.copy${ending}`);
    return () => {
      for (const ending of ["", "-wal", "-shm"]) rmSync(path + ending, { force: true });
      for (const ending of held) copyFileSync(`${path}.copy${ending}`, path + ending);
    };
  }

  /** The process ends. `join` begins another. */
  async leave(who: number): Promise<void> {
    const operator = this.operator(who);
    this.operators.delete(operator.keystore.peerId());
    await operator.stop();
  }

  #pathOf(who: number): string {
    return join(this.#dir, `node${who}.sqlite`);
  }

  /** Everybody, or those named, hears what the hub says now. */
  async hear(
    said: Partial<HubConfigurations>,
    people: readonly number[] = [...this.operators.values()].map(({ who }) => who),
  ): Promise<void> {
    for (const who of people) {
      await this.operator(who).configurations.hear({ newest: undefined, previous: undefined, ...said });
    }
  }

  /** Goes on until so long after a round's slot began. */
  async until(round: number, afterMs = 0): Promise<void> {
    await vi.advanceTimersByTimeAsync(Math.max(0, T0 + (round - 1) * SLOT_MS + afterMs - Date.now()));
  }

  carry(from: Operator, peerId: string, channel: Channel, bytes: Uint8Array): void {
    const isEnvelope = channel !== "direct" || bytes[0] === DIRECT_ENVELOPE;
    if (isEnvelope) {
      const { cfg, type, round } = decodeHeader(channel === "direct" ? bytes.subarray(1) : bytes);
      this.said.push({ cfg, type, round, who: from.who });
    }
    setTimeout(() => {
      const to = this.operators.get(peerId);
      const line = to?.lineOf(from.keystore.peerId());
      if (to === undefined || line === undefined) return;
      const verdict = to.configurations.receive(channel, bytes, line);
      if (verdict === "reject") throw new Error(`${to.who} rejects what ${from.who} says`);
    }, WIRE_MS);
  }

  /** Rounds whose reports somebody's node holds, ascending. */
  roundsOf(who: number): readonly number[] {
    const rounds = Array.from({ length: 64 }, (_, i) => i + 1);
    return rounds.filter((round) => this.operator(who).store.reportAt(round) !== undefined);
  }

  /** Rounds in which somebody spoke for two configurations. */
  mixed(): readonly string[] {
    const spokenFor = new Map<string, Set<Hex>>();
    for (const { cfg, type, round, who } of this.said) {
      if (type === "report") continue;
      const key = `${who} in round ${round}`;
      spokenFor.set(key, (spokenFor.get(key) ?? new Set()).add(cfg));
    }
    return [...spokenFor].filter(([, cfgs]) => cfgs.size > 1).map(([key]) => key);
  }

  /** Rounds for which a configuration's members spoke, without REPORTs, each once. */
  spokenUnder({ cfg }: HubConfiguration): readonly number[] {
    const rounds = this.said.filter((one) => one.cfg === cfg && one.type !== "report").map(({ round }) => round);
    return [...new Set(rounds)].sort((a, b) => a - b);
  }

  async end(): Promise<void> {
    for (const operator of this.operators.values()) await operator.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
