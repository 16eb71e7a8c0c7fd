/**
 * A committee in one process: real keystores, real hosts on 127.0.0.1, a real key ceremony over their streams and real
 * oracles. Only market, disk and chain are left out, and every line between a member and the others can be bent.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asciiBytes, concatBytes, type Hex, toHex } from "../../src/base/bytes.ts";
import { silentLogger } from "../../src/base/ports.ts";
import { feedSetRoot } from "../../src/feeds/feed-id.ts";
import { createKeystore, type Keystore } from "../../src/keystore/keystore.ts";
import { NonceVault } from "../../src/keystore/nonce-vault.ts";
import { Network } from "../../src/network/network.ts";
import { cfgOf, setupOf, sharesFor, startCeremony } from "../../src/node/activation.ts";
import { ceremonyIdOf } from "../../src/threshold/ceremony-setup.ts";
import { type CeremonyDriver, DIRECT_CEREMONY, DIRECT_ENVELOPE } from "../../src/node/ceremony-driver.ts";
import { systemClock } from "../../src/node/clock.ts";
import { verifyingKey } from "../../src/node/envelope.ts";
import { loadDefinitions, type NetworkFacts } from "../../src/node/network-file.ts";
import { Oracle } from "../../src/node/oracle.ts";
import type { PeerPort } from "../../src/node/ports.ts";
import { Signer } from "../../src/node/signer.ts";
import { feedsFolder } from "../../src/devnet/paths.ts";
import type { Note } from "../../src/protocol/events.ts";
import { byzantineMax, signingThreshold } from "../../src/protocol/quorum.ts";
import { keccakHex } from "../../src/base/keccak.ts";
import type { SignedReport } from "../../src/report/report.ts";
import { identityKeyOf } from "../../src/threshold/peer-id.ts";
import { eventually } from "./support.ts";
import { nobleCurve } from "../../src/threshold/signing-curve.ts";

const FEEDS = ["BTC-USD.spot-index.json", "ETH-USD.spot-index.json"];
const LEAD_MS = 1_500;
const ZERO_ADDRESS: Hex = `0x${"00".repeat(20)}`;

export type SendCeremony = (toId: number, bytes: Uint8Array) => void;

export class Member {
  readonly id: number;
  readonly keystore: Keystore;
  readonly network: Network;
  /** What the sink was given, in order. */
  readonly reports: SignedReport[] = [];
  readonly notes: Note[] = [];
  /** Reasons for which a peer's bytes were refused, with the peer. */
  readonly refused: { readonly why: string; readonly fromId: number }[] = [];
  /** Digests for which the vault gave a share away, each with its nonce's name. */
  readonly used: { readonly commitment: Hex; readonly digest: Hex }[] = [];
  /** Asked before the oracle when another member fetches something. */
  answerFirst: (bytes: Uint8Array) => Uint8Array | null = () => null;
  driver: CeremonyDriver | null = null;
  ceremonyId: Hex | null = null;
  oracle: Oracle | null = null;
  vault: NonceVault | null = null;

  private constructor(id: number, keystore: Keystore, network: Network | null) {
    this.id = id;
    this.keystore = keystore;
    // Set by `start` before anybody sees the member.
    this.network = network as Network;
  }

  static async start(id: number, keystore: Keystore, peerIds: readonly string[]): Promise<Member> {
    const holder: { member: Member | null } = { member: null };
    const network = await Network.start(
      {
        selfId: id,
        listen: ["/ip4/127.0.0.1/tcp/0"],
        members: peerIds.map((peerId, i) => ({ id: i + 1, peerId, addresses: [] })),
        topicPrefix: "tenor/committee",
      },
      {
        identity: keystore.handOverIdentity(),
        clock: systemClock,
        log: silentLogger,
        judge: (channel, bytes, fromId) => {
          const member = holder.member;
          if (member === null) return "ignore";
          if (channel === "direct" && bytes[0] === DIRECT_CEREMONY) {
            // As a node does: what belongs to a ceremony that is over here is nobody's fault.
            const isOfNow = toHex(bytes.subarray(2, 34)) === member.ceremonyId;
            if (member.driver === null || !isOfNow) return "ignore";
            return member.driver.receive(bytes.subarray(1)) ? "accept" : "reject";
          }
          if (channel === "evidence") return "ignore";
          const envelope = channel === "direct" || channel === "relay" ? bytes.subarray(1) : bytes;
          return member.oracle?.receive(channel, envelope, fromId) ?? "ignore";
        },
        deliver: () => undefined,
        answer: (bytes) => holder.member?.answerFirst(bytes) ?? holder.member?.oracle?.answer(bytes) ?? null,
      },
    );
    holder.member = new Member(id, keystore, network);
    return holder.member;
  }

  get completed(): ReadonlySet<number> {
    return new Set(this.reports.map(({ report }) => report.round));
  }
}

