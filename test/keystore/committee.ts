/** A committee in memory: real ceremonies and identities, a network that the test controls, and disks that survive a crash. */
import { toHex } from "../../src/base/bytes.ts";
import { Ceremony } from "../../src/keystore/ceremony.ts";
import { privateKeyOf, publicKeyOf, signEd25519, verifyEd25519 } from "../../src/keystore/ed25519.ts";
import { secretOf } from "../../src/keystore/sealed/secrets.ts";
import { SigningShare } from "../../src/keystore/signing-share.ts";
import type { CeremonyMessage, CeremonyShape } from "../../src/threshold/ceremony-messages.ts";
import { decodeMessage, encodePayload, payloadHash } from "../../src/threshold/ceremony-messages.ts";
import type { CeremonySetup } from "../../src/threshold/ceremony-setup.ts";
import { ceremonyShapeOf } from "../../src/threshold/ceremony-setup.ts";
import { peerIdOf } from "../../src/threshold/peer-id.ts";
import { thresholdFor } from "../../src/threshold/quorum.ts";

/** mulberry32: the same seed, the same story. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function identityOf(id: number): ReturnType<typeof privateKeyOf> {
  return privateKeyOf(new Uint8Array(32).fill(id));
}

export function setupFor(n: number, configCount = 1): CeremonySetup {
  const members = Array.from({ length: n }, (_, i) => {
    const id = i + 1;
    const address = toHex(new Uint8Array(20).fill(id));
    return { id, peerId: peerIdOf(toHex(publicKeyOf(identityOf(id)))), observer: address, transmitter: address };
  });
  const hash = (byte: number) => toHex(new Uint8Array(32).fill(byte));
  return { networkId: hash(1), configCount, ...thresholdFor(n), members, feedSetRoot: hash(2), paramsHash: hash(3) };
}

export function shapeOf(setup: CeremonySetup): CeremonyShape {
  return ceremonyShapeOf(setup);
}

export function seedOf(id: number, variant = 0): Uint8Array {
  return new Uint8Array(32).fill(id).fill(variant, 16);
}

/** As a member would sign it, whatever it says. */
export function signAs(shape: CeremonyShape, message: CeremonyMessage): Uint8Array {
  const payload = encodePayload(shape, message);
  const signature = signEd25519(identityOf(message.sender), payloadHash(payload));
  return Uint8Array.from([...payload, ...signature]);
}

export function read(shape: CeremonyShape, bytes: Uint8Array): CeremonyMessage {
  const decoded = decodeMessage(shape, bytes);
  if (!decoded.ok) throw new Error(decoded.why);
  return decoded.message;
}

export type Disk = {
  messages: readonly Uint8Array[];
  shares: SigningShare[];
  isFull: boolean;
  /** Called before and after each write, with a name for it; throws where the power goes. */
  power: (step: string) => void;
};

/** What a write adds, by the number of own messages in it: a member says KEY, COMMIT, DEAL and CERTIFICATE. */
const WRITES: Readonly<Record<number, string>> = { 0: "all", 2: "KEY and COMMIT", 3: "DEAL", 4: "CERTIFICATE" };

export function emptyDisk(): Disk {
  return { messages: [], shares: [], isFull: false, power: () => undefined };
}

/** The setup that refreshes the key which these disks hold shares of. */
export function refreshOf(setup: CeremonySetup, disks: ReadonlyMap<number, Disk>): CeremonySetup {
  const { transcriptHash, group } = disks.get(1)!.shares.at(-1)!.header;
  const refreshes = { transcriptHash, groupKeyX: group.groupKeyX };
  return { ...setup, configCount: setup.configCount + 1, refreshes };
}

/** A disk as it is when a refresh begins: the share that is refreshed, and nothing of the ceremony. */
function refreshDisk(disk: Disk): Disk {
  return { ...emptyDisk(), shares: [copyOf(disk.shares.at(-1)!)] };
}

/** A file holds a copy; the ceremony destroys its own. */
function copyOf(share: SigningShare): SigningShare {
  return new SigningShare(share.header, secretOf(share).slice());
}

