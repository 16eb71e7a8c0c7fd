/**
 * A network namespace for each node, on one bridge of this machine. Where lines are bent, ports of the bridge are
 * isolated: a node reaches the bridge's own address, where the proxies, the chain and the market listen, and no other node
 * behind their back.
 */
import { spawnSync } from "node:child_process";
import { networkInterfaces } from "node:os";
import { OracleError } from "../../base/errors.ts";

/** 198.18.0.0/15 is set aside for tests of networks (RFC 2544). */
const SUBNETS = 512;
const FIRST_NODE_HOST = 10;
let made = 0;

function run(args: readonly string[], input?: string): { readonly ok: boolean; readonly text: string } {
  const { status, stdout, stderr, error } = spawnSync("ip", args, { encoding: "utf8", input });
  return { ok: status === 0, text: `${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}`.trim() };
}

/** Why this machine cannot have namespaces; null when it can. */
export function namespacesMissing(): string | null {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  if (process.getuid?.() !== 0) return "network namespaces need root";
  const name = `tn${process.pid}probe`;
  const tried = run(["netns", "add", name]);
  run(["netns", "del", name]);
  return tried.ok ? null : `ip netns add: ${tried.text}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What a harness that was killed has left. Names carry the process that made them. */
function sweep(): void {
  const dead = (line: string): boolean => {
    const pid = /^tn(\d+)x/.exec(line)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  };
  for (const line of run(["netns", "list"]).text.split("\n")) {
    if (dead(line)) run(["netns", "del", line.split(" ")[0]!]);
  }
  for (const line of run(["-o", "link", "show"]).text.split("\n")) {
    const name = /^\d+: (tn\d+x\d[bv]\d*)/.exec(line)?.[1];
    if (name !== undefined && dead(name)) run(["link", "del", name]);
  }
}

function freeSubnet(): string {
  const taken = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  for (let i = 0; i < SUBNETS; i++) {
    const at = (process.pid + made + i) % SUBNETS;
    const subnet = `198.${18 + Math.floor(at / 256)}.${at % 256}`;
    if (!taken.some((address) => address.startsWith(`${subnet}.`))) return subnet;
  }
  throw new OracleError("every subnet of 198.18.0.0/15 is taken", { code: "no-subnet" });
}

export class Namespaces {
  /** On the host's side of the bridge; every node reaches it. */
  readonly hostAddress: string;
  readonly #count: number;
  readonly #subnet: string;
  readonly #mark: string;
  readonly #onExit = (): void => this.remove();

  /**
   * @param options `areApart`: a node reaches the bridge's own address and no other node
   * @throws OracleError `namespace` with what `ip` said; nothing is left then
   */
  constructor(count: number, { areApart }: { readonly areApart: boolean }) {
    sweep();
    made += 1;
    this.#count = count;
    this.#mark = `tn${process.pid}x${made % 10}`;
    this.#subnet = freeSubnet();
    this.hostAddress = `${this.#subnet}.1`;
    const bridge = `${this.#mark}b`;
    const lines = [`link add ${bridge} type bridge`, `addr add ${this.hostAddress}/24 dev ${bridge}`];
    for (const id of this.#ids()) {
      const [name, host] = [this.name(id), this.#hostEnd(id)];
      lines.push(`netns add ${name}`, `link add ${host} type veth peer name eth0 netns ${name}`);
      lines.push(`link set ${host} master ${bridge} up`);
      if (areApart) lines.push(`link set ${host} type bridge_slave isolated on`);
    }
    lines.push(`link set ${bridge} up`);
    process.on("exit", this.#onExit);
    try {
      this.#orders(lines);
      for (const id of this.#ids()) {
        this.#orders(["link set lo up", `addr add ${this.address(id)}/24 dev eth0`, "link set eth0 up"], this.name(id));
      }
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  name(id: number): string {
    return `${this.#mark}n${id}`;
  }

  address(id: number): string {
    return `${this.#subnet}.${FIRST_NODE_HOST + id}`;
  }

  /** Packets to and from the node are dropped without a word; its connections do not see it. */
  unplug(id: number): void {
    this.#orders([`link set ${this.#hostEnd(id)} down`]);
  }

  plug(id: number): void {
    this.#orders([`link set ${this.#hostEnd(id)} up`]);
  }

  /** What the node sends is dropped, what is sent to it arrives. */
  mute(id: number): void {
    this.#orders([`route add blackhole ${this.hostAddress}/32`], this.name(id));
  }

  unmute(id: number): void {
    this.#orders([`route del blackhole ${this.hostAddress}/32`], this.name(id));
  }

  /** Never throws: it runs after failures too. */
  remove(): void {
    process.off("exit", this.#onExit);
    // The host's end goes at once; a namespace goes when its last process has ended.
    for (const id of this.#ids()) {
      run(["link", "del", this.#hostEnd(id)]);
      run(["netns", "del", this.name(id)]);
    }
    run(["link", "del", `${this.#mark}b`]);
  }

  #hostEnd(id: number): string {
    return `${this.#mark}v${id}`;
  }

  #ids(): readonly number[] {
    return Array.from({ length: this.#count }, (_, i) => i + 1);
  }

  #orders(lines: readonly string[], inside?: string): void {
    const { ok, text } = run([...(inside === undefined ? [] : ["-n", inside]), "-batch", "-"], `${lines.join("\n")}\n`);
    if (!ok) throw new OracleError(`ip: ${text}`, { code: "namespace" });
  }
}
