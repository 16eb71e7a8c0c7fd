/** A devnet's ground of namespaces: every node in a network of its own, and every line through a proxy that can bend it, or none. */
import { OracleError } from "../../base/errors.ts";
import type { Address, Ground, Place } from "../ground.ts";
import { Namespaces } from "./namespaces.ts";
import { Wires } from "./wires.ts";

const P2P_PORT = 4001;
const API_PORT = 8081;

export class WiredGround implements Ground {
  readonly namespaces: Namespaces;
  readonly #count: number;
  readonly #isStraight: boolean;
  #wires: Wires | null = null;

  /**
   * @param count as many nodes as the devnet will have
   * @param options `isStraight`: nodes reach each other over the bridge, without the proxies' share of this machine
   */
  constructor(count: number, { isStraight = false } = {}) {
    this.#count = count;
    this.#isStraight = isStraight;
    this.namespaces = new Namespaces(count, { areApart: !isStraight });
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
    const ends = places.map(({ p2p }) => p2p);
    if (!this.#isStraight) this.#wires = await Wires.open(this.serverHost, ends);
    return places;
  }

  line(from: number, to: number): Address | null {
    return this.#isStraight ? null : this.wires.address(from, to);
  }

  at(id: number, command: string, args: readonly string[]): ReturnType<Ground["at"]> {
    return { command: "ip", args: ["netns", "exec", this.namespaces.name(id), command, ...args] };
  }

  async close(): Promise<void> {
    await this.#wires?.close();
    this.namespaces.remove();
  }
}
