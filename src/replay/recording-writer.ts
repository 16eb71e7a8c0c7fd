/** Writes a recording: `<venue>.jsonl.gz` as replies and frames come, and the manifest when all of them are on disk. */
import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, mkdirSync, readdirSync, renameSync, type WriteStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createGzip, type Gzip } from "node:zlib";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { Venue } from "../market/venue.ts";
import {
  RECORDING_MANIFEST,
  type RecordedFrame,
  type RecordedReply,
  type RecordingFile,
  type RecordingManifest,
} from "../market/recording.ts";

type VenueFile = {
  readonly name: string;
  readonly gzip: Gzip;
  readonly file: WriteStream;
  readonly hash: Hash;
  replies: number;
  frames: number;
  bytes: number;
};

export class RecordingWriter {
  readonly #dir: string;
  readonly #files = new Map<Venue, VenueFile>();
  readonly #sources: Record<string, number> = {};
  #failure: OracleError | null = null;
  #replies = 0;
  #frames = 0;

  /**
   * @param options.sources every source that is asked
   * @throws OracleError `bad-argument` when the directory holds something already, `cannot-write`
   */
  constructor(options: { readonly dir: string; readonly sources: readonly string[] }) {
    const { dir, sources } = options;
    for (const source of sources) this.#sources[source] = 0;
    this.#dir = dir;
    let held: readonly string[];
    try {
      mkdirSync(dir, { recursive: true });
      held = readdirSync(dir);
    } catch (error) {
      throw cannotWrite(dir, error);
    }
    if (held.length > 0) {
      throw new OracleError(`${dir} is not empty: a recording begins in a directory of its own`, {
        code: "bad-argument",
        path: dir,
      });
    }
  }

  get replies(): number {
    return this.#replies;
  }

  get frames(): number {
    return this.#frames;
  }

  /** Compressed bytes that are written so far. */
  get bytes(): number {
    let bytes = 0;
    for (const file of this.#files.values()) bytes += file.bytes;
    return bytes;
  }

  /** @throws OracleError `cannot-write` when an earlier line could not be written */
  write(reply: RecordedReply): void {
    if (this.#failure !== null) throw this.#failure;
    const file = this.#files.get(reply.venue) ?? this.#open(reply.venue);
    const { source, path, status, contentType, sentMs, receivedMs, body } = reply;
    file.gzip.write(`${JSON.stringify({ source, path, status, contentType, sentMs, receivedMs, body })}\n`);
    file.replies += 1;
    this.#replies += 1;
    this.#sources[source] = (this.#sources[source] ?? 0) + 1;
  }

  /** @throws OracleError `cannot-write` when an earlier line could not be written */
  writeFrame(frame: RecordedFrame): void {
    if (this.#failure !== null) throw this.#failure;
    const file = this.#files.get(frame.venue) ?? this.#open(frame.venue);
    const { kind, connection, direction, text, atMs } = frame;
    file.gzip.write(`${JSON.stringify({ kind, connection, direction, text, atMs })}\n`);
    file.frames += 1;
    this.#frames += 1;
  }

  /** Until this has resolved the recording cannot be read. @throws OracleError `cannot-write` */
  async close(startMs: number, endMs: number): Promise<RecordingManifest> {
    const files: RecordingFile[] = [];
    for (const [venue, { name, gzip, file, hash, ...counts }] of this.#files) {
      if (this.#failure === null && !file.closed) {
        const closed = once(file, "close");
        gzip.end();
        await closed.catch(() => undefined);
      }
      if (this.#failure !== null) throw this.#failure;
      const { replies, frames } = counts;
      files.push({
        venue,
        file: name,
        replies,
        frames,
        bytes: this.#files.get(venue)!.bytes,
        sha256: hash.digest("hex"),
      });
    }
    const version = this.#frames === 0 ? 1 : 2;
    const manifest: RecordingManifest = { version, startMs, endMs, files, sources: this.#sources };
    const path = join(this.#dir, RECORDING_MANIFEST);
    try {
      writeFileSync(`${path}.part`, `${JSON.stringify(manifest, null, 2)}\n`);
      renameSync(`${path}.part`, path);
    } catch (error) {
      throw cannotWrite(path, error);
    }
    return manifest;
  }

  #open(venue: Venue): VenueFile {
    const name = `${venue}.jsonl.gz`;
    const gzip = createGzip();
    const file = createWriteStream(join(this.#dir, name), { flags: "wx" });
    const opened: VenueFile = { name, gzip, file, hash: createHash("sha256"), replies: 0, frames: 0, bytes: 0 };
    gzip.on("data", (chunk: Buffer) => {
      opened.hash.update(chunk);
      opened.bytes += chunk.length;
    });
    file.on("error", (error) => {
      this.#failure ??= cannotWrite(join(this.#dir, name), error);
      gzip.destroy();
    });
    gzip.pipe(file);
    this.#files.set(venue, opened);
    return opened;
  }
}

function cannotWrite(path: string, error: unknown): OracleError {
  return new OracleError(`cannot write ${path}: ${reasonOf(error)}`, { code: "cannot-write", path }, error);
}
