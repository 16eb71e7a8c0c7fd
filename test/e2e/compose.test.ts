/**
 * `docker compose up --build` without an engine: every service of docker-compose.yml as a process of this machine: the very commands, variables and health checks, in the
 * order of their dependencies. Only what a container engine gives is given here: a file system of its own for each
 * service (paths below /var/lib/tenor), names that resolve (loopback ports), and `tenor` and `anvil` on the PATH.
 */
import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { anvilBinary, commandLine } from "../../src/devnet/paths.ts";
import { freePorts } from "../../src/devnet/wait.ts";
import { type ComposeFile, mountsOf, readCompose, root, type Service, startOrder } from "../support/compose-file.ts";

const HEALTHY_WITHIN_MS = 60_000;
const DONE_WITHIN_MS = 90_000;
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 8_000;

type Running = {
  readonly name: string;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly log: string;
};

class Engine {
  readonly #work = mkdtempSync(join(tmpdir(), "tenor-compose-"));
  readonly #services: ComposeFile["services"];
  readonly #running: Running[] = [];
  /** service → the port inside → the port here */
  readonly #ports = new Map<string, ReadonlyMap<string, number>>();

  constructor(services: ComposeFile["services"]) {
    this.#services = services;
  }

  async prepare(): Promise<void> {
    const wanted = Object.entries(this.#services).map(([name, service]) => {
      const inside = (service.ports ?? []).map((text) => text.split(":").at(-1)!);
      return { name, inside: name.startsWith("node") ? [...inside, "4001"] : inside };
    });
    const free = [...(await freePorts(wanted.reduce((sum, { inside }) => sum + inside.length, 0)))];
    for (const { name, inside } of wanted) this.#ports.set(name, new Map(inside.map((port) => [port, free.pop()!])));

