/** All connections of one venue: its channels are drawn once a step, and what changed goes to everybody who joined. */
import type { Venue } from "../../market/venue.ts";
import type { MarketModel } from "../../sim/market/model.ts";
import { clockOffMs, type Fault, type FaultBoard, type FaultKind } from "../faults.ts";
import type { RequestLedger } from "../request-ledger.ts";
import type { VenueTarget } from "../venue-request.ts";
import type { WebSocket } from "ws";
import type { StreamRoom } from "./hub.ts";
import type { Channel, VenueStreams } from "./line.ts";
import { type LineOwner, SocketLine } from "./socket-line.ts";
import { type Pace, ToldMarket } from "./told-market.ts";

type Joined = { readonly channel: Channel; readonly lines: Set<SocketLine> };

export type RoomOptions = {
  readonly streams: VenueStreams;
  readonly model: MarketModel;
  readonly pace: Pace;
  /** Whether a client over a documented limit is refused, or only counted. */
  readonly enforce: boolean;
};

export type RoomDoors = {
  readonly faults: FaultBoard;
  readonly ledger: RequestLedger;
  nowMs(): number;
  /** A number that no connection had before. */
  lineNumber(): number;
};

export class VenueRoom implements LineOwner, StreamRoom {
  readonly venue: Venue;
  readonly #options: RoomOptions;
  readonly #doors: RoomDoors;
  readonly #lines = new Set<SocketLine>();
  readonly #joined = new Map<string, Joined>();
  #fault: Fault | null = null;
  #told: ToldMarket | null = null;

  constructor(options: RoomOptions, doors: RoomDoors) {
    this.venue = options.streams.venue;
    this.#options = options;
    this.#doors = doors;
  }

  get size(): number {
    return this.#lines.size;
  }

  serves(target: VenueTarget): boolean {
    return this.#options.streams.serves(target);
  }

  enter(socket: WebSocket, client: string, target: VenueTarget): void {
    const { streams, model } = this.#options;
    const line = new SocketLine({ id: this.#doors.lineNumber(), client, seed: model.seed }, socket, this);
    this.#lines.add(line);
    line.begin(streams.open(line, target));
  }

  /** One step: what a new fault does to open lines, what changed, and then the sessions' own heartbeats. */
  tick(): void {
    const nowMs = this.#doors.nowMs();
    const fault = this.#doors.faults.rulingAt(this.venue, nowMs);
    if (fault !== this.#fault) {
      this.#fault = fault;
      if (fault !== null) this.#strike(fault.fault);
    }
    if (this.#lines.size === 0) return;
    const told = this.#tellAt(nowMs);
    if (told.isAnew || told.step !== this.#told?.step) {
      this.#told = told;
      for (const [name, { channel, lines }] of this.#joined) {
        for (const payload of channel.advance(told)) push(lines, name, payload);
      }
    }
    for (const line of this.#lines) line.tick();
  }

  fault(): FaultKind | null {
    return this.#fault?.fault ?? null;
  }

  nowMs(): number {
    return this.#doors.nowMs() + clockOffMs(this.#fault);
  }

  offers(channel: string): boolean {
    return this.#joined.has(channel)
      ? this.fault() !== "delisted"
      : this.#options.streams.channel(channel, this.#standing()) !== null;
  }

  join(line: SocketLine, name: string): readonly string[] | null {
    const known = this.#joined.get(name);
    if (known !== undefined) {
      known.lines.add(line);
      return known.channel.picture();
    }
    const channel = this.#options.streams.channel(name, this.#standing());
    if (channel === null) return null;
    this.#joined.set(name, { channel, lines: new Set([line]) });
    return channel.picture();
  }

  leave(line: SocketLine, name: string): void {
    const joined = this.#joined.get(name);
    joined?.lines.delete(line);
    if (joined?.lines.size === 0) this.#joined.delete(name);
  }

  heard(line: SocketLine, text: string): void {
    const { ledger } = this.#doors;
    const allowance = ledger.message(this.venue, line.client, line.id, text, this.#doors.nowMs());
    if (allowance.kind === "within" || !this.#options.enforce) return line.take(text);
    this.#turnAway(line);
  }

  ended(line: SocketLine): void {
    this.#lines.delete(line);
    for (const name of line.channels) this.leave(line, name);
    this.#doors.ledger.closed(this.venue, line.client, line.id);
    if (this.#lines.size === 0) this.#told = null;
  }

  stop(): void {
    for (const line of this.#lines) line.close(1006, "");
  }

  /** The market as all channels stand: a channel that is joined between two ticks stands where the others do. */
  #standing(): ToldMarket {
    this.#told ??= this.#tellAt(this.#doors.nowMs());
    return this.#told;
  }

  #tellAt(nowMs: number): ToldMarket {
    const { model, pace } = this.#options;
    return new ToldMarket({ model, venue: this.venue, pace }, nowMs, this.#fault, this.#told);
  }

  #strike(fault: FaultKind): void {
    const { streams } = this.#options;
    let count = 0;
    for (const line of this.#lines) {
      switch (fault) {
        case "disconnect":
          line.close(count++ % 2 === 0 ? 1006 : 1012, "service restart");
          break;
        case "maintenance": {
          const words = streams.farewell(this.nowMs());
          if (words !== null) line.send(words);
          line.close(1012, "maintenance");
          break;
        }
        case "429":
        case "ban":
          this.#turnAway(line);
          break;
        case "geo-block":
          line.close(1008, "restricted location");
          break;
        case "5xx":
          line.close(1011, "internal error");
          break;
        default:
      }
    }
  }

  #turnAway(line: SocketLine): void {
    const words = this.#options.streams.tooMany(this.nowMs());
    if (words !== null) line.send(words);
    line.close(1008, "too many requests");
  }
}

function push(lines: ReadonlySet<SocketLine>, name: string, payload: string): void {
  let bytes: Buffer | null = null;
  const shared = (): Buffer => (bytes ??= Buffer.from(payload, "utf8"));
  for (const line of lines) line.push(name, payload, shared);
}
