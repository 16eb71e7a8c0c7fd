/** Who may have a connection: members that are not excluded. Counts what each connection carries on the wire. */
import type { ConnectionGater, MultiaddrConnection, PeerId } from "@libp2p/interface";
import type { Clock, Logger } from "../base/ports.ts";
import type { Committee, Member } from "./committee.ts";

export type Refusal = "not-a-member" | "cooling-down";

export class Gatekeeper {
  readonly refused: Record<Refusal, number> = { "not-a-member": 0, "cooling-down": 0 };
  readonly #committee: Committee;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(doors: { readonly committee: Committee; readonly clock: Clock; readonly log: Logger }) {
    this.#committee = doors.committee;
    this.#clock = doors.clock;
    this.#log = doors.log;
  }

  /** The hooks run after Noise has proved the peer id and before a muxer exists, so a stranger never opens a stream. */
  gater(): ConnectionGater {
    const denySecured = (peer: PeerId, connection: MultiaddrConnection): boolean => {
      const member = this.#admit(peer);
      if (member === null) return true;
      this.#meter(member, connection);
      return false;
    };
    return {
      denyDialPeer: (peer) => {
        const member = this.#committee.byPeer(peer);
        return member === null || member.ledger.isExcluded(this.#clock.monotonicMs());
      },
      denyInboundEncryptedConnection: denySecured,
      denyOutboundEncryptedConnection: denySecured,
      // Addresses come from the configuration alone; what a peer says of itself is not stored and so never dialled.
      filterMultiaddrForPeer: () => false,
    };
  }

  #admit(peer: PeerId): Member | null {
    const member = this.#committee.byPeer(peer);
    if (member !== null && !member.ledger.isExcluded(this.#clock.monotonicMs())) return member;
    const reason: Refusal = member === null ? "not-a-member" : "cooling-down";
    this.refused[reason]++;
    this.#log.debug("connection refused", { reason, peer: peer.toString() });
    return null;
  }

  #meter(member: Member, connection: MultiaddrConnection): void {
    const { ledger } = member;
    connection.addEventListener("message", (event) => {
      ledger.lastSeenMs = this.#clock.nowMs();
      if (!ledger.admitBytes(event.data.byteLength, this.#clock.monotonicMs())) this.#committee.punish(member, "flood");
    });
    // libp2p tells nobody what it writes, and its metrics hook does not say to whom.
    const send = connection.send.bind(connection);
    connection.send = (data) => {
      ledger.bytesOut += data.byteLength;
      return send(data);
    };
  }
}
