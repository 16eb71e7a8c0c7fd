/**
 * The public half of a group key as a file, which proves itself: the commitments of every dealer beside the names of the
 * other ceremony messages give the transcript's hash and the verifying shares, both together with the network file give
 * cfg. So nobody can hand an auditor other verifying shares, under which honest shares would look wrong. [R54]
 */
import type { Hex } from "../base/bytes.ts";
import { concatBytes, fromHex, toHex } from "../base/bytes.ts";
import { cfgHash } from "../protocol/cfg.ts";
import type { RoundOneNames } from "../threshold/ceremony-judge.ts";
import { readCommitments, transcriptHashOf } from "../threshold/ceremony-judge.ts";
import type { CeremonyShape } from "../threshold/ceremony-messages.ts";
import { decodeMessage, SIGNATURE_BYTES } from "../threshold/ceremony-messages.ts";
import type { CeremonySetup, RefreshedKey } from "../threshold/ceremony-setup.ts";
import { ceremonyIdOf, ceremonyShapeOf } from "../threshold/ceremony-setup.ts";
import type { CurvePoint } from "../threshold/curve.ts";
import type { GroupPublic, GroupResult } from "../threshold/group.ts";
import { combineDealers, refreshGroup } from "../threshold/group.ts";
import { isHex, isRecord, isWhole, parseJson } from "./json-values.ts";
import type { PublicConfiguration } from "./public-configuration.ts";

/** One member's part in the ceremony, by id ascending. */
export type TranscriptPart = {
  /** Names of its KEY and DEAL. */
  readonly key: Hex;
  readonly deal: Hex;
  /** Its COMMIT as it was sent, without the signature: its hash is its name. */
  readonly commit: Hex;
};

export type CeremonyPart = {
  readonly configCount: number;
  readonly feedSetRoot: Hex;
  readonly paramsHash: Hex;
  readonly transcript: readonly TranscriptPart[];
};

export type GroupFile = {
  readonly version: 1;
  readonly firstRound: number;
  /** Unix ms of the first round's slot. */
  readonly firstRoundTimeMs: number;
  /** The one that made the key, and after it those that made its shares anew, oldest first. The last is this configuration's. */
  readonly ceremonies: readonly CeremonyPart[];
};

/** What the network file says: the ceremony's setup, the slot length, and how many feeds there are. */
export type NetworkFactsForJudge = {
  readonly setup: CeremonySetup;
  readonly slotMs: number;
  readonly feedCount: number;
};

const MEMBERS_MAX = 100;
/** A key is refreshed a few times a year. */
const CEREMONIES_MAX = 64;

function readPart(value: unknown): TranscriptPart | null {
  if (!isRecord(value) || Object.keys(value).length !== 3) return null;
  const { key, deal, commit } = value;
  return isHex(key, 32) && isHex(deal, 32) && isHex(commit) ? { key, deal, commit } : null;
}

function readAll<T>(value: unknown, max: number, read: (entry: unknown) => T | null): readonly T[] | null {
  if (!Array.isArray(value) || value.length > max) return null;
  const entries: T[] = [];
  for (const entry of value as readonly unknown[]) {
    const one = read(entry);
    if (one === null) return null;
    entries.push(one);
  }
  return entries;
}

function readCeremonyPart(value: unknown): CeremonyPart | null {
  if (!isRecord(value) || Object.keys(value).length !== 4) return null;
  const { configCount, feedSetRoot, paramsHash } = value;
  const transcript = readAll(value["transcript"], MEMBERS_MAX, readPart);
  if (!isWhole(configCount, Number.MAX_SAFE_INTEGER) || transcript === null) return null;
  return isHex(feedSetRoot, 32) && isHex(paramsHash, 32) ? { configCount, feedSetRoot, paramsHash, transcript } : null;
}

/** As `groupFileOf` keeps them for the day on which the key is refreshed. Null for anything else. */
export function parseCeremonies(text: string): readonly CeremonyPart[] | null {
  return readAll(parseJson(text), CEREMONIES_MAX, readCeremonyPart);
}

/** Null for anything else than such a file. Never throws. */
export function parseGroupFile(text: string): GroupFile | null {
  const value = parseJson(text);
  if (!isRecord(value) || Object.keys(value).length !== 4 || value["version"] !== 1) return null;
  const { firstRound, firstRoundTimeMs } = value;
  const max = Number.MAX_SAFE_INTEGER;
  const ceremonies = readAll(value["ceremonies"], CEREMONIES_MAX, readCeremonyPart);
  if (!isWhole(firstRound, max) || !isWhole(firstRoundTimeMs, max) || ceremonies === null) return null;
  return { version: 1, firstRound, firstRoundTimeMs, ceremonies };
}

