/**
 * Members that live several times: real machine, inbox, vault, FROST and watchers, and for a member that dies a real
 * database on disk. Every call through a port is a place where the power may go. Runs under vitest's fake timers.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import type { Hex } from "../../../src/base/bytes.ts";
import type { Clock } from "../../../src/base/ports.ts";
import { hasActed, markActed } from "../../../src/keystore/acted-file.ts";
import { realFiles } from "../../../src/keystore/sealed/files.ts";
import { clearRestored, isMarkedRestored, markRestored } from "../../../src/keystore/restored-marker.ts";
import { NonceVault } from "../../../src/keystore/nonce-vault.ts";
import { SigningShare } from "../../../src/keystore/signing-share.ts";
import { Household } from "../../../src/node/household.ts";
import { Oracle } from "../../../src/node/oracle.ts";
import { RestartSafety, type RestartSafetyDoors } from "../../../src/node/restart-safety.ts";
import { Signer } from "../../../src/node/signer.ts";
import type { Accusation } from "../../../src/protocol/accusation.ts";
import { decodeMessage } from "../../../src/protocol/encoding.ts";
import type { Note } from "../../../src/protocol/events.ts";
import type { Message } from "../../../src/protocol/messages.ts";
import type { OracleConfig } from "../../../src/protocol/state.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { nobleCurve } from "../../../src/threshold/signing-curve.ts";
import { Metrics } from "../../../src/telemetry/metrics.ts";
import { configOf, hashOf, hexOf, T0 } from "../../support/protocol.ts";
import { groupKey } from "./committee.ts";
import { keysOf, type Line, notebook, signAs } from "./members.ts";

const IDS = [1, 2, 3, 4] as const;
const WIRE_MS = 2;
const GROUP_KEY: Hex = hexOf("group");

class PowerCut extends Error {}

export type Said = { readonly from: number; readonly life: number; readonly message: Message; readonly hash: Hex };

type Disk = RestartSafetyDoors["store"] & { close(): void };

/** Enough of a disk for a member that does not die. */
function memoryDisk(): Disk {
  let reserved = -1;
  return {
    reservedUpTo: () => reserved,
    reserve: (_key, upTo) => void (reserved = upTo),
    saveEnvelopes: () => undefined,
    onFault: () => () => undefined,
    close: () => undefined,
  };
}

export class Life {
  readonly id: number;
  readonly number: number;
  readonly oracle: Oracle;
  readonly safety: RestartSafety;
  /** What the disk said at the start. */
  readonly reservedRound: number;
  readonly vault: NonceVault;
  readonly notes: Note[] = [];
  readonly accusations: Accusation[] = [];
  readonly lines: Line[];
  readonly disk: Disk;
  clockOffsetMs = 0;
  dead = false;
  /** Where the power goes, such as `after sign`, and at which passage; null: never. */
  cut: { readonly boundary: string; readonly passage: number } | null = null;
  #passages = 0;

