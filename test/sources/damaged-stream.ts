/** A session that hears a market's frames with damaged ones among them. Every step is held against the laws. */
import { expect } from "vitest";
import { PRODUCTION_ONLY } from "../../src/sources/rest-adapter.ts";
import type { StreamSession, StreamStep, StreamUpdate } from "../../src/sources/stream-adapter.ts";
import { sourceName } from "../../src/sources/subscription.ts";
import type { FrameSample } from "./market-samples.ts";
import { type Damage, damaged } from "./mutations.ts";
import { expectBounded, expectFunding, expectTime, Numbers } from "./scale-laws.ts";
import { expectLawfulStep } from "./step-laws.ts";

/** Frames that differ in nothing but digits teach a session little. */
const ALIKE_MAX = 2;

export class DamagedStream {
  readonly #sample: FrameSample;
  readonly #atMs: number;
  readonly #frames: readonly string[];
  readonly #numbers: ReadonlySet<number>;
  readonly #sources: ReadonlySet<string>;

  constructor(sample: FrameSample, atMs: number) {
    this.#sample = sample;
    this.#atMs = atMs;
    const alike = new Map<string, number>();
    this.#frames = sample.frames.filter((frame) => {
      const shape = frame.replace(/\d[\d.e+-]*/g, "0");
      const seen = alike.get(shape) ?? 0;
      alike.set(shape, seen + 1);
      return seen < ALIKE_MAX;
    });
    this.#numbers = new Numbers(this.#frames).all;
    this.#sources = new Set(sample.carried.map(sourceName));
  }

  /**
   * Plays the good frames in their order, before some of them a damaged one of any, and the good ones once more. A session
   * that gives its connection up is followed by a new one.
   */
  play(damages: readonly (readonly [which: number, damage: Damage])[]): {
    readonly updates: number;
    readonly sources: ReadonlySet<string>;
  } {
    const numbers = new Numbers([], this.#numbers);
    const told = new Set<string>();
    let session = this.#open();
    let updates = 0;
    let receivedAtMs = this.#atMs;
    const take = (frame: string): number => {
      receivedAtMs += 10;
      const step = session.take(frame, receivedAtMs);
      this.#expectLawful(step, numbers);
      for (const update of step.updates) if (update.kind !== "gap") told.add(update.source);
      if (step.close !== null) session = this.#open();
      return step.updates.filter(({ kind }) => kind !== "gap").length;
    };
    for (const [i, [which, damage]] of damages.entries()) {
      const good = this.#frames[i % this.#frames.length]!;
      const frame = damaged(this.#frames[which % this.#frames.length]!, damage);
      numbers.add(frame);
      if (take(frame) > 0) updates += 1;
      take(good);
    }
    for (const frame of this.#frames) take(frame);
    expectLawfulStep(session.tick(receivedAtMs + 60_000));
    return { updates, sources: told };
  }

  #open(): StreamSession {
    const { adapter, carried, listed } = this.#sample;
    const session = adapter.session(carried, PRODUCTION_ONLY);
    for (const [board, instruments] of listed) session.listed(board, instruments, this.#atMs);
    session.opened(this.#atMs);
    return session;
  }

  #expectLawful(step: StreamStep, numbers: Numbers): void {
    expectLawfulStep(step);
    for (const update of step.updates) {
      expect(this.#sources.has(update.source), update.source).toBe(true);
      this.#expectSameScale(update, numbers);
    }
  }

  #expectSameScale(update: StreamUpdate, numbers: Numbers): void {
    const stands = (value: number | null, factor = 1): void =>
      expect(value === null || numbers.has(value, factor), `${update.source}: ${value}`).toBe(true);
    switch (update.kind) {
      case "gap":
        return;
      case "spot":
      case "depth":
        for (const side of [update.quote.bid, update.quote.ask]) stands(side);
        return expectTime(update.quote, numbers);
      case "index":
        stands(update.quote.price);
        return expectTime(update.quote, numbers);
      case "vol-index":
        stands(update.quote.vol, 1 / 100);
        return expectTime(update.quote, numbers);
      case "futures":
        for (const row of update.rows) {
          for (const price of [row.bid, row.ask, row.mark]) stands(price);
          expectFunding(row);
        }
        return;
      case "options": {
        const { venue } = this.#sample.adapter;
        for (const row of update.rows) {
          stands(row.forward);
          stands(row.markVol, venue === "deribit" ? 1 / 100 : 1);
          const inCoin = venue === "deribit" || venue === "okx";
          for (const premium of [row.bidCoin, row.askCoin, row.markCoin]) stands(premium, inCoin ? 1 : 1 / row.forward);
          expectBounded(row);
        }
      }
    }
  }
}
