/**
 * Turns a crowd away before libp2p has made a connection of each socket: that takes about a millisecond of CPU, and a peer
 * that goes on connecting would have a node spend more on its refusals than on its rounds.
 */
import { Server, type Socket } from "node:net";
import type { Listener, Transport } from "@libp2p/interface";
import { OracleError } from "../base/errors.ts";

/** libp2p hides the server of its TCP listener behind its types. */
function serverOf(listener: Listener): Server {
  if ("server" in listener && listener.server instanceof Server) return listener.server;
  throw new OracleError("libp2p keeps the server of a TCP listener elsewhere", { code: "libp2p-changed" });
}

/**
 * The transport, with sockets of an address that may not knock closed as soon as they are accepted.
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
      const inner = server.listeners("connection");
      server.removeAllListeners("connection");
      server.on("connection", (socket: Socket) => {
        // A socket that is gone before it is looked at has no address.
        const address = socket.remoteAddress;
        if (address === undefined || !mayKnock(address)) socket.destroy();
        else for (const listen of inner) listen.call(server, socket);
      });
      return listener;
    };
    return made;
  };
}
