/** The market server's sockets: handshakes, the clock of their steps, and their end. */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Venue } from "../../market/venue.ts";
import type { VenueAnswer } from "../answer.ts";
import type { Fault, FaultBoard } from "../faults.ts";
import { allowanceAnswer, handshakeRefusal } from "../refusal-of-fault.ts";
import type { RequestLedger } from "../request-ledger.ts";
import type { VenueTarget } from "../venue-request.ts";

/** Subscriptions are the longest messages: OKX allows 64 kB. */
const MESSAGE_BYTES_MAX = 256 * 1024;
/** Sockets at once; more are a client that forgets to close. */
const SOCKETS_MAX = 2_000;

/** Who takes the sockets of one venue: the market, or a recording. */
export interface StreamRoom {
  readonly size: number;
  /** Whether the venue has that path. */
  serves(target: VenueTarget): boolean;
  enter(socket: WebSocket, client: string, target: VenueTarget): void;
  tick(): void;
  stop(): void;
}

export type HubOptions = {
  /** How often the market is looked at for what changed, ms. */
  readonly pushMs: number;
  readonly enforce: boolean;
};

export type HubDoors = {
  readonly faults: FaultBoard;
  readonly ledger: RequestLedger;
  nowMs(): number;
  /** null: this market has no streams of that venue. Asked once for each. */
  room(venue: Venue): StreamRoom | null;
};

export class StreamHub {
  readonly #options: HubOptions;
  readonly #doors: HubDoors;
  readonly #rooms = new Map<Venue, StreamRoom | null>();
  readonly #waiting = new Set<Duplex>();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    autoPong: false,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MESSAGE_BYTES_MAX,
  });
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(options: HubOptions, doors: HubDoors) {
    this.#options = options;
    this.#doors = doors;
  }

  /** @param target what follows the venue's name */
  upgrade(
    { request, socket, head }: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
    { venue, client, target }: { readonly venue: Venue; readonly client: string; readonly target: VenueTarget },
  ): void {
    socket.on("error", () => socket.destroy());
    const nowMs = this.#doors.nowMs();
    const allowance = this.#doors.ledger.connect(venue, client, nowMs);
    const fault = this.#doors.faults.rulingAt(venue, nowMs);
    // Taken in and never answered: the caller's patience ends it, or stop() does.
    if (fault?.fault === "timeout") return this.#wait(socket);
    const room = this.#room(venue);
    const refusal =
      (this.#options.enforce ? allowanceAnswer(venue, allowance, nowMs) : null) ??
      refusalOf(venue, fault, room, target);
    if (refusal !== null) return refuse(socket, refusal);
    if (room === null || this.#isStopped || this.#size() >= SOCKETS_MAX) return void socket.destroy();
    // The fault that rules now is the one that the new line is under.
    room.tick();
    this.#sockets.handleUpgrade(request, socket, head, (opened) => {
      room.enter(opened, client, target);
      this.#keepTime();
    });
  }

  /** A fault that is ordered strikes at once. */
  faultsChanged(): void {
    for (const room of this.#rooms.values()) room?.tick();
  }

  /** Ends every socket at once. */
  stop(): void {
    this.#isStopped = true;
    for (const room of this.#rooms.values()) room?.stop();
    for (const socket of this.#waiting) socket.destroy();
    this.#waiting.clear();
    this.#rest();
  }

  #room(venue: Venue): StreamRoom | null {
    const kept = this.#rooms.get(venue);
    if (kept !== undefined) return kept;
    const room = this.#doors.room(venue);
    this.#rooms.set(venue, room);
    return room;
  }

  #wait(socket: Duplex): void {
    this.#waiting.add(socket);
    socket.once("close", () => this.#waiting.delete(socket));
  }

  #size(): number {
    let size = 0;
    for (const room of this.#rooms.values()) size += room?.size ?? 0;
    return size;
  }

  /** The timer runs while somebody listens. */
  #keepTime(): void {
    this.#timer ??= setInterval(() => {
      if (this.#size() === 0) return this.#rest();
      for (const room of this.#rooms.values()) room?.tick();
    }, this.#options.pushMs);
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

const NO_SUCH_PATH: VenueAnswer = { status: 404, contentType: "text/plain", body: "Not Found" };

function refusalOf(
  venue: Venue,
  fault: Fault | null,
  room: StreamRoom | null,
  target: VenueTarget,
): VenueAnswer | null {
  const refusal = fault === null ? null : handshakeRefusal(venue, fault.fault);
  if (refusal !== null) return refusal;
  return room === null || !room.serves(target) ? NO_SUCH_PATH : null;
}

/** A handshake that fails is an HTTP answer. */
function refuse(socket: Duplex, { status, contentType, body, headers }: VenueAnswer): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}`,
    `content-type: ${contentType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
    ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
