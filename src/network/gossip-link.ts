/**
 * Stands between gossipsub and libp2p's registrar. Gossipsub keeps at most one outbound stream a peer and never makes
 * another while the peer stays connected, so when one of two connections closes it goes deaf or dumb without a word.
 * Here it hears of exactly the connection in use, and is told to start afresh when that changes.
 * It also sees each inbound gossip stream first, to count and cap its frames.
 */
import type { gossipsub } from "@chainsafe/libp2p-gossipsub";
import type { Connection, PeerId, Stream, StreamHandler, Topology } from "@libp2p/interface";

export type GossipComponents = Parameters<ReturnType<typeof gossipsub>>[0];
type Registrar = GossipComponents["registrar"];

export type GossipLinkDoors = {
  /** The connection in use, if the peer is a member that has one. */
  current(peer: PeerId): Connection | null;
  /** Runs before gossipsub reads a byte of the stream. */
  onStream(stream: Stream, connection: Connection): void;
};

export class GossipLink {
  readonly #doors: GossipLinkDoors;
  readonly #topologies = new Map<string, Topology>();
  /** Connections whose peer is known to speak gossipsub. */
  readonly #identified = new WeakSet<Connection>();

  constructor(doors: GossipLinkDoors) {
    this.#doors = doors;
  }

  /** The components gossipsub is built with: the same, except for the registrar. */
  wrap(components: GossipComponents): GossipComponents {
    const { privateKey, peerId, peerStore, connectionManager, logger } = components;
    return { privateKey, peerId, peerStore, connectionManager, logger, registrar: this.#wrap(components.registrar) };
  }

  /** Call when the connection in use was replaced: gossipsub forgets the old one's streams and builds new ones. */
  async relink(peer: PeerId): Promise<void> {
    const topologies = [...this.#topologies.values()];
    for (const topology of topologies) await topology.onDisconnect?.(peer);
    const connection = this.#doors.current(peer);
    if (connection === null || !this.#identified.has(connection)) return;
    for (const topology of topologies) await topology.onConnect?.(peer, connection);
  }

  #wrap(registrar: Registrar): Registrar {
    return {
      getProtocols: () => registrar.getProtocols(),
      getHandler: (protocol) => registrar.getHandler(protocol),
      getTopologies: (protocol) => registrar.getTopologies(protocol),
      unhandle: (protocol, options) => registrar.unhandle(protocol, options),
      use: (protocol, middleware) => registrar.use(protocol, middleware),
      unuse: (protocol) => registrar.unuse(protocol),
      getMiddleware: (protocol) => registrar.getMiddleware(protocol),
      handle: (protocol, handler, options) => registrar.handle(protocol, this.#watched(handler), options),
      register: async (protocol, topology, options) => {
        const id = await registrar.register(protocol, this.#narrowed(topology), options);
        this.#topologies.set(id, topology);
        return id;
      },
      unregister: (id) => {
        this.#topologies.delete(id);
        registrar.unregister(id);
      },
    };
  }

  #watched(handler: StreamHandler): StreamHandler {
    return (stream, connection) => {
      // While paused, arriving bytes are kept, so neither reader misses the first of them.
      stream.pause();
      this.#doors.onStream(stream, connection);
      const done = handler(stream, connection);
      setImmediate(() => {
        if (stream.status === "open") stream.resume();
      });
      return done;
    };
  }

  #narrowed(topology: Topology): Topology {
    return {
      onConnect: (peer, connection) => {
        this.#identified.add(connection);
        if (this.#doors.current(peer) === connection) return topology.onConnect?.(peer, connection);
      },
      // libp2p reports a loss after a look into the peer store, by when the peer may be back. Passing that on would
      // close gossipsub's reading end of a stream that the peer goes on writing to.
      onDisconnect: (peer) => {
        if (this.#doors.current(peer) === null) return topology.onDisconnect?.(peer);
      },
    };
  }
}