export class Committee {
  readonly members: readonly Member[];
  readonly slotMs: number;
  readonly #dir: string;
  #cfg: Hex | null = null;
  #firstRoundTimeMs = 0;

  private constructor(options: { members: readonly Member[]; slotMs: number; dir: string }) {
    this.members = options.members;
    this.slotMs = options.slotMs;
    this.#dir = options.dir;
  }

  /** Keystores made, hosts started and every line between them up. */
  static async start(n: number, slotMs: number): Promise<Committee> {
    const dir = mkdtempSync(join(tmpdir(), "tenor-committee-"));
    const ids = Array.from({ length: n }, (_, i) => i + 1);
    const keystores = await Promise.all(
      ids.map(async (id) => await createKeystore({ dir: join(dir, `node${id}`), passphrase: randomBytes(16) })),
    );
    const peerIds = keystores.map((keystore) => keystore.peerId());
    const members = await Promise.all(ids.map(async (id, i) => await Member.start(id, keystores[i]!, peerIds)));
    const committee = new Committee({ members, slotMs, dir });
    for (const one of members) {
      for (const other of members) if (other !== one) one.network.setAddresses(other.id, other.network.addresses());
    }
    const isUp = (one: Member): boolean => members.every(({ id }) => id === one.id || one.network.isReady(id));
    await eventually("every line is up", 20_000, () => (members.every(isUp) ? true : null));
    return committee;
  }

  member(id: number): Member {
    return this.members[id - 1]!;
  }

