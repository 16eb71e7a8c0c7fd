/**
 * What a venue's streams are made of. A session speaks the venue's language on one connection; a channel is drawn once a
 * step for everybody who joined it; the hub owns the sockets, the clock and the faults.
 */
import type { Venue } from "../../market/venue.ts";
import type { VenueTarget } from "../venue-request.ts";
import type { ToldMarket } from "./told-market.ts";

/** One connection as its session sees it. After its end every call does nothing. */
export interface Line {
  /** Counts from 1, over all venues. */
  readonly id: number;
  readonly channels: ReadonlySet<string>;
  /** By the venue's own clock, unix ms. */
  nowMs(): number;
  send(text: string): void;
  ping(): void;
  /** Whether the venue has such a channel now. */
  offers(channel: string): boolean;
  /** Sends the channel's picture, when it has one, and from then on its pushes. False: no such channel. */
  join(channel: string): boolean;
  leave(channel: string): boolean;
  /** 1006 cuts the line without a word. */
  close(code: number, reason: string): void;
}

export interface ServerSession {
  opened(): void;
  /** One text frame of the client. */
  take(text: string): void;
  /** Once a step, after the pushes: heartbeats, patience that ends. */
  tick(): void;
  /** A channel's payload as this connection sends it. */
  frame(channel: string, payload: string): string;
}

/** State of one channel, shared by all who joined it. */
export interface Channel {
  /** What who has just joined is told: the state of the last step that was drawn. */
  picture(): readonly string[];
  /** What is pushed at a step; nothing when nothing changed, where the venue does so. */
  advance(told: ToldMarket): readonly string[];
}

export type VenueStreams = {
  readonly venue: Venue;
  /** Whether the venue has such a path. */
  serves(target: VenueTarget): boolean;
  open(line: Line, target: VenueTarget): ServerSession;
  /** null: no such channel, or its instrument is not listed. The channel stands at the step of `told`. */
  channel(name: string, told: ToldMarket): Channel | null;
  /** The venue's last words before maintenance; null: it just closes. */
  farewell(nowMs: number): string | null;
  /** What it says on a connection that asked too much, before it is closed. */
  tooMany(nowMs: number): string | null;
};

export const NO_FRAMES: readonly string[] = [];
