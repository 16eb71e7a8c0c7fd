/**
 * libp2p's TCP hands every part of a message to the socket by itself, and Noise makes at least two of each: the two bytes
 * of a length, and what they are the length of; of a message above 1 200 bytes every part that its sender made. With
 * Nagle's algorithm off each of those is a system call and a packet of its own, which wakes the receiver.
 */
import type { MessageStream } from "@libp2p/interface";

/** The parts of a message are joined and written at once. @param connection below Noise */
export function writeWhole(connection: MessageStream): void {
  const send = connection.send.bind(connection);
  connection.send = (data) => send(data.subarray());
}
