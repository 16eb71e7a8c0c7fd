/** Where a devnet's processes stand and how they reach each other: on loopback, or wherever a harness puts them. */
import { freePorts } from "./wait.ts";

export type Address = { readonly host: string; readonly port: number };

/** Where a node listens for its peers, and where it answers HTTP. */
export type Place = { readonly p2p: Address; readonly api: Address };

export type Ground = {
  /** Chain and market listen here; every node reaches it. */
  readonly serverHost: string;
  /** Makes room for so many nodes; chain and market run already. */
  open(count: number): Promise<readonly Place[]>;
  /** What `from` dials to reach `to`, where that is not simply the other one's place; ids from 1. */
  line(from: number, to: number): Address | null;
  /** The command that runs another one at a node's place. */
  at(
    id: number,
    command: string,
    args: readonly string[],
  ): { readonly command: string; readonly args: readonly string[] };
  /** Gives back what `open` took; also after a failure half way. */
  close(): Promise<void>;
};

const LOOPBACK = "127.0.0.1";

export class LoopbackGround implements Ground {
  readonly serverHost = LOOPBACK;
  readonly #apiPort: number;

  /** @param apiPort 0: free ones. Node i answers at apiPort + i − 1 when given. */
  constructor(apiPort: number) {
    this.#apiPort = apiPort;
  }

  async open(count: number): Promise<readonly Place[]> {
    const ports = await freePorts(2 * count);
    return Array.from({ length: count }, (_, i) => ({
      p2p: { host: LOOPBACK, port: ports[i]! },
      api: { host: LOOPBACK, port: this.#apiPort === 0 ? ports[count + i]! : this.#apiPort + i },
    }));
  }

  line(): null {
    return null;
  }

  at(_id: number, command: string, args: readonly string[]): ReturnType<Ground["at"]> {
    return { command, args };
  }

  async close(): Promise<void> {}
}

export function multiaddrOf({ host, port }: Address): string {
  return `/ip4/${host}/tcp/${port}`;
}
