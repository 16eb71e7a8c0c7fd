/**
 * Turns a crowd away before libp2p has made a connection of each socket: that takes about a millisecond of CPU, and a peer
 * that goes on connecting would have a node spend more on its refusals than on its rounds. Who is turned away waits a moment for it, so
 * that being refused quickly is no reason to come more often.
 */
import { Server, type Socket } from "node:net";
import type { Listener, Transport } from "@libp2p/interface";
import { OracleError } from "../base/errors.ts";
import { REFUSED_SOCKETS_HELD_MAX, REFUSED_SOCKET_HOLD_MS } from "./peer-policy.ts";

/** libp2p hides the server of its TCP listener behind its types. */
function serverOf(listener: Listener): Server {
  if ("server" in listener && listener.server instanceof Server) return listener.server;
  throw new OracleError("libp2p keeps the server of a TCP listener elsewhere", { code: "libp2p-changed" });
}

/** Sockets that were refused and do not know it yet: nothing is read from them. */
class WaitingRoom {
  readonly #held = new Map<Socket, NodeJS.Timeout>();

  send(socket: Socket): void {
    if (this.#held.size >= REFUSED_SOCKETS_HELD_MAX) {
      socket.destroy();
      return;
    }
    this.#held.set(
      socket,
      setTimeout(() => socket.destroy(), REFUSED_SOCKET_HOLD_MS),
    );
    // Who loses patience first is no error of ours.
    socket.on("error", () => undefined);
    socket.once("close", () => {
      clearTimeout(this.#held.get(socket));
      this.#held.delete(socket);
    });
  }

  empty(): void {
    for (const socket of this.#held.keys()) socket.destroy();
  }
}

/**
 * The transport, with sockets of an address that may not knock kept from it.
 * @param mayKnock given an IPv4 or IPv6 address
 */
export function withFrontDoor<C, T extends Transport>(
  transport: (components: C) => T,
  mayKnock: (address: string) => boolean,
): (components: C) => T {
  return (components) => {
    const made = transport(components);
    const createListener = made.createListener.bind(made);
    made.createListener = (options) => {
      const listener = createListener(options);
      const server = serverOf(listener);
      const waiting = new WaitingRoom();
      const inner = server.listeners("connection");
      server.removeAllListeners("connection");
      server.on("connection", (socket: Socket) => {
        // A socket that is gone before it is looked at has no address.
        const address = socket.remoteAddress;
        if (address === undefined) socket.destroy();
        else if (mayKnock(address)) for (const listen of inner) listen.call(server, socket);
        else waiting.send(socket);
      });
      const close = listener.close.bind(listener);
      listener.close = async () => {
        // A server is closed when its last socket is.
        waiting.empty();
        await close();
      };
      return listener;
    };
    return made;
  };
}