export function startMember(
  setup: CeremonySetup,
  id: number,
  disk: Disk = emptyDisk(),
  seed = seedOf(id),
  mayHaveSpoken = false,
): Ceremony {
  const old = disk.shares.find(({ transcriptHash }) => transcriptHash === setup.refreshes?.transcriptHash);
  return new Ceremony(
    { setup, self: id, seed: seed.slice(), messages: disk.messages, mayHaveSpoken, old: old?.group ?? null },
    {
      sign: (message) => signEd25519(identityOf(id), message),
      verify: verifyEd25519,
      save: (messages) => {
        if (disk.isFull) throw new Error("no space left on device");
        const isOwn = (bytes: Uint8Array): boolean => read(shapeOf(setup), bytes).sender === id;
        const own = (list: readonly Uint8Array[]): number => list.filter(isOwn).length;
        const what = WRITES[own(messages) === own(disk.messages) ? 0 : own(messages)] ?? "more";
        disk.power(`before writing ${what}`);
        disk.messages = messages.map((bytes) => bytes.slice());
        disk.power(`after writing ${what}`);
      },
      keepShare: (share) => {
        disk.power("before the share");
        disk.shares.push(copyOf(share));
        disk.power("after the share");
      },
      ...(old === undefined ? {} : { openOldShare: () => copyOf(old) }),
    },
  );
}

type Delivery = { readonly from: number; readonly to: number; readonly bytes: Uint8Array };

export type Weather = {
  readonly random?: () => number;
  /** What arrives instead of what was sent; null loses it. */
  readonly wire?: (delivery: Delivery) => Uint8Array | null;
  readonly duplicateShare?: number;
  /** Called before each delivery. */
  readonly before?: (delivery: Delivery) => void;
  readonly ticksMax?: number;
};

/** Lets every member send to every other until nobody has anything to say, or for `ticksMax` ticks. Returns the ticks used. */
export function run(members: Map<number, Ceremony>, weather: Weather = {}): number {
  const random = weather.random ?? (() => 0.5);
  const ticksMax = weather.ticksMax ?? 40;
  for (let tick = 0; tick < ticksMax; tick++) {
    const queue: Delivery[] = [];
    for (const [from, ceremony] of members) {
      for (const to of members.keys()) {
        if (to === from) continue;
        for (const bytes of ceremony.messagesFor(to)) {
          queue.push({ from, to, bytes });
          if (random() < (weather.duplicateShare ?? 0)) queue.push({ from, to, bytes });
        }
      }
    }
    if (queue.length === 0) return tick;
    if (weather.random !== undefined) {
      for (let i = queue.length - 1; i > 0; i--) {
        const j = Math.floor(random() * (i + 1));
        [queue[i], queue[j]] = [queue[j]!, queue[i]!];
      }
    }
    for (const delivery of queue) {
      weather.before?.(delivery);
      const bytes = weather.wire === undefined ? delivery.bytes : weather.wire(delivery);
      if (bytes !== null) members.get(delivery.to)?.receive(bytes);
    }
  }
  return ticksMax;
}

export function startAll(setup: CeremonySetup): { members: Map<number, Ceremony>; disks: Map<number, Disk> } {
  const disks = new Map(setup.members.map(({ id }) => [id, emptyDisk()]));
  const members = new Map(setup.members.map(({ id }) => [id, startMember(setup, id, disks.get(id))]));
  return { members, disks };
}

/** Every member ready to refresh what `disks` hold, on disks of its own. */
export function startRefresh(
  setup: CeremonySetup,
  disks: ReadonlyMap<number, Disk>,
): { members: Map<number, Ceremony>; disks: Map<number, Disk> } {
  const fresh = new Map([...disks].map(([id, disk]) => [id, refreshDisk(disk)]));
  const members = new Map([...fresh].map(([id, disk]) => [id, startMember(setup, id, disk)]));
  return { members, disks: fresh };
}

/** Runs a ceremony in fair weather and returns every member's share. */
export function makeShares(n: number): Map<number, SigningShare> {
  const { members, disks } = startAll(setupFor(n));
  run(members);
  return new Map([...disks].map(([id, disk]) => [id, disk.shares.at(-1)!]));
}