  constructor(house: House, id: number, number: number, disk: Disk, keysDir: string) {
    this.id = id;
    this.number = number;
    this.disk = disk;
    const { config } = house;
    const { log, lines } = notebook();
    this.lines = lines;
    const clock: Clock = { nowMs: () => Date.now() + this.clockOffsetMs, monotonicMs: () => performance.now() };
    const key = groupKey();
    const header = { ceremonyId: hexOf("c"), transcriptHash: hexOf("t"), memberId: id, group: key.group };
    const share = new SigningShare(header, key.shares.get(id)!.slice());
    this.vault = new NonceVault(
      { share, cfg: config.cfg },
      { onUse: (commitment, digest) => void house.uses.push({ id, life: number, commitment, digest }) },
    );
    const incarnation: Hex = `0x${(id * 10_000 + number).toString(16).padStart(32, "0")}`;
    const signer = new Signer({ incarnation, group: key.group }, { vault: this.vault, curve: nobleCurve });
    const at = <A extends readonly unknown[], R>(name: string, call: (...args: A) => R): ((...args: A) => R) => {
      return (...args) => this.#through(name, () => call(...args));
    };
    const store = {
      ...disk,
      reservedUpTo: (group: Hex) => disk.reservedUpTo(group),
      onFault: (listener: (failure: Error) => void) => disk.onFault(listener),
      reserve: at("reserve", (group: Hex, upTo: number) => disk.reserve(group, upTo)),
      saveEnvelopes: at("save envelopes", (cfg: Hex, rows: Parameters<Disk["saveEnvelopes"]>[1]) =>
        disk.saveEnvelopes(cfg, rows),
      ),
    };
    const ask = at("request", (to: number, bytes: Uint8Array) => house.request(to, bytes));
    const request = async (to: number, bytes: Uint8Array): Promise<Uint8Array | null> => await ask(to, bytes);
    this.reservedRound = disk.reservedUpTo(GROUP_KEY);
    this.safety = new RestartSafety(
      {
        config: { ...config, selfId: id },
        groupKeyX: GROUP_KEY,
        floorRound: this.reservedRound,
        memberKeys: keysOf(IDS),
        trouble: null,
      },
      {
        oracle: () => this.oracle,
        store,
        keystore: {
          hasActed: (group) => hasActed(keysDir, group),
          markActed: at("mark", (group: Hex) => {
            if (!hasActed(keysDir, group)) markActed(keysDir, group);
          }),
          isFreshlyRestored: () => isMarkedRestored(keysDir),
        },
        household: new Household({ keystore: { clearRestored: () => clearRestored(keysDir) } }),
        request,
        rttMs: () => 2 * WIRE_MS,
        clock,
        log,
        metrics: new Metrics(),
      },
    );
    this.oracle = new Oracle(
      {
        config: { ...config, selfId: id },
        reservedRound: this.reservedRound,
        latest: null,
        memberKeys: keysOf(IDS),
        remembered: [],
      },
      {
        clock,
        log,
        signing: {
          incarnation,
          prepare: at("prepare", (round, values) => signer.prepare(round, values)),
          draw: at("draw", (round, values) => signer.draw(round, values)),
          drawFresh: at("draw fresh", (round) => signer.drawFresh(round)),
          sign: at("sign", (...args) => signer.sign(...args)),
          aggregate: at("aggregate", (...args) => signer.aggregate(...args)),
          verify: (...args) => signer.verify(...args),
          forgetBefore: at("forget", (round) => signer.forgetBefore(round)),
        },
        signEnvelope: at("seal", signAs(id)),
        peers: {
          publish: at("publish", (topic, bytes) => house.publish(this, topic, bytes)),
          send: at("send", (to, bytes) => house.send(this, to, bytes)),
          request,
          roundTripsMs: () => IDS.map((to) => (to === id ? null : 2 * WIRE_MS)),
        },
        disk: { reserve: at("disk", (upTo) => this.safety.disk.reserve(upTo)) },
        market: {
          observe: at("observe", () => [1_000_000n + BigInt(id), 2_000_000n + BigInt(id)]),
          prepare: () => undefined,
        },
        evidence: { accused: (accusation) => void this.accusations.push(accusation) },
        sink: { published: at("published", (signed) => void house.completed.push({ id, round: signed.report.round })) },
        watcher: {
          heard: (message, fromId) => this.safety.heard(message, fromId),
          stepped: (state, event) => this.safety.stepped(state, event),
          noted: (note) => void this.notes.push(note),
          refused: () => undefined,
        },
      },
    );
  }

  start(): void {
    this.safety.start();
    this.oracle.start();
  }

  end(): void {
    this.dead = true;
    this.safety.stop();
    this.oracle.stop();
    this.vault.destroy();
  }

  /** Two boundaries a call: before it did anything, and after it was done but before anybody knew. */
  #through<R>(name: string, call: () => R): R {
    this.#boundary(`before ${name}`);
    const result = call();
    this.#boundary(`after ${name}`);
    return result;
  }

  #boundary(name: string): void {
    if (this.dead) throw new PowerCut(name);
    if (name !== this.cut?.boundary) return;
    this.#passages += 1;
    if (this.#passages < this.cut.passage) return;
    this.dead = true;
    throw new PowerCut(name);
  }
}

