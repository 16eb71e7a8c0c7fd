/**
 * A recording's streams of one venue: who connects is told what the recorder was told on the connection that was open to
 * that path, in the recorded rhythm. What had been told by then comes at once, so that changes meet the picture they
 * change; what came after the recorder's first words waits for the client's. The answers are the recorded ones, whatever
 * the client asks: one that wants other channels, or counts its requests otherwise, is not understood here.
 */
import type { WebSocket } from "ws";
import type { Venue } from "../../market/venue.ts";
import { clockOffMs, type Fault, type FaultBoard, type FaultKind } from "../faults.ts";
import { type RecordedFrames, type RecordedLife, textOfFrame } from "../recorded-frames.ts";
import type { RequestLedger } from "../request-ledger.ts";
import type { VenueTarget } from "../venue-request.ts";
import type { StreamRoom } from "./hub.ts";
import type { VenueStreams } from "./line.ts";
import { type LineOwner, SocketLine } from "./socket-line.ts";
import { strike, turnAway } from "./strike.ts";

type Playing = { readonly life: RecordedLife; at: number; hasSpoken: boolean };

export type RecordedRoomOptions = {
  readonly streams: VenueStreams;
  readonly frames: RecordedFrames;
  readonly seed: number;
  readonly enforce: boolean;
};

export type RecordedRoomDoors = {
  readonly faults: FaultBoard;
  readonly ledger: RequestLedger;
  nowMs(): number;
  tapeMs(timeMs: number): number;
  lineNumber(): number;
};

export class RecordedRoom implements LineOwner, StreamRoom {
  readonly venue: Venue;
  readonly #options: RecordedRoomOptions;
  readonly #doors: RecordedRoomDoors;
  readonly #lines = new Map<SocketLine, Playing>();
  #fault: Fault | null = null;

  constructor(options: RecordedRoomOptions, doors: RecordedRoomDoors) {
    this.venue = options.streams.venue;
    this.#options = options;
    this.#doors = doors;
  }

  get size(): number {
    return this.#lines.size;
  }

  serves(target: VenueTarget): boolean {
    return this.#options.frames.serves(this.venue, target);
  }

  enter(socket: WebSocket, client: string, target: VenueTarget): void {
    const { frames, seed } = this.#options;
    const line = new SocketLine({ id: this.#doors.lineNumber(), client, seed }, socket, this);
    const life = frames.lifeAt(this.venue, target, this.#doors.tapeMs(this.#doors.nowMs()));
    if (life === null) return line.close(1013, "not recorded at this time");
    const playing = { life, at: 0, hasSpoken: false };
    this.#lines.set(line, playing);
    this.#play(line, playing);
  }

  tick(): void {
    const nowMs = this.#doors.nowMs();
    const fault = this.#doors.faults.rulingAt(this.venue, nowMs);
    if (fault !== this.#fault) {
      this.#fault = fault;
      if (fault !== null) strike(this.#lines.keys(), fault.fault, this.#options.streams, nowMs);
    }
    // What a frozen venue would have said is said when it thaws.
    if (fault?.fault === "frozen") return;
    for (const [line, playing] of this.#lines) this.#play(line, playing);
  }

  fault(): FaultKind | null {
    return this.#fault?.fault ?? null;
  }

  nowMs(): number {
    return this.#doors.nowMs() + clockOffMs(this.#fault);
  }

  /** Recorded frames are all there is: nobody joins a channel. */
  offers(): boolean {
    return false;
  }

  join(): null {
    return null;
  }

  leave(): void {
    // As above.
  }

  heard(line: SocketLine, text: string): void {
    const { ledger } = this.#doors;
    const allowance = ledger.message(this.venue, line.client, line.id, text, this.#doors.nowMs());
    if (allowance.kind !== "within" && this.#options.enforce)
      return turnAway(line, this.#options.streams, this.nowMs());
    const playing = this.#lines.get(line);
    if (playing === undefined) return;
    playing.hasSpoken = true;
    this.#play(line, playing);
  }

  ended(line: SocketLine): void {
    this.#lines.delete(line);
    this.#doors.ledger.closed(this.venue, line.client, line.id);
  }

  stop(): void {
    for (const line of this.#lines.keys()) line.close(1006, "");
  }

  #play(line: SocketLine, playing: Playing): void {
    const tapeMs = this.#doors.tapeMs(this.#doors.nowMs());
    for (; playing.at < playing.life.frames.length; playing.at++) {
      const frame = playing.life.frames[playing.at]!;
      if (frame.atMs > tapeMs) return;
      switch (frame.direction) {
        case "out":
          if (!playing.hasSpoken) return;
          break;
        case "in":
          line.pushRecorded(textOfFrame(frame));
          break;
        case "close":
          playing.at += 1;
          return line.close(1006, "");
      }
    }
  }
}
