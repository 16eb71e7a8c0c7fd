/** Keeps exactly one connection to every member: dials, redials, and settles which of two connections stays. */
import type { Connection, Libp2p, MessageStreamDirection } from "@libp2p/interface";
import { reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { Committee, Member } from "./committee.ts";
import { Deadlines } from "./deadlines.ts";
import {
  DIAL_BACKOFF_MAX_MS,
  DIAL_BACKOFF_MIN_MS,
  DIAL_FALLBACK_MS,
  DIAL_TIMEOUT_MS,
  HANDSHAKE_TIMEOUT_MS,
} from "./peer-policy.ts";

export type KeeperDoors = {
  readonly node: Libp2p;
  readonly committee: Committee;
  readonly clock: Clock;
  readonly log: Logger;
  /** The member's connection in use changed; null when it has none. `previous` is already closed or about to be. */
  onCurrent(member: Member, connection: Connection | null, previous: Connection | null): void;
};

type Line = { attempts: number; timer: NodeJS.Timeout | null; dialling: boolean; openedAtMs: number };

/**
 * Of two live connections to one peer, is the newer one kept? Both ends must come to the same answer without talking,
 * and they see the two open in different order and at different times. Dialled by different ends: the one dialled by
 * the lower id stays, unless the older is older than any handshake lasts. Else the newer: a peer dials only when it
 * has no connection, so it has lost the older one (vanished and came back), even if we have not noticed.
 */
export function keepsNewer(
  selfId: number,
  peerId: number,
  older: { readonly direction: MessageStreamDirection; readonly ageMs: number },
  newer: { readonly direction: MessageStreamDirection },
): boolean {
  if (older.direction === newer.direction) return true;
  if (older.ageMs > HANDSHAKE_TIMEOUT_MS) return true;
  return (newer.direction === "outbound") === selfId < peerId;
}

export class ConnectionKeeper {
  readonly #selfId: number;
  readonly #doors: KeeperDoors;
  readonly #lines = new Map<number, Line>();
  readonly #deadlines = new Deadlines();

  constructor(options: { readonly selfId: number }, doors: KeeperDoors) {
    this.#selfId = options.selfId;
    this.#doors = doors;
    for (const member of doors.committee.others()) this.#open(member);
  }

  /** From now on this member has a connection too. */
  admit(member: Member): void {
    this.#open(member);
    this.#schedule(member, this.#firstDelayMs(member));
  }

  dismiss(member: Member): void {
    const line = this.#lines.get(member.id);
    if (line?.timer !== null) clearTimeout(line?.timer);
    this.#lines.delete(member.id);
    member.connection?.abort(new Error("no member any more"));
    member.connection = null;
  }

  #open(member: Member): void {
    this.#lines.set(member.id, { attempts: 0, timer: null, dialling: false, openedAtMs: 0 });
  }

  start(): void {
    const { node, committee } = this.#doors;
    node.addEventListener("connection:open", this.#onOpen);
    node.addEventListener("connection:close", this.#onClose);
    for (const member of committee.others()) this.#schedule(member, this.#firstDelayMs(member));
  }

  /** Dials at once instead of at the next try, as when an address has become known. */
  hurry(member: Member): void {
    const line = this.#lines.get(member.id);
    if (line === undefined || member.connection !== null) return;
    line.attempts = 0;
    this.#schedule(member, this.#firstDelayMs(member));
  }

  /** No dial starts or goes on after this; open connections are left to the caller. */
  stop(): void {
    const { node } = this.#doors;
    this.#deadlines.stop();
    node.removeEventListener("connection:open", this.#onOpen);
    node.removeEventListener("connection:close", this.#onClose);
    for (const line of this.#lines.values()) {
      if (line.timer !== null) clearTimeout(line.timer);
      line.timer = null;
    }
  }

  #firstDelayMs(member: Member): number {
    return this.#selfId < member.id ? 0 : DIAL_FALLBACK_MS * (1 + 0.5 * Math.random());
  }

  readonly #onOpen = (event: CustomEvent<Connection>): void => {
    const connection = event.detail;
    const member = this.#doors.committee.byPeer(connection.remotePeer);
    const line = member === null ? undefined : this.#lines.get(member.id);
    // The gatekeeper has already refused everybody else.
    if (member === null || line === undefined || member.connection === connection) return;
    const nowMs = this.#doors.clock.monotonicMs();
    const previous = member.connection;
    if (previous !== null && previous.status === "open") {
      const older = { direction: previous.direction, ageMs: nowMs - line.openedAtMs };
      if (!keepsNewer(this.#selfId, member.id, older, connection)) {
        connection.abort(new Error("a simultaneous dial was settled for the other connection"));
        return;
      }
    }
    member.connection = connection;
    line.openedAtMs = nowMs;
    if (line.timer !== null) clearTimeout(line.timer);
    line.timer = null;
    previous?.abort(new Error("replaced by a newer connection"));
    this.#doors.log.debug("peer connected", { peer: member.id, direction: connection.direction });
    this.#doors.onCurrent(member, connection, previous);
  };

  readonly #onClose = (event: CustomEvent<Connection>): void => {
    const connection = event.detail;
    const member = this.#doors.committee.byPeer(connection.remotePeer);
    if (member === null || member.connection !== connection) return;
    member.connection = null;
    this.#doors.log.debug("peer disconnected", { peer: member.id });
    this.#doors.onCurrent(member, null, connection);
    const line = this.#lines.get(member.id);
    if (line === undefined) return;
    // A connection that lived for a while proves the address; one that died young counts as a failed attempt.
    const livedMs = this.#doors.clock.monotonicMs() - line.openedAtMs;
    if (livedMs > DIAL_BACKOFF_MAX_MS) line.attempts = 0;
    this.#schedule(member, Math.max(this.#firstDelayMs(member), this.#backoffMs(line)));
  };

  #backoffMs(line: Line): number {
    let backoffMs = DIAL_BACKOFF_MIN_MS;
    for (let i = 0; i < line.attempts && backoffMs < DIAL_BACKOFF_MAX_MS; i++) backoffMs *= 2;
    // Jitter, so that a committee that lost one line does not redial in step.
    return Math.min(backoffMs, DIAL_BACKOFF_MAX_MS) * (0.75 + 0.5 * Math.random());
  }

  #schedule(member: Member, delayMs: number): void {
    const line = this.#lines.get(member.id);
    if (line === undefined || this.#deadlines.stopped) return;
    if (line.timer !== null) clearTimeout(line.timer);
    const excludedMs = member.ledger.excludedForMs(this.#doors.clock.monotonicMs());
    line.timer = setTimeout(
      () => {
        line.timer = null;
        void this.#dial(member, line);
      },
      Math.max(delayMs, excludedMs),
    );
  }

  async #dial(member: Member, line: Line): Promise<void> {
    if (line.dialling || member.connection !== null || member.addresses.length === 0) return;
    line.dialling = true;
    line.attempts++;
    try {
      await this.#deadlines.within(DIAL_TIMEOUT_MS, (signal) =>
        this.#doors.node.dial([...member.addresses], { signal }),
      );
    } catch (error) {
      this.#doors.log.debug("dial failed", { peer: member.id, attempt: line.attempts, reason: reasonOf(error) });
    } finally {
      line.dialling = false;
    }
    if (member.connection === null) this.#schedule(member, this.#backoffMs(line));
  }
}
