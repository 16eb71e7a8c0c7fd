/** A devnet's grounds of namespaces: every node in a network of its own, and every line over the bridge or through a proxy. */
import { OracleError } from "../../base/errors.ts";
import type { Address, Ground, Place } from "../ground.ts";
import { Namespaces } from "./namespaces.ts";
import { Wires } from "./wires.ts";

const P2P_PORT = 4001;
const API_PORT = 8081;

/** Nodes reach each other over the bridge, without the proxies' share of this machine. */
export class NamespacedGround implements Ground {
  readonly namespaces: Namespaces;
  readonly #count: number;

  /** @param count as many nodes as the devnet will have */
  constructor(count: number, namespaces = new Namespaces(count, { areApart: false })) {
    this.#count = count;
    this.namespaces = namespaces;
  }

  get serverHost(): string {
    return this.namespaces.hostAddress;
  }

  open(count: number): Promise<readonly Place[]> {
    if (count !== this.#count) throw new OracleError(`room for ${this.#count} nodes, not ${count}`, { code: "ground" });
    const places = Array.from({ length: count }, (_, i): Place => {
      const host = this.namespaces.address(i + 1);
      return { p2p: { host, port: P2P_PORT }, api: { host, port: API_PORT } };
    });
    return Promise.resolve(places);
  }

  line(_from: number, _to: number): Address | null {
    return null;
  }

  at(id: number, command: string, args: readonly string[]): ReturnType<Ground["at"]> {
    return { command: "ip", args: ["netns", "exec", this.namespaces.name(id), command, ...args] };
  }

  close(): Promise<void> {
    this.namespaces.remove();
    return Promise.resolve();
  }
}

/** Every line goes through a proxy that can bend it; nodes have no other way to each other. */
export class WiredGround extends NamespacedGround {
  #wires: Wires | null = null;

  /** @param count as many nodes as the devnet will have */
  constructor(count: number) {
    super(count, new Namespaces(count, { areApart: true }));
  }

  get wires(): Wires {
    if (this.#wires === null) throw new OracleError("the ground is not open", { code: "not-started" });
    return this.#wires;
  }

  override async open(count: number): Promise<readonly Place[]> {
    const places = await super.open(count);
    const ends = places.map(({ p2p }) => p2p);
    this.#wires = await Wires.open(this.serverHost, ends);
    return places;
  }

  override line(from: number, to: number): Address {
    return this.wires.address(from, to);
  }

  override async close(): Promise<void> {
    await this.#wires?.close();
    await super.close();
  }
}
