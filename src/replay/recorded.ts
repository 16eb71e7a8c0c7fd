/** Reads a recording back: nothing of it is used before every file is the one that the manifest names. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { pipeline as flow } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { OracleError, reasonOf } from "../base/errors.ts";
import { isVenue, type Venue } from "../market/venue.ts";
import {
  RECORDING_MANIFEST,
  type RecordedReply,
  type RecordingFile,
  type RecordingManifest,
} from "../market/recording.ts";
import { readText } from "./tape/load.ts";

export type Recording = {
  readonly dir: string;
  readonly manifest: RecordingManifest;
  /** All venues' replies in the order of their receipt; each call reads the files anew. @throws OracleError `bad-recordings` */
  replies(): AsyncIterable<RecordedReply>;
};

type Members = Readonly<Record<string, unknown>>;

/** @throws OracleError `cannot-read` when there is no recording, `bad-recordings` when it is not whole */
export async function openRecording(dir: string): Promise<Recording> {
  const manifest = parseManifest(readManifest(dir), join(dir, RECORDING_MANIFEST));
  for (const file of manifest.files) await verify(dir, file);
  return { dir, manifest, replies: () => merged(dir, manifest.files) };
}

function bad(path: string, complaint: string, cause?: unknown): OracleError {
  return new OracleError(`${path}: ${complaint}`, { code: "bad-recordings", path }, cause);
}

function readManifest(dir: string): string {
  try {
    return readText(join(dir, RECORDING_MANIFEST));
  } catch (error) {
    throw new OracleError(
      `${dir} is no finished recording: ${reasonOf(error)}`,
      { code: "cannot-read", path: dir },
      error,
    );
  }
}

function parseManifest(text: string, path: string): RecordingManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad(path, `no JSON: ${reasonOf(error)}`, error);
  }
  if (!isMembers(value) || value.version !== 1) throw bad(path, "expected a recording of version 1");
  const { startMs, endMs, files, sources } = value;
  if (!isTime(startMs) || !isTime(endMs) || endMs < startMs) throw bad(path, "expected startMs ≤ endMs, unix ms");
  if (!Array.isArray(files)) throw bad(path, "expected a list of files");
  if (!isMembers(sources)) throw bad(path, "expected the counts of its sources");
  const counts: Record<string, number> = {};
  for (const [source, count] of Object.entries(sources)) {
    if (!isCount(count)) throw bad(path, `source ${source} has ${JSON.stringify(count)} replies, expected a count`);
    counts[source] = count;
  }
  const entries: readonly unknown[] = files;
  return { version: 1, startMs, endMs, files: entries.map((entry) => parseFile(entry, path)), sources: counts };
}

function parseFile(entry: unknown, path: string): RecordingFile {
  const { venue, file, replies, bytes, sha256 } = isMembers(entry) ? entry : {};
  if (
    typeof venue !== "string" ||
    !isVenue(venue) ||
    // Its own name only: a manifest must not point elsewhere.
    file !== `${venue}.jsonl.gz` ||
    !isCount(replies) ||
    !isCount(bytes) ||
    typeof sha256 !== "string"
  ) {
    throw bad(path, `a file is ${JSON.stringify(entry)}, expected {venue, file, replies, bytes, sha256}`);
  }
  return { venue, file, replies, bytes, sha256 };
}

async function verify(dir: string, { file, bytes, sha256 }: RecordingFile): Promise<void> {
  const path = join(dir, file);
  const hash = createHash("sha256");
  let length = 0;
  try {
    await flow(createReadStream(path), async (chunks) => {
      for await (const chunk of chunks as AsyncIterable<Buffer>) {
        hash.update(chunk);
        length += chunk.length;
      }
    });
  } catch (error) {
    throw new OracleError(`cannot read ${path}: ${reasonOf(error)}`, { code: "cannot-read", path }, error);
  }
  if (length !== bytes)
    throw bad(path, `has ${length} bytes, the manifest says ${bytes}: it is cut or of another recording`);
  if (hash.digest("hex") !== sha256) throw bad(path, "its sha256 is not the manifest's: it was changed");
}

/** One file's replies as they stand in it. */
async function* repliesOf(dir: string, { venue, file, replies }: RecordingFile): AsyncGenerator<RecordedReply> {
  const path = join(dir, file);
  const text = pipeline(createReadStream(path), createGunzip(), () => undefined).setEncoding("utf8");
  let line = 0;
  let rest = "";
  try {
    for await (const chunk of text as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const one of lines) {
        line += 1;
        yield parseReply(one, venue, `${path}:${line}`);
      }
    }
  } catch (error) {
    if (error instanceof OracleError) throw error;
    throw bad(path, `cannot be unpacked: ${reasonOf(error)}`, error);
  }
  if (rest !== "" || line !== replies) throw bad(path, `holds ${line} replies, the manifest says ${replies}`);
}

function parseReply(text: string, venue: Venue, place: string): RecordedReply {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad(place, `no JSON: ${reasonOf(error)}`, error);
  }
  const { source, path, status, contentType, sentMs, receivedMs, body } = isMembers(value) ? value : {};
  if (
    typeof source !== "string" ||
    typeof path !== "string" ||
    !path.startsWith("/") ||
    !isCount(status) ||
    (contentType !== null && typeof contentType !== "string") ||
    !isTime(sentMs) ||
    !isTime(receivedMs) ||
    typeof body !== "string"
  ) {
    throw bad(place, "expected {source, path, status, contentType, sentMs, receivedMs, body}");
  }
  return { venue, source, path, status, contentType, sentMs, receivedMs, body };
}

/** Few files, so the earliest head is found by looking at all of them. */
async function* merged(dir: string, files: readonly RecordingFile[]): AsyncGenerator<RecordedReply> {
  const streams = files.map((file) => repliesOf(dir, file));
  try {
    const heads = await Promise.all(streams.map((stream) => stream.next()));
    for (;;) {
      let first = -1;
      let earliestMs = Number.POSITIVE_INFINITY;
      for (const [i, head] of heads.entries()) {
        if (head.done === true || head.value.receivedMs >= earliestMs) continue;
        first = i;
        earliestMs = head.value.receivedMs;
      }
      const head = heads[first];
      if (head === undefined || head.done === true) return;
      yield head.value;
      heads[first] = await streams[first]!.next();
    }
  } finally {
    // Whoever stops early leaves files open otherwise.
    await Promise.all(streams.map((stream) => stream.return(undefined)));
  }
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