export class House {
  readonly config: OracleConfig;
  readonly said: Said[] = [];
  readonly uses: { readonly id: number; readonly life: number; readonly commitment: Hex; readonly digest: Hex }[] = [];
  readonly completed: { readonly id: number; readonly round: number }[] = [];
  readonly lives: Life[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), "tenor-lives-"));
  /** On top of the wire, for a busy peer: how long the answer to the nth question to it takes, from 0. */
  answerMs: (nth: number) => number = () => 0;
  readonly #questions = new Map<number, number>();
  readonly #folders = new Map<number, string>();
  #born = 0;

  constructor(slotMs: number) {
    this.config = configOf({ slotMs });
  }

  /** A member with a memory that does not outlive it. */
  lasting(id: number): Life {
    return this.#live(id, memoryDisk());
  }

  /** A life of a member on the disk its last one left, or on an empty one. */
  mortal(id: number, imageDir = this.#folders.get(id)): Life {
    const dir = imageDir ?? this.newFolder();
    this.#folders.set(id, dir);
    const store: Store = openStore({ path: join(dir, "tenor.sqlite") });
    return this.#live(id, store);
  }

  /** As `tenor keys restore` leaves the keystore. */
  markRestored(id: number): void {
    markRestored(this.#keysDir(id), { backupMadeAtMs: 0, restoredAtMs: 0 }, realFiles);
  }

  isRestored(id: number): boolean {
    return isMarkedRestored(this.#keysDir(id));
  }

  #keysDir(id: number): string {
    const dir = join(this.folder, `keys-${id}`);
    mkdirSync(dir, { recursive: true });
    return dir;
  }

  newFolder(): string {
    return mkdtempSync(join(this.folder, "disk-"));
  }

  /** The disk as it lies at this instant: what SQLite has synced, and nothing that a close would add. */
  image(id: number): string {
    const from = this.#folders.get(id)!;
    const to = this.newFolder();
    for (const name of ["tenor.sqlite", "tenor.sqlite-wal"]) {
      if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
    }
    return to;
  }

  start(atMs = T0 - 100): void {
    vi.setSystemTime(atMs);
    for (const life of this.lives) life.start();
  }

  async pass(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
  }

  /** The power went: the process is gone, and the next life finds the disk as it was at that instant. */
  async bury(life: Life): Promise<void> {
    const image = this.image(life.id);
    await this.stopOne(life);
    this.#folders.set(life.id, image);
  }

  async stopOne(life: Life): Promise<void> {
    life.end();
    this.lives.splice(this.lives.indexOf(life), 1);
    life.disk.close();
  }

  async stop(): Promise<void> {
    for (const life of this.lives.slice()) await this.stopOne(life);
    rmSync(this.folder, { recursive: true, force: true });
  }

  publish(from: Life, topic: "observe" | "report", bytes: Uint8Array): void {
    this.#say(from, bytes);
    for (const life of this.lives) if (life.id !== from.id) this.#carry(topic, from.id, life, bytes);
  }

  send(from: Life, toId: number, bytes: Uint8Array): void {
    this.#say(from, bytes);
    // Of two processes with one identity the one that connected last has the line.
    const to = this.lives.findLast(({ id }) => id === toId);
    if (to !== undefined) this.#carry("direct", from.id, to, bytes);
  }

  request(toId: number, bytes: Uint8Array): Promise<Uint8Array | null> {
    const to = this.lives.findLast(({ id }) => id === toId);
    const nth = this.#questions.get(toId) ?? 0;
    this.#questions.set(toId, nth + 1);
    const reply = (): Uint8Array | null => (to === undefined || to.dead ? null : to.oracle.answer(bytes));
    return new Promise((resolve) => {
      setTimeout(() => {
        const answer = reply();
        setTimeout(() => resolve(answer), WIRE_MS + this.answerMs(nth));
      }, WIRE_MS);
    });
  }

  #live(id: number, disk: Disk): Life {
    this.#born += 1;
    const number = this.#born;
    const life = new Life(this, id, number, disk, this.#keysDir(id));
    this.lives.push(life);
    return life;
  }

  #say(from: Life, bytes: Uint8Array): void {
    const message = decodeMessage(bytes.subarray(0, -64));
    this.said.push({ from: from.id, life: from.number, message, hash: hashOf(message, this.config.cfg) });
  }

  #carry(channel: "observe" | "report" | "direct", fromId: number, to: Life, bytes: Uint8Array): void {
    setTimeout(() => {
      if (!to.dead) to.oracle.receive(channel, bytes, fromId);
    }, WIRE_MS);
  }
}

/** What a member said twice, over all its lives, that it may say once; empty when all is well. */
export function saidTwice(house: House, id: number): string[] {
  const found: string[] = [];
  const only = new Map<string, string>();
  const once = (what: string, value: string): void => {
    if ((only.get(what) ?? value) !== value) found.push(what);
    only.set(what, value);
  };
  for (const { message, hash } of house.said.filter(({ from }) => from === id)) {
    if (message.type === "observe") {
      once(`observe ${message.round}`, hash);
      for (const { hiding, binding } of message.commitments) {
        once(`nonce ${hiding}`, hash);
        once(`nonce ${binding}`, hash);
      }
    }
    if (message.type === "propose" && message.sender === id) once(`propose ${message.round}/${message.attempt}`, hash);
    if (message.type === "share") {
      once(`digest ${message.round}`, message.digest);
      once(`share ${message.round}/${message.proposalHash}`, hash);
    }
  }
  for (const { commitment, digest } of house.uses.filter((use) => use.id === id)) once(`used ${commitment}`, digest);
  const used = house.uses.filter((use) => use.id === id).map(({ commitment }) => commitment);
  if (new Set(used).size !== used.length) found.push("a nonce pair served twice");
  return found;
}