/**
 * The public part of a ceremony's messages.
 * @param messages as the ceremony keeps them, in any order
 * @returns null unless they make this very transcript
 */
export function ceremonyPartOf(
  setup: CeremonySetup,
  messages: readonly Uint8Array[],
  transcriptHash: Hex,
): CeremonyPart | null {
  const shape = ceremonyShapeOf(setup);
  const parts = new Map<number, { key?: Hex; deal?: Hex; commit?: Hex }>();
  for (const bytes of messages) {
    const decoded = decodeMessage(shape, bytes);
    if (!decoded.ok) continue;
    const { kind, sender } = decoded.message;
    const part = parts.get(sender) ?? {};
    // The first of a kind stands; a second one is the sender's fault and in no certified transcript.
    if (kind === "commit") part.commit ??= toHex(bytes.subarray(0, bytes.length - SIGNATURE_BYTES));
    else if (kind === "key" || kind === "deal") part[kind] ??= toHex(decoded.hash);
    parts.set(sender, part);
  }
  const whole: TranscriptPart[] = [];
  for (const { id } of [...setup.members].sort((a, b) => a.id - b.id)) {
    const { key, deal, commit } = parts.get(id) ?? {};
    if (key === undefined || deal === undefined || commit === undefined) return null;
    whole.push({ key, deal, commit });
  }
  const read = readTranscript(shape, whole);
  if (read === null || read.transcriptHash !== transcriptHash) return null;
  const { configCount, feedSetRoot, paramsHash } = setup;
  return { configCount, feedSetRoot, paramsHash, transcript: whole };
}

type Read = { readonly transcriptHash: Hex; readonly dealers: readonly (readonly CurvePoint[])[] };

function readTranscript(shape: CeremonyShape, parts: readonly TranscriptPart[]): Read | null {
  if (parts.length !== shape.n) return null;
  const names: (RoundOneNames & { readonly deal: Hex })[] = [];
  const dealers: (readonly CurvePoint[])[] = [];
  for (const [i, { key, deal, commit }] of parts.entries()) {
    const decoded = decodeMessage(shape, concatBytes(fromHex(commit), new Uint8Array(SIGNATURE_BYTES)));
    if (!decoded.ok || decoded.message.kind !== "commit" || decoded.message.sender !== i + 1) return null;
    const points = readCommitments(shape, decoded.message);
    if (points === null) return null;
    names.push({ key, commit: toHex(decoded.hash), deal });
    dealers.push(points);
  }
  return { transcriptHash: transcriptHashOf(shape.ceremonyId, names), dealers };
}

type Key = { readonly transcriptHash: Hex; readonly group: GroupPublic };

/** One ceremony after the other: the id of each that refreshes holds the transcript's hash of the one before it. */
function keyOf(setup: CeremonySetup, ceremonies: readonly CeremonyPart[]): Key | null {
  const { refreshes: _, ...plain } = setup;
  const { t } = setup;
  const n = setup.members.length;
  let key: Key | null = null;
  let ceremonyId: Hex | null = null;
  for (const { transcript, ...count } of ceremonies) {
    const refreshes: { refreshes?: RefreshedKey } =
      key === null ? {} : { refreshes: { groupKeyX: key.group.groupKeyX, transcriptHash: key.transcriptHash } };
    const shape = ceremonyShapeOf({ ...plain, ...count, ...refreshes });
    const read = readTranscript(shape, transcript);
    if (read === null) return null;
    const made: GroupResult = key === null ? combineDealers(n, t, read.dealers) : refreshGroup(key.group, read.dealers);
    if (!made.ok) return null;
    key = { transcriptHash: read.transcriptHash, group: made.group };
    ceremonyId = shape.ceremonyId;
  }
  return ceremonyId === ceremonyIdOf(setup) ? key : null;
}

/**
 * What evidence is judged by, computed from the two files and nothing else. The caller compares `cfg` with the hub's or the
 * evidence's: other files give another cfg.
 * @returns null when the transcript is not one of this network's ceremony
 */
export function configurationOf(file: GroupFile, facts: NetworkFactsForJudge): PublicConfiguration | null {
  const { setup, slotMs, feedCount } = facts;
  const key = keyOf(setup, file.ceremonies);
  if (key === null) return null;
  const { firstRound, firstRoundTimeMs } = file;
  const { transcriptHash, group } = key;
  const cfg = cfgHash({ ...setup, groupKeyX: group.groupKeyX, transcriptHash, firstRound, firstRoundTimeMs, slotMs });
  const { f, t } = setup;
  return { cfg, n: setup.members.length, f, t, feedCount, firstRound, firstRoundTimeMs, slotMs, group };
}
