/** A devnet's ground of namespaces and bent wires: every node in a network of its own, every line through a proxy. */
import { OracleError } from "../../base/errors.ts";
import type { Address, Ground, Place } from "../ground.ts";
import { Namespaces } from "./namespaces.ts";
import { Wires } from "./wires.ts";

const P2P_PORT = 4001;
const API_PORT = 8081;

export class WiredGround implements Ground {
  readonly namespaces: Namespaces;
  readonly #count: number;
  #wires: Wires | null = null;

  /** @param count as many nodes as the devnet will have */
  constructor(count: number) {
    this.#count = count;
    this.namespaces = new Namespaces(count);
  }

  get serverHost(): string {
    return this.namespaces.hostAddress;
  }

  get wires(): Wires {
    if (this.#wires === null) throw new OracleError("the ground is not open", { code: "not-started" });
    return this.#wires;
  }

  async open(count: number): Promise<readonly Place[]> {
    if (count !== this.#count) throw new OracleError(`room for ${this.#count} nodes, not ${count}`, { code: "ground" });
    const places = Array.from({ length: count }, (_, i): Place => {
      const host = this.namespaces.address(i + 1);
      return { p2p: { host, port: P2P_PORT }, api: { host, port: API_PORT } };
    });
    this.#wires = await Wires.open(
      this.serverHost,
      places.map(({ p2p }) => p2p),
    );
    return places;
  }

  line(from: number, to: number): Address {
    return this.wires.address(from, to);
  }

  at(id: number, command: string, args: readonly string[]): ReturnType<Ground["at"]> {
    return { command: "ip", args: ["netns", "exec", this.namespaces.name(id), command, ...args] };
  }

  async close(): Promise<void> {
    await this.#wires?.close();
    this.namespaces.remove();
  }
}
