/**
 * Recorded bodies as a market: a directory with one folder a venue, files named by endpoint, and optionally a
 * `manifest.json` that gives each file's class. Bodies go out byte for byte, so their own times are old; a node that
 * reads them as fresh is wrong, and a node that calls them stale is right.
 */
import { readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { Venue } from "../market/venue.ts";
import type { VenueAnswer } from "./answer.ts";
import type { VenueTarget } from "./venue-request.ts";
import { readText } from "./tape/load.ts";
import { unknownSymbol } from "./unknown-symbol.ts";
import { deribitResult } from "./venues/deribit/envelope.ts";
import { recordedFile, SERVED_FILES } from "./recorded-files.ts";

/** R is byte-exact, N has real values in another white space; a star is a cut or a transcription. Documentation and derived bodies are not served. */
const CLASS_ORDER = ["R", "R*", "N", "N*"];
const NEVER_SERVED = /_doc|DERIVED|error/i;

export class Recordings {
  readonly #dir: string;
  /** Relative paths with forward slashes, best first: by class, then the newest name. */
  readonly #files: readonly string[];
  readonly #bodies = new Map<string, string>();

  /** @throws OracleError `cannot-read`, `bad-recordings` */
  constructor(dir: string) {
    this.#dir = dir;
    let names: readonly string[];
    try {
      names = readdirSync(dir, { recursive: true, encoding: "utf8" }).map((name) => name.split(sep).join("/"));
    } catch (error) {
      throw new OracleError(
        `cannot read the directory ${dir}: ${reasonOf(error)}`,
        { code: "cannot-read", path: dir },
        error,
      );
    }
    const classes = names.includes("manifest.json") ? readClasses(join(dir, "manifest.json")) : null;
    const rank = (name: string): number => (classes === null ? 0 : CLASS_ORDER.indexOf(classes.get(name) ?? "?"));
    this.#files = names
      .filter((name) => name.endsWith(".json") && !NEVER_SERVED.test(name) && rank(name) >= 0)
      .sort((a, b) => rank(a) - rank(b) || (a < b ? 1 : -1));
    if (this.served().length === 0) {
      throw new OracleError(
        `${dir} holds no recorded body of a served endpoint, such as kraken/Ticker_XBTUSD_<time>.json`,
        {
          code: "bad-recordings",
          path: dir,
        },
      );
    }
  }

  /** The files that some request would be answered from. */
  served(): readonly string[] {
    return this.#files.filter((name) => SERVED_FILES.some((served) => served.test(name)));
  }

  answer(venue: Venue, target: VenueTarget, nowMs: number): VenueAnswer {
    const pattern = recordedFile(venue, target);
    const file = pattern === null ? undefined : this.#files.find((name) => pattern.test(name));
    if (file === undefined) return unknownSymbol(venue, nowMs);
    const body = this.#body(file);
    // Some recordings kept the result and dropped its envelope.
    if (/_result_/.test(file)) return deribitResult(body.trim(), nowMs);
    return { status: 200, contentType: "application/json", body };
  }

  #body(file: string): string {
    const kept = this.#bodies.get(file);
    if (kept !== undefined) return kept;
    const body = readText(join(this.#dir, file));
    this.#bodies.set(file, body);
    return body;
  }
}

function readClasses(path: string): ReadonlyMap<string, string> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(readText(path));
  } catch (error) {
    throw new OracleError(`${path} is no JSON: ${reasonOf(error)}`, { code: "bad-recordings", path }, error);
  }
  if (!Array.isArray(manifest))
    throw new OracleError(`${path}: expected a list of {file, cls}`, { code: "bad-recordings", path });
  const classes = new Map<string, string>();
  for (const entry of manifest as readonly unknown[]) {
    const { file, cls } = (entry ?? {}) as { file?: unknown; cls?: unknown };
    if (typeof file === "string" && typeof cls === "string") classes.set(file, cls);
  }
  return classes;
}
