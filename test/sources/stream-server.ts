/** A real HTTP and WebSocket server on loopback that speaks as it is told. */
import { EventEmitter, once } from "node:events";
import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Handler } from "./venue-server.ts";

export type StreamServer = {
  /** `http://…` and `ws://…` of the same port. */
  readonly origin: string;
  readonly streamOrigin: string;
  /** Every connection that was asked for, accepted or not: its path and monotonic time. */
  readonly asked: { readonly path: string; readonly atMs: number }[];
  readonly sockets: ReadonlySet<WebSocket>;
  /** Replaces the HTTP answer, what happens to a new connection, and what happens before one is accepted. */
  answer(handler: Handler): void;
  greet(greeting: (socket: WebSocket, request: IncomingMessage) => void): void;
  /** @param refuse takes the raw socket instead of a WebSocket; null: accept again */
  refuse(refuse: ((socket: Duplex, request: IncomingMessage) => void) | null): void;
  /** The next connection that is accepted. */
  connected(): Promise<WebSocket>;
  /** To every open connection. */
  say(text: string): void;
  close(): Promise<void>;
};

export async function startStreamServer(): Promise<StreamServer> {
  let handler: Handler = (_request, response) => response.writeHead(500).end();
  let greeting: (socket: WebSocket, request: IncomingMessage) => void = () => undefined;
  let refusal: ((socket: Duplex, request: IncomingMessage) => void) | null = null;
  const asked: { readonly path: string; readonly atMs: number }[] = [];
  const told = new EventEmitter();
  const raw = new Set<Duplex>();
  const server = createServer((request, response) => handler(request, response));
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    asked.push({ path: request.url ?? "", atMs: performance.now() });
    raw.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => raw.delete(socket));
    if (refusal !== null) return refusal(socket, request);
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      accepted.on("error", () => undefined);
      greeting(accepted, request);
      told.emit("connected", accepted);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    streamOrigin: `ws://127.0.0.1:${port}`,
    asked,
    sockets: sockets.clients,
    answer: (next) => {
      handler = next;
    },
    greet: (next) => {
      greeting = next;
    },
    refuse: (next) => {
      refusal = next;
    },
    connected: async () => {
      const [socket] = await once(told, "connected");
      return socket as WebSocket;
    },
    say: (text) => {
      for (const socket of sockets.clients) socket.send(text);
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        for (const socket of sockets.clients) socket.terminate();
        for (const socket of raw) socket.destroy();
        server.closeAllConnections();
      }),
  };
}

/** Refuses a handshake with an HTTP status. */
export function refuseWith(status: number, headers: Record<string, string> = {}): (socket: Duplex) => void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return (socket) => socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\n${lines.join("")}\r\n`);
}
