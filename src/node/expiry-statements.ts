/**
 * What this member says of each expiry under its observer key: the mean of the window as it saw it. f + 1 members that contradict a
 * settlement on chain void it, so each says it to whoever asks, whatever the committee agreed on.
 */
import { z } from "zod";
import { roundHalfEven } from "../base/fixed.ts";
import type { Hex } from "../base/bytes.ts";
import { reasonOf } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import type { ExpiryStatementView } from "../api/view.ts";
import { meanOf, type WindowMean } from "../feeds/window-mean.ts";
import { expiryStatementDigest } from "../report/expiry-statement.ts";

/** Of each feed. A dispute window is a week at most; a settlement a day is the usual schedule. */
const KEPT_MAX = 32;
const DECIMALS = 8;

const hex = (bytes: number) =>
  z.custom<Hex>((text) => typeof text === "string" && new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`, "i").test(text));

const statements = z.array(
  z.strictObject({
    feed: z.string(),
    feedId: hex(32),
    expiryMs: z.number().int().positive(),
    value: z.string().regex(/^\d+$/),
    coveragePpm: z.number().int().min(0).max(1_000_000),
    signer: hex(20),
    r: hex(32),
    s: hex(32),
    yParity: z.union([z.literal(0), z.literal(1)]),
  }),
);

export type StatedFeed = { readonly name: string; readonly feedId: Hex; readonly minCoverage: number };

export type StatementDoors = {
  readonly memory: { get(key: string): string | undefined; put(key: string, value: string): void };
  /** The observer key: signs 32 bytes as they are. */
  readonly sign: (digest: Hex) => { readonly r: Hex; readonly s: Hex; readonly yParity: 0 | 1 };
  readonly signer: Hex;
  readonly log: Logger;
};

export class ExpiryStatements {
  readonly #networkId: Hex;
  readonly #doors: StatementDoors;
  readonly #said = new Map<string, readonly ExpiryStatementView[]>();

  constructor(options: { readonly networkId: Hex; readonly feeds: readonly StatedFeed[] }, doors: StatementDoors) {
    this.#networkId = options.networkId;
    this.#doors = doors;
    for (const { name } of options.feeds) this.#said.set(name, this.#kept(name));
  }

  /**
   * A window is over: says its mean, if enough of it was seen. Once for each expiry, ever: a restart that lost the end of a window
   * would find another mean, and two statements are proof of a lie. On disk before anybody can ask for it.
   */
  closed({ name, feedId, minCoverage }: StatedFeed, window: WindowMean): void {
    const mean = meanOf(window);
    const coveragePpm = Math.floor((window.coveredMs / window.windowMs) * 1_000_000);
    const said = this.#said.get(name) ?? [];
    if (mean === null || coveragePpm < minCoverage * 1_000_000) return;
    if (said.some(({ expiryMs }) => expiryMs >= window.expiryMs)) return;
    const { signer, sign, memory, log } = this.#doors;
    const value = roundHalfEven(mean, DECIMALS);
    const { r, s, yParity } = sign(expiryStatementDigest(this.#networkId, feedId, window.expiryMs, value));
    const { expiryMs } = window;
    const statement = { feed: name, feedId, expiryMs, value: value.toString(), coveragePpm, signer, r, s, yParity };
    const next = [...said, statement].slice(-KEPT_MAX);
    try {
      memory.put(keyOf(name), JSON.stringify(next));
    } catch (error) {
      // What is not written down might be said otherwise by the next life.
      log.error("a statement about an expiry cannot be written down", {
        feed: name,
        expiryMs,
        reason: reasonOf(error),
      });
      return;
    }
    this.#said.set(name, next);
  }

  /** Newest first. */
  list(): readonly ExpiryStatementView[] {
    return [...this.#said.values()].flat().sort((a, b) => b.expiryMs - a.expiryMs);
  }

  #kept(name: string): readonly ExpiryStatementView[] {
    const text = this.#doors.memory.get(keyOf(name));
    if (text === undefined) return [];
    try {
      return statements.parse(JSON.parse(text));
    } catch (error) {
      this.#doors.log.warn("kept statements about expiries are unreadable", { feed: name, reason: reasonOf(error) });
      return [];
    }
  }
}

const keyOf = (name: string): string => `expiry-statements:${name}`;
