/** The libp2p node: TCP, Noise, Yamux, identify, ping, gossipsub, and nothing that finds, relays or announces. */
import "./promise-with-resolvers.ts";
import type { GossipSub } from "@chainsafe/libp2p-gossipsub";
import { type Identify, identify } from "@libp2p/identify";
import type { ConnectionGater, Libp2p, PrivateKey } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { type Ping, ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { createLibp2p } from "libp2p";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { GossipComponents } from "./gossip-link.ts";
import { withFrontDoor } from "./front-door.ts";
import { type HousekeepingDoors, limitedService } from "./housekeeping.ts";
import type { WireGuard } from "./wire-guard.ts";
import {
  ADDRESS_DIAL_TIMEOUT_MS,
  connectionsMax,
  DIAL_TIMEOUT_MS,
  HANDSHAKE_TIMEOUT_MS,
  inboundConnectionsPerSec,
  PING_STREAM_MS,
  type PeerLimits,
  pendingHandshakesMax,
  STOP_GRACE_MS,
  STREAMS_PER_CONNECTION_MAX,
  STREAM_WINDOW_BYTES,
  STREAM_TIMEOUT_MS,
} from "./peer-policy.ts";
import { endDecodingQuietly } from "./quiet-decoders.ts";
import { holdBackWindowUpdates } from "./window-updates.ts";

export type Host = Libp2p<{ identify: Identify; ping: Ping; gossip: GossipSub }>;

export type HostOptions = {
  readonly privateKey: PrivateKey;
  readonly listen: readonly string[];
  readonly members: number;
  readonly limits: PeerLimits;
};

export type HostDoors = {
  readonly gater: ConnectionGater;
  /** Whether a connection from this address is worth a handshake. */
  readonly mayKnock: (address: string) => boolean;
  readonly wire: WireGuard;
  readonly housekeeping: HousekeepingDoors;
  readonly gossip: (components: GossipComponents) => GossipSub;
};

/** Builds the node without starting it. */
export async function createHost(options: HostOptions, doors: HostDoors): Promise<Host> {
  const { members, limits } = options;
  holdBackWindowUpdates();
  endDecodingQuietly();
  return await createLibp2p({
    start: false,
    privateKey: options.privateKey,
    nodeInfo: { name: "tenor", version: "1" },
    addresses: { listen: [...options.listen] },
    // Nagle's algorithm would hold a 400-byte share back for up to 40 ms.
    transports: [withFrontDoor(tcp({ dialOpts: { noDelay: true }, listenOpts: { noDelay: true } }), doors.mayKnock)],
    connectionEncrypters: [doors.wire.encrypter(noise())],
    streamMuxers: [
      doors.wire.muxer(
        yamux({
          maxInboundStreams: STREAMS_PER_CONNECTION_MAX,
          maxOutboundStreams: STREAMS_PER_CONNECTION_MAX,
          // The ping below finds dead connections; a second keep-alive would only cost.
          enableKeepAlive: false,
          streamOptions: {
            maxStreamWindowSize: STREAM_WINDOW_BYTES,
            maxReadBufferLength: 4 * limits.queueBytesMax,
            maxWriteBufferLength: 4 * limits.queueBytesMax,
          },
        }),
      ),
    ],
    connectionGater: doors.gater,
    connectionManager: {
      maxConnections: connectionsMax(members),
      inboundConnectionThreshold: inboundConnectionsPerSec(members),
      maxIncomingPendingConnections: pendingHandshakesMax(members),
      maxParallelDials: Math.max(8, members),
      dialTimeout: DIAL_TIMEOUT_MS,
      addressDialTimeout: ADDRESS_DIAL_TIMEOUT_MS,
      inboundUpgradeTimeout: HANDSHAKE_TIMEOUT_MS,
      outboundStreamProtocolNegotiationTimeout: STREAM_TIMEOUT_MS,
      inboundStreamProtocolNegotiationTimeout: STREAM_TIMEOUT_MS,
      connectionCloseTimeout: STOP_GRACE_MS,
    },
    // See pulse.ts.
    connectionMonitor: { enabled: false },
    services: {
      identify: limitedService(identify(), doors.housekeeping),
      ping: limitedService(ping({ timeout: PING_STREAM_MS }), doors.housekeeping),
      gossip: doors.gossip,
    },
  });
}

/** @throws OracleError `listen-failed` when none of the addresses can be bound */
export async function startHost(host: Host, listen: readonly string[]): Promise<void> {
  try {
    await host.start();
  } catch (error) {
    throw new OracleError(
      `cannot listen on ${listen.join(", ")}: ${reasonOf(error)}`,
      { code: "listen-failed", listen },
      error,
    );
  }
}

/** Ends all connections, politely for STOP_GRACE_MS and then not, and stops the node. */
export async function stopHost(host: Host): Promise<void> {
  await Promise.all(
    host.getConnections().map(async (connection) => {
      try {
        await connection.close({ signal: AbortSignal.timeout(STOP_GRACE_MS) });
      } catch (error) {
        connection.abort(new Error(`closing took too long: ${reasonOf(error)}`));
      }
    }),
  );
  await host.stop();
}
