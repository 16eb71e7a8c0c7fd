/** A TCP proxy for every ordered pair of nodes: who dials whom goes through it, and each direction can be bent by itself. */
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Address } from "../ground.ts";
import { type Bend, Pipe, straight } from "./pipe.ts";

type Line = {
  readonly from: number;
  readonly to: number;
  readonly bend: Bend;
  /** New connections are refused and open ones are gone while this holds. */
  cut: boolean;
  bytes: number;
};

type Carried = { readonly ids: readonly [number, number]; readonly sockets: readonly Socket[]; readonly pipes: Pipe[] };

export class Wires {
  readonly #host: string;
  readonly #ends: readonly Address[];
  readonly #servers: Server[] = [];
  readonly #ports = new Map<string, number>();
  readonly #lines = new Map<string, Line>();
  readonly #carried = new Set<Carried>();

  private constructor(host: string, ends: readonly Address[]) {
    this.#host = host;
    this.#ends = ends;
    for (let from = 1; from <= ends.length; from++) {
      for (let to = 1; to <= ends.length; to++) {
        if (from !== to) this.#lines.set(`${from}>${to}`, { from, to, bend: straight(), cut: false, bytes: 0 });
      }
    }
  }

  /** @param ends where node 1, 2, … listens */
  static async open(host: string, ends: readonly Address[]): Promise<Wires> {
    const wires = new Wires(host, ends);
    await Promise.all([...wires.#lines.values()].map(async ({ from, to }) => await wires.#listen(from, to)));
    return wires;
  }

  /** What `from` dials to reach `to`. */
  address(from: number, to: number): Address {
    return { host: this.#host, port: this.#ports.get(`${from}>${to}`)! };
  }

  get ids(): readonly number[] {
    return this.#ends.map((_, i) => i + 1);
  }

  /** What `from` says arrives at `to` like this from now on; pieces already on their way keep their time. */
  bend(from: number, to: number, change: Partial<Bend>): void {
    Object.assign(this.#line(from, to).bend, change);
    for (const { ids, pipes } of this.#carried) {
      if (ids.includes(from) && ids.includes(to)) for (const pipe of pipes) pipe.flush();
    }
  }

  bendAll(change: Partial<Bend>): void {
    for (const { from, to } of this.#lines.values()) this.bend(from, to, change);
  }

  /** Ends every connection between the two and lets no new one through until `mend`. */
  cut(one: number, other: number): void {
    this.#line(one, other).cut = true;
    this.#line(other, one).cut = true;
    for (const carried of this.#carried) {
      if (carried.ids.includes(one) && carried.ids.includes(other)) this.#drop(carried);
    }
  }

  mend(one: number, other: number): void {
    this.#line(one, other).cut = false;
    this.#line(other, one).cut = false;
  }

  /** Stalls, or lets go again, every line between the group and the others. */
  part(group: readonly number[], stalled = true): void {
    for (const { from, to } of this.#lines.values()) {
      if (group.includes(from) !== group.includes(to)) this.bend(from, to, { stalled });
    }
  }

  /** Everything straight and open again. */
  heal(): void {
    for (const line of this.#lines.values()) line.cut = false;
    this.bendAll(straight());
  }

  /** Bytes that `from` said to `to`, encryption and handshakes included, TCP's own headers not. */
  bytes(from: number, to: number): number {
    return this.#line(from, to).bytes;
  }

  bytesTotal(): number {
    return [...this.#lines.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async close(): Promise<void> {
    for (const carried of this.#carried) this.#drop(carried);
    await Promise.all(
      this.#servers.map(async (server) => await new Promise((resolve) => server.close(() => resolve(null)))),
    );
  }

  #line(from: number, to: number): Line {
    return this.#lines.get(`${from}>${to}`)!;
  }

  async #listen(from: number, to: number): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.#carry(from, to, socket));
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, this.#host, resolve);
    });
    const address = server.address();
    this.#ports.set(`${from}>${to}`, typeof address === "object" && address !== null ? address.port : 0);
  }

  #carry(from: number, to: number, dialled: Socket): void {
    const there = this.#line(from, to);
    const back = this.#line(to, from);
    if (there.cut) {
      dialled.destroy();
      return;
    }
    const { host, port } = this.#ends[to - 1]!;
    const target = connect({ host, port, noDelay: true });
    const pipes = [
      new Pipe(there.bend, { from: dialled, to: target }, (bytes) => (there.bytes += bytes)),
      new Pipe(back.bend, { from: target, to: dialled }, (bytes) => (back.bytes += bytes)),
    ];
    const carried: Carried = { ids: [from, to], sockets: [dialled, target], pipes };
    this.#carried.add(carried);
    for (const socket of carried.sockets) {
      // A reset is what a cut line looks like, and the other side shall see it too.
      socket.on("error", () => this.#drop(carried));
      socket.on("close", (hadError) => {
        if (hadError || carried.sockets.every(({ destroyed }) => destroyed)) this.#drop(carried);
      });
    }
  }

  #drop(carried: Carried): void {
    this.#carried.delete(carried);
    for (const pipe of carried.pipes) pipe.stop();
    for (const socket of carried.sockets) socket.destroy();
  }
}
