/** What a market is started with, and the source of answers that follows from it. */
import { OracleError } from "../base/errors.ts";
import type { Venue } from "../market/venue.ts";
import { CandleBook } from "../sim/market/candles.ts";
import { type MarketModel, stepAt } from "../sim/market/model.ts";
import { SyntheticMarket } from "../sim/market/synthetic.ts";
import type { VenueAnswer } from "./answer.ts";
import type { FaultOrder } from "./faults.ts";
import { Recordings } from "./recordings.ts";
import { renderAnswer } from "./render.ts";
import { openRecording } from "./recorded.ts";
import { RecordedTape } from "./recorded-tape.ts";
import type { VenueTarget } from "./venue-request.ts";
import { loadTapeChain, loadTapeMinutes } from "./tape/load.ts";
import { TapeMarket } from "./tape/tape-market.ts";

type TapePaths = {
  /** CSV of minute bars; see `tape/minutes.ts`. */
  readonly minutes?: string;
  /** CSV of one recorded option chain; see `tape/chain-csv.ts`. */
  readonly chain?: string;
  /** Tape seconds in one wall second, 1 by default. */
  readonly speed?: number;
  /** Wall time at which the tape begins, unix seconds; `startMs` by default. */
  readonly startUnix?: number;
  /** Tape time at that moment, unix seconds; the first bar by default. */
  readonly fromUnix?: number;
};

export type MarketOptions = {
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly seed?: number;
  /** Unix ms of the market's first step; now by default, never later. */
  readonly startMs?: number;
  /** Wall milliseconds for which prices stand still, 250 by default. */
  readonly stepMs?: number;
  /** Of the synthetic market and of a recording: market time per wall time, 1 by default. */
  readonly speed?: number;
  /** Of the synthetic market: that many strikes for one, 1 by default; 2 gives about 900 options a venue and coin. */
  readonly strikeDensity?: number;
  /** Serve recorded bodies from this directory. */
  readonly recordings?: string;
  /** Serve a recording of `tenor record` as it was, from its first moment on. */
  readonly recording?: string;
  /** Serve real history. */
  readonly tape?: TapePaths;
  readonly faults?: readonly FaultOrder[];
  /** Small delays per venue; on by default. */
  readonly latency?: boolean;
  /** How often streams say what changed, wall ms; `stepMs` by default. */
  readonly pushMs?: number;
  /** How often one row of an option board is told anew in streams, wall ms; 4 000 by default. */
  readonly optionTurnMs?: number;
  /** Whether a client over a venue's documented limits gets the venue's refusal, or is only counted; on by default. */
  readonly enforce?: boolean;
  /** Wall clock, for tests; Date.now by default. */
  readonly nowMs?: () => number;
};

type MarketMode = "synthetic" | "tape" | "recordings" | "recording";

export type MarketSource = {
  readonly mode: MarketMode;
  readonly seed: number;
  readonly startMs: number;
  readonly speed: number;
  /** null: recorded bodies have no truth. */
  readonly model: MarketModel | null;
  /** @param clockOffMs how far the venue's own clock is ahead; what was recorded keeps its times */
  answer(venue: Venue, target: VenueTarget, timeMs: number, clockOffMs: number): VenueAnswer;
  /** Answers of one moment are the same for everybody. */
  momentOf(timeMs: number): number;
  /** What `/market` adds for this mode. */
  describe(): Readonly<Record<string, unknown>>;
};

function refuse(message: string): never {
  throw new OracleError(message, { code: "bad-market-options" });
}

/** @throws OracleError `bad-market-options`, `bad-csv`, `bad-recordings`, `cannot-read` */
export async function openSource(options: MarketOptions, nowMs: number): Promise<MarketSource> {
  const seed = options.seed ?? 1;
  const stepMs = options.stepMs ?? 250;
  const histories = [options.recordings, options.recording, options.tape].filter((given) => given !== undefined);
  if (histories.length > 1) refuse("recordings, a recording and a tape exclude each other; more than one was given");
  const startUnix = options.tape?.startUnix;
  const startMs = options.startMs ?? (startUnix === undefined ? nowMs : startUnix * 1000);
  if (!Number.isFinite(startMs) || startMs > nowMs)
    refuse(`startMs is ${startMs}, expected a time not after now (${nowMs})`);
  if (options.recordings !== undefined) return recordedSource(new Recordings(options.recordings), seed, startMs);
  if (options.recording !== undefined) {
    const tape = await RecordedTape.load(await openRecording(options.recording));
    return recordingSource(tape, seed, startMs, options.speed ?? 1);
  }
  if (options.tape !== undefined) return tapeSource(options.tape, seed, startMs, stepMs);
  const { speed = 1, strikeDensity = 1 } = options;
  const market = new SyntheticMarket({ seed, startMs, stepMs, speed, strikeDensity });
  return modelSource("synthetic", market, market.speed, {});
}

function tapeSource(paths: TapePaths, seed: number, startMs: number, stepMs: number): MarketSource {
  const minutes = paths.minutes === undefined ? null : loadTapeMinutes(paths.minutes);
  const chain = paths.chain === undefined ? null : loadTapeChain(paths.chain);
  const speed = paths.speed ?? 1;
  const fromUnix = paths.fromUnix ?? minutes?.fromUnix ?? 0;
  const market = new TapeMarket({ seed, startMs, stepMs, speed, minutes, chain, fromUnix });
  return modelSource("tape", market, speed, {
    tape: {
      minutes: minutes === null ? null : { file: minutes.file, fromUnix, endUnix: minutes.toUnix },
      chain:
        chain === null
          ? null
          : {
              file: chain.file,
              takenAtMs: chain.takenAtMs,
              shiftDays: market.chain!.shiftDays,
              residualMs: market.chain!.residualMs,
            },
    },
  });
}

function modelSource(
  mode: "synthetic" | "tape",
  model: MarketModel,
  speed: number,
  extra: Readonly<Record<string, unknown>>,
): MarketSource {
  const candles = new CandleBook(model);
  return {
    mode,
    seed: model.seed,
    startMs: model.startMs,
    speed,
    model,
    answer: (venue, target, timeMs, clockOffMs) => renderAnswer(model, candles, venue, target, timeMs, clockOffMs),
    momentOf: (timeMs) => stepAt(model, timeMs),
    describe: () => ({ stepMs: model.stepMs, noise: model.noise, coveredStables: model.coveredStables, ...extra }),
  };
}

function recordedSource(recordings: Recordings, seed: number, startMs: number): MarketSource {
  return {
    mode: "recordings",
    seed,
    startMs,
    speed: 1,
    model: null,
    answer: (venue, target, timeMs) => recordings.answer(venue, target, timeMs),
    momentOf: (timeMs) => Math.floor(timeMs / 250),
    describe: () => ({ noise: null, files: recordings.served() }),
  };
}

/** Tape time runs from the recording's start at `startMs`, and stands still at its end. */
function recordingSource(tape: RecordedTape, seed: number, startMs: number, speed: number): MarketSource {
  if (!(speed > 0)) refuse(`a recording needs speed > 0, saw ${speed}`);
  const { startMs: fromMs, endMs, files } = tape.manifest;
  const tapeMs = (timeMs: number): number => Math.min(endMs, fromMs + (timeMs - startMs) * speed);
  return {
    mode: "recording",
    seed,
    startMs,
    speed,
    model: null,
    answer: (venue, target, timeMs) => tape.answer(venue, target, tapeMs(timeMs)),
    momentOf: (timeMs) => tape.momentOf(tapeMs(timeMs)),
    describe: () => ({ noise: null, recording: { fromMs, endMs, files } }),
  };
}