    const bin = join(this.#work, "bin");
    mkdirSync(bin);
    const programs = { tenor: `${process.execPath} ${commandLine}`, anvil: anvilBinary() };
    for (const [name, program] of Object.entries(programs)) {
      writeFileSync(join(bin, name), `#!/bin/sh\nexec ${program} "$@"\n`);
      chmodSync(join(bin, name), 0o755);
    }
    for (const [name, service] of Object.entries(this.#services)) {
      mkdirSync(this.#home(name), { recursive: true });
      for (const { source, target } of mountsOf(service)) {
        mkdirSync(join(this.#work, "volumes", source), { recursive: true });
        symlinkSync(
          join(this.#work, "volumes", source),
          join(dirname(this.#home(name)), target.slice("/var/lib/".length)),
        );
      }
    }
  }

  port(service: string, inside: string): number {
    const port = this.#ports.get(service)?.get(inside);
    if (port === undefined) throw new Error(`${service} publishes no port ${inside}`);
    return port;
  }

  /** What a service would find at /var/lib/tenor. */
  #home(name: string): string {
    return join(this.#work, "files", name, "tenor");
  }

  /** A text of the compose file as this machine needs it. */
  #translate(name: string, text: string): string {
    let result = text.replaceAll("/var/lib/tenor", this.#home(name)).replaceAll("0.0.0.0", "127.0.0.1");
    for (const [service, ports] of this.#ports) {
      for (const [inside, here] of ports) {
        result = result.replaceAll(`/dns4/${service}/tcp/${inside}`, `/ip4/127.0.0.1/tcp/${here}`);
        result = result.replaceAll(`//${service}:${inside}`, `//127.0.0.1:${here}`);
      }
    }
    for (const [inside, here] of this.#ports.get(name) ?? []) {
      // Its own port: alone, behind --port= or in an address of its own.
      result = result.replace(new RegExp(`(^|=|127\\.0\\.0\\.1[:/](?:tcp/)?)${inside}\\b`, "g"), `$1${here}`);
    }
    return result;
  }

  #spawn(name: string, command: readonly string[], log: string): Running {
    const service = this.#services[name]!;
    const [program = "", ...rest] = command.map((word) => this.#translate(name, word));
    const environment = Object.entries(service.environment ?? {}).map(([key, value]) => [
      key,
      this.#translate(name, value),
    ]);
    const output = openSync(log, "a");
    const child = spawn(program, rest, {
      cwd: root,
      stdio: ["ignore", output, output],
      env: {
        PATH: `${join(this.#work, "bin")}:${process.env["PATH"] ?? ""}`,
        HOME: this.#work,
        ...(Object.fromEntries(environment) as Record<string, string>),
      },
    });
    closeSync(output);
    const ended = new Promise<number | null>((resolve) => {
      child.once("error", () => resolve(null));
      child.once("exit", (code) => resolve(code));
    });
    return { name, child, ended, log };
  }

  async start(name: string): Promise<void> {
    const service = this.#services[name]!;
    const running = this.#spawn(name, service.command!, join(this.#work, `${name}.log`));
    this.#running.push(running);
    if (service.restart === "no") {
      const timer = setTimeout(() => running.child.kill("SIGKILL"), DONE_WITHIN_MS);
      const code = await running.ended;
      clearTimeout(timer);
      if (code !== 0) throw new Error(`${name} ended with ${code}:\n${this.logOf(name)}`);
      return;
    }
    await this.#healthy(running, service);
  }

  /** Runs the service's own health check until it is content. */
  async #healthy({ name, child }: Running, service: Service): Promise<void> {
    const [, ...check] = service.healthcheck.test!;
    const log = join(this.#work, `${name}.health.log`);
    for (const endMs = Date.now() + HEALTHY_WITHIN_MS; ; ) {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${this.logOf(name)}`);
      if ((await this.#spawn(name, check, log).ended) === 0) return;
      if (Date.now() > endMs)
        throw new Error(`${name} is not healthy:\n${readFileSync(log, "utf8")}\n${this.logOf(name)}`);
      await sleepFor(200);
    }
  }

  logOf(name: string): string {
    return readFileSync(join(this.#work, `${name}.log`), "utf8")
      .split("\n")
      .slice(-15)
      .join("\n");
  }

  /** Ends what still runs, last started first, each by its own id. @returns exit codes by service */
  async stop(): Promise<Readonly<Record<string, number | null>>> {
    const codes: Record<string, number | null> = {};
    for (const { name, child, ended } of this.#running.splice(0).reverse()) {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
      codes[name] = await ended;
      clearTimeout(timer);
    }
    return codes;
  }

  remove(): void {
    rmSync(this.#work, { recursive: true, force: true });
  }
}

const { services } = readCompose();
const devnet = Object.fromEntries(Object.entries(services).filter(([, { profiles }]) => profiles === undefined));
const engine = new Engine(devnet);
afterAll(async () => {
  await engine.stop();
  engine.remove();
});

/** Feeds without an agreed value. A settlement is fixed at 08:00 UTC and has none before the first. */
async function silentFeeds(url: string): Promise<readonly string[]> {
  const { feeds } = (await (await fetch(`${url}/v1/feeds`)).json()) as {
    feeds: readonly { name: string; kind: string; status: string }[];
  };
  expect(feeds.length).toBe(26);
  return feeds.filter(({ kind, status }) => kind !== "settlement" && status !== "ok").map(({ name }) => name);
}

/** Starts everything in order and waits until node 1 does its part. @returns the newest signed round there */
async function up(): Promise<number> {
  for (const name of startOrder(devnet)) await engine.start(name);
  const url = `http://127.0.0.1:${engine.port("node1", "8080")}`;
  for (const endMs = Date.now() + READY_WITHIN_MS; ; ) {
    const response = await fetch(`${url}/readyz`);
    if (response.status === 200) break;
    if (Date.now() > endMs) throw new Error(`node1 is not ready: ${await response.text()}\n${engine.logOf("node1")}`);
    await sleepFor(250);
  }
  for (const endMs = Date.now() + READY_WITHIN_MS; ; ) {
    const silent = await silentFeeds(url);
    if (silent.length === 0) break;
    if (Date.now() > endMs) throw new Error(`no agreed value of ${silent.join(", ")}`);
    await sleepFor(500);
  }
  return ((await (await fetch(`${url}/v1/reports/latest`)).json()) as { round: number }).round;
}

/** Ends everything; each service must end well. */
async function down(): Promise<void> {
  expect(await engine.stop()).toEqual(Object.fromEntries(Object.keys(devnet).map((name) => [name, 0])));
}

test("every service's command runs, in order, until node 1 signs; stopped and started again, it signs on", {
  // Every wait within has a limit of its own, and says what it waited for.
  timeout: 480_000,
}, async () => {
  await engine.prepare();
  const round = await up();
  await down();
  expect(await up()).toBeGreaterThan(round);
  expect(engine.logOf("setup")).toContain("is there already");
  expect(engine.logOf("configure")).toContain('"alreadyConfigured":true');
  await down();
});