  /** @param configCount counts ceremonies: each makes a key of its own */
  facts(configCount = 1): NetworkFacts {
    const { feeds, definitions, rules } = loadDefinitions(FEEDS.map((name) => join(feedsFolder, name)));
    const n = this.members.length;
    return {
      name: "committee",
      networkId: keccakHex(asciiBytes(this.#dir)),
      configCount,
      kind: "ceremony",
      previous: null,
      slotMs: this.slotMs,
      chainId: 31_337,
      hub: ZERO_ADDRESS,
      members: this.members.map(({ id, keystore, network }) => {
        const { observer, transmitter } = keystore.publicIdentity();
        return { id, peerId: keystore.peerId(), observer, transmitter, addresses: [...network.addresses()] };
      }),
      n,
      f: byzantineMax(n),
      t: signingThreshold(n),
      feeds,
      definitions,
      rules,
      feedSetRoot: feedSetRoot(rules),
      paramsHash: keccakHex(asciiBytes(`slot ${this.slotMs}`)),
    };
  }

  /** Starts every member's driver. @param bend what a member's messages go through on their way out */
  startCeremony(configCount = 1, bend: (member: Member, send: SendCeremony) => SendCeremony = (_, send) => send): void {
    const facts = this.facts(configCount);
    for (const member of this.members) {
      const { keystore, network } = member;
      const send = bend(member, (toId, bytes) => network.send(toId, bytes));
      member.ceremonyId = ceremonyIdOf(setupOf(facts));
      member.driver = startCeremony(facts, keystore, { send, log: silentLogger, onChange: () => undefined });
    }
  }

  async awaitKey(): Promise<void> {
    await eventually("the key is made", 30_000, () =>
      this.members.every(({ driver }) => driver?.result() !== null) ? true : null,
    );
  }

  stopCeremony(): void {
    for (const member of this.members) {
      member.driver?.stop();
      member.driver = null;
    }
  }

  get cfg(): Hex {
    if (this.#cfg === null) throw new Error("no configuration is active");
    return this.#cfg;
  }

  /** The round whose slot is now. */
  get currentRound(): number {
    return 1 + Math.floor((Date.now() - this.#firstRoundTimeMs) / this.slotMs);
  }

  /**
   * Starts an oracle for every member, on its share of the ceremony's key.
   * @param observe what a member sees of the market, in index order
   * @param bend    what a member's port to its peers is replaced by
   */
  activate(
    observe: (id: number) => readonly (bigint | null)[],
    bend: (member: Member, port: PeerPort) => PeerPort = (_, port) => port,
  ): void {
    const facts = this.facts();
    this.#firstRoundTimeMs = Math.ceil((Date.now() + LEAD_MS) / this.slotMs) * this.slotMs;
    const times = { firstRound: 1, firstRoundTimeMs: this.#firstRoundTimeMs, slotMs: this.slotMs };
    const keys = facts.members.map(({ id, peerId }) => [id, verifyingKey(identityKeyOf(peerId))] as const);
    for (const member of this.members) {
      const { keystore, network } = member;
      const [header] = sharesFor(facts, keystore);
      if (header === undefined) throw new Error(`member ${member.id} has no share`);
      const cfg = cfgOf(facts, { groupKeyX: header.group.groupKeyX, transcriptHash: header.transcriptHash }, times);
      this.#cfg = cfg;
      const share = keystore.openShare(header.transcriptHash);
      const onUse = (commitment: Hex, digest: Hex): void => void member.used.push({ commitment, digest });
      const vault = new NonceVault({ share, cfg }, { onUse });
      share.destroy();
      member.vault = vault;
      const port: PeerPort = {
        publish: (topic, bytes) => network.publish(topic, bytes),
        send: (toId, bytes, tag) => network.send(toId, concatBytes(Uint8Array.of(DIRECT_ENVELOPE), bytes), tag),
        request: (toId, bytes, timeoutMs) => network.request(toId, bytes, timeoutMs),
        roundTripsMs: () => network.peers().map(({ rttMs }) => rttMs),
      };
      const { networkId, n, f, t, rules } = facts;
      member.oracle = new Oracle(
        {
          config: { cfg, networkId, selfId: member.id, n, f, t, ...times, rules },
          reservedRound: -1,
          latest: null,
          remembered: [],
          memberKeys: new Map(keys),
        },
        {
          clock: systemClock,
          log: silentLogger,
          signing: new Signer(
            { incarnation: toHex(randomBytes(16)), group: header.group },
            { vault, curve: nobleCurve },
          ),
          peers: bend(member, port),
          disk: { reserve: () => undefined },
          market: { observe: () => observe(member.id), prepare: () => undefined },
          evidence: { accused: () => undefined },
          sink: { published: (signed) => void member.reports.push(signed) },
          watcher: {
            heard: () => undefined,
            stepped: () => undefined,
            noted: (note) => void member.notes.push(note),
            refused: (_, why, fromId) => void member.refused.push({ why, fromId }),
          },
          signEnvelope: (bytes) => keystore.signEnvelope(bytes),
        },
      );
    }
    for (const { oracle } of this.members) oracle?.start();
  }

  /** Resolves when the slot after `round` has begun. */
  async awaitSlotAfter(round: number): Promise<void> {
    const timeoutMs = (round - this.currentRound + 4) * this.slotMs + 5_000;
    await eventually(`slot ${round + 1}`, timeoutMs, () => (this.currentRound > round ? true : null));
  }

  async stop(): Promise<void> {
    this.stopCeremony();
    for (const { oracle } of this.members) oracle?.stop();
    await Promise.all(this.members.map(async ({ network }) => await network.stop()));
    for (const { vault } of this.members) vault?.destroy();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
