/** Who may have a connection: members that are not excluded. Counts what each connection carries on the wire. */
import type { ConnectionGater, MultiaddrConnection, PeerId } from "@libp2p/interface";
import type { Clock, Logger } from "../base/ports.ts";
import type { Committee, Member } from "./committee.ts";
import { Doorstep, type Visit } from "./doorstep.ts";

/** `crowded` is said to an address, before the handshake; the others to a peer, after it. */
export type Refusal = "not-a-member" | "cooling-down" | "too-often" | "crowded";

export class Gatekeeper {
  readonly refused: Record<Refusal, number> = { "not-a-member": 0, "cooling-down": 0, "too-often": 0, crowded: 0 };
  readonly #committee: Committee;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #doorstep: Doorstep;
  readonly #visits = new WeakMap<MultiaddrConnection, Visit>();

  constructor(doors: { readonly committee: Committee; readonly clock: Clock; readonly log: Logger }) {
    this.#committee = doors.committee;
    this.#clock = doors.clock;
    this.#log = doors.log;
    this.#doorstep = new Doorstep({ members: doors.committee.size }, { clock: doors.clock });
  }

  /** The hooks on secured connections run after Noise has proved the peer id and before a muxer exists, so a stranger never opens a stream. */
  gater(): ConnectionGater {
    return {
      denyDialPeer: (peer) => {
        const member = this.#committee.byPeer(peer);
        return member === null || member.ledger.isExcluded(this.#clock.monotonicMs());
      },
      denyInboundConnection: (connection) => !this.#letKnock(connection),
      denyInboundEncryptedConnection: (peer, connection) => {
        const member = this.#admit(peer, true);
        if (member === null) return true;
        const visit = this.#visits.get(connection);
        if (visit !== undefined) this.#doorstep.welcome(visit);
        this.#meter(member, connection);
        return false;
      },
      denyOutboundEncryptedConnection: (peer, connection) => {
        const member = this.#admit(peer, false);
        if (member !== null) this.#meter(member, connection);
        return member === null;
      },
      // Addresses come from the configuration alone; what a peer says of itself is not stored and so never dialled.
      filterMultiaddrForPeer: () => false,
    };
  }

  /** Asked of every socket, before it costs more. */
  mayKnock(address: string): boolean {
    if (this.#doorstep.hasRoom(address)) return true;
    this.refused.crowded++;
    return false;
  }

  #letKnock(connection: MultiaddrConnection): boolean {
    const [host] = connection.remoteAddr.getComponents();
    const visit = this.#doorstep.enter(host?.value ?? "");
    if (visit === null) {
      this.refused.crowded++;
      return false;
    }
    this.#visits.set(connection, visit);
    connection.addEventListener("close", () => this.#doorstep.leave(visit));
    return true;
  }

  #admit(peer: PeerId, hasBegunIt: boolean): Member | null {
    const member = this.#committee.byPeer(peer);
    const nowMs = this.#clock.monotonicMs();
    const reason = ((): Refusal | null => {
      if (member === null) return "not-a-member";
      if (member.ledger.isExcluded(nowMs)) return "cooling-down";
      return hasBegunIt && !member.ledger.admitConnection(nowMs) ? "too-often" : null;
    })();
    if (reason === null) return member;
    if (member !== null && reason === "too-often") this.#committee.punish(member, "flood", FLOODS_PER_CONNECTION);
    this.refused[reason]++;
    this.#log.debug("connection refused", { reason, peer: peer.toString() });
    return null;
  }

  #meter(member: Member, connection: MultiaddrConnection): void {
    const { ledger } = member;
    connection.addEventListener("message", (event) => {
      ledger.lastSeenMs = this.#clock.nowMs();
      const bytes = event.data.byteLength;
      if (ledger.admitBytes(bytes, this.#clock.monotonicMs())) return;
      this.#committee.punish(member, "flood", 1 + Math.floor(bytes / BYTES_PER_FLOOD));
    });
    // libp2p tells nobody what it writes, and its metrics hook does not say to whom.
    const send = connection.send.bind(connection);
    connection.send = (data) => {
      ledger.bytesOut += data.byteLength;
      return send(data);
    };
  }
}

/** A handshake costs what many frames cost: a member that goes on connecting is cut after five too many. */
const FLOODS_PER_CONNECTION = 10;
/** However the bytes are cut into reads. */
const BYTES_PER_FLOOD = 8 * 1024;
