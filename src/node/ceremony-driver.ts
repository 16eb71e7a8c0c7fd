/** Runs the key ceremony over direct streams: sends every peer what it may still need, until all n have certified. */
import type { Hex } from "../base/bytes.ts";
import { concatBytes } from "../base/bytes.ts";
import { reasonOf } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import type { Ceremony } from "../keystore/ceremony.ts";
import type { CeremonyStatus } from "../threshold/ceremony.ts";

/** First byte of a direct message: which conversation it belongs to. */
export const DIRECT_ENVELOPE = 1;
export const DIRECT_CEREMONY = 2;

const RESEND_MS = 300;

export type CeremonyDriverDoors = {
  readonly ceremony: Ceremony;
  readonly send: (toId: number, bytes: Uint8Array) => void;
  readonly log: Logger;
  readonly onChange: () => void;
};

export class CeremonyDriver {
  readonly #peerIds: readonly number[];
  readonly #doors: CeremonyDriverDoors;
  #timer: NodeJS.Timeout | null = null;
  #isDone = false;
  #lastPhase = "";

  constructor(options: { readonly peerIds: readonly number[] }, doors: CeremonyDriverDoors) {
    this.#peerIds = options.peerIds;
    this.#doors = doors;
  }

  status(): CeremonyStatus {
    return this.#doors.ceremony.status();
  }

  /** null until all n have certified; a failed ceremony stays null and names its culprits in `status`. */
  result(): { readonly groupKeyX: Hex; readonly transcriptHash: Hex } | null {
    const result = this.#doors.ceremony.result();
    return result === null ? null : { groupKeyX: result.public.groupKeyX, transcriptHash: result.transcriptHash };
  }

  /** What everybody may see of it, as it was sent. */
  transcript(): readonly Uint8Array[] {
    return this.#doors.ceremony.transcript();
  }

  start(): void {
    this.#tick();
    this.#timer = setInterval(() => this.#tick(), RESEND_MS);
  }

  /** Goes on after the result: a peer that was away may still need a certificate. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** @returns false for bytes that no honest member sends */
  receive(bytes: Uint8Array): boolean {
    try {
      const verdict = this.#doors.ceremony.receive(bytes);
      this.#look();
      return verdict.verdict !== "reject";
    } catch (error) {
      // The disk refused what this node would say next: it stays silent and says so; the peer did nothing wrong.
      this.#doors.log.error("key ceremony cannot go on", { reason: reasonOf(error) });
      return true;
    }
  }

  #tick(): void {
    for (const id of this.#peerIds) {
      for (const bytes of this.#doors.ceremony.messagesFor(id)) {
        this.#doors.send(id, concatBytes(Uint8Array.of(DIRECT_CEREMONY), bytes));
      }
    }
    this.#look();
  }

  #look(): void {
    const { phase, have, culprits } = this.status();
    const said = `${phase}/${have.length}/${culprits.length}`;
    if (said !== this.#lastPhase) {
      this.#lastPhase = said;
      const fields = { phase, have, culprits };
      if (culprits.length > 0) this.#doors.log.error("key ceremony has culprits", fields);
      else this.#doors.log.info("key ceremony", fields);
      this.#doors.onChange();
    }
    const result = this.result();
    if (result === null || this.#isDone) return;
    this.#isDone = true;
    this.#doors.log.info("group key made", result);
  }
}
