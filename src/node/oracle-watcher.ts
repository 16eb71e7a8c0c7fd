/** Who looks on: told of every event of the machine, never asked. */
import type { Effect, Note, OracleEvent } from "../protocol/events.ts";
import type { OracleState } from "../protocol/state.ts";
import type { Channel } from "./inbox.ts";
import type { Moment } from "./moment.ts";

export type OracleWatcher = {
  /** After each event, with what it caused. `at` is when the machine decided, before anything was written or sent. */
  stepped(state: OracleState, event: OracleEvent, effects: readonly Effect[], at: Moment): void;
  noted(note: Note): void;
  refused(channel: Channel, why: string, fromId: number): void;
};
