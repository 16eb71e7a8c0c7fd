/** Who is let in besides the members at the start: those of a configuration that is to come, until it has begun or was dropped. */
import type { Committee, Member } from "./committee.ts";
import type { ConnectionKeeper } from "./connection-keeper.ts";

/** What keeps something of its own for each member. */
type PerMember = { admit(member: Member): void; dismiss(member: Member): void };

export class Membership {
  readonly #committee: Committee;
  readonly #keeper: ConnectionKeeper;
  readonly #lines: readonly PerMember[];

  constructor(doors: {
    readonly committee: Committee;
    readonly keeper: ConnectionKeeper;
    readonly lines: readonly PerMember[];
  }) {
    this.#committee = doors.committee;
    this.#keeper = doors.keeper;
    this.#lines = doors.lines;
  }

  /**
   * Keeps a line to a peer from now on. One that is known keeps its number and may gain addresses.
   * @returns the peer's number in this room, by which every method of `Network` calls it
   * @throws OracleError `bad-member`, `bad-address`
   */
  admit(peerId: string, addresses: readonly string[]): number {
    const known = this.#committee.byPeerId(peerId);
    if (known !== null) {
      const whole = addresses.map((text) => (text.endsWith(`/p2p/${peerId}`) ? text : `${text}/p2p/${peerId}`));
      const all = new Set([...known.addresses.map((address) => address.toString()), ...whole]);
      this.#committee.setAddresses(known.id, [...all]);
      this.#keeper.hurry(known);
      return known.id;
    }
    const member = this.#committee.admit(peerId, addresses);
    for (const line of this.#lines) line.admit(member);
    // Last: a connection must find everything else in its place.
    this.#keeper.admit(member);
    return member.id;
  }

  /** Ends the lines to a member, which is let in no more. Nothing happens when there is no such member. */
  dismiss(id: number): void {
    const member = this.#committee.byId(id);
    if (member === null) return;
    this.#committee.dismiss(member);
    for (const line of this.#lines) line.dismiss(member);
    this.#keeper.dismiss(member);
  }
}
