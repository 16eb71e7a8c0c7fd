/**
 * Who passes a gossiped message on. Its author hands it to every member itself, so passing on serves only a pair whose line
 * is broken. When everybody passes everything on, a round costs n³ copies (at n = 16 three quarters of all bytes); with a
 * few drawn for each message it costs n². Nobody chooses the relays: they follow from the message's id, so that a liar among
 * them is in the way of one message and not of the next.
 */

/** In a committee of four that is everybody. One liar among them leaves two. */
export const RELAYS_OF_A_MESSAGE = 3;

/**
 * All members that had the message from the same source draw the same relays.
 * @param draw.messageId at least four bytes, uniformly distributed
 * @param draw.peers names of all members, this node's too, ascending
 * @param draw.source whom this node had the message from: no relay of its own words
 */
export function passesOn(draw: {
  readonly messageId: Uint8Array;
  readonly peers: readonly string[];
  readonly self: string;
  readonly source: string;
}): boolean {
  const { messageId, peers, self, source } = draw;
  const start = new DataView(messageId.buffer, messageId.byteOffset, 4).getUint32(0) % peers.length;
  const placeOf = (name: string): number => (peers.indexOf(name) - start + peers.length) % peers.length;
  const own = placeOf(self);
  return own - (placeOf(source) < own ? 1 : 0) < RELAYS_OF_A_MESSAGE;
}
