/** docker-compose.yml and the image say the same as the program: where no engine is at hand, this is what holds them together. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { VENUES } from "../src/market/venue.ts";
import { nodeConfigSchema } from "../src/node/config.ts";
import { mountsOf, readCompose, root, type Service, startOrder } from "./support/compose-file.ts";

const compose = readCompose();
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);
const nodes = services.filter(([name]) => /^node\d+$/.test(name));
const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");
const setup = readFileSync(join(root, "config", "compose", "setup.sh"), "utf8");

/** `tenor hub configure …` as the words that choose the command. */
function tenorCommands(): readonly string[][] {
  const fromServices = ours.flatMap(([, { command = [] }]) => (command[0] === "tenor" ? [command.slice(1)] : []));
  const fromSetup = [...setup.matchAll(/^[^#]*?\btenor ((?:[a-z]+ ?)+)/gm)].map((match) => match[1]!.trim().split(" "));
  return [...fromServices, ...fromSetup].map((words) => words.filter((word) => /^[a-z]+$/.test(word)).slice(0, 2));
}

function portsOf(service: Service): readonly { host: string; outside: string; inside: string }[] {
  return (service.ports ?? []).map((text) => {
    const [host = "", outside = "", inside = ""] = text.split(":");
    return { host, outside, inside };
  });
}

describe("docker-compose.yml", () => {
  test("starts a chain, a market, four nodes and the two services that prepare and configure them", () => {
    expect(ours.map(([name]) => name).sort()).toEqual(
      ["chain", "configure", "market", "node1", "node2", "node3", "node4", "setup"].sort(),
    );
  });

  test("every dependency is a service, has a condition that service can meet, and there is no circle", () => {
    for (const [name, service] of services) {
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        const target = compose.services[other];
        expect(target, `${name} depends on ${other}`).toBeDefined();
        if (condition === "service_healthy")
          expect(target?.healthcheck.test, `${other} has a health check`).toBeDefined();
        if (condition === "service_completed_successfully") expect(target?.restart, other).toBe("no");
      }
    }
    expect(startOrder(compose.services)).toHaveLength(services.length);
  });

  test("what runs on has a health check and comes back; what runs once does not", () => {
    for (const [name, { healthcheck, restart }] of services) {
      const isOnce = name === "setup" || name === "configure";
      expect(restart, name).toBe(isOnce ? "no" : "unless-stopped");
      if (isOnce) expect(healthcheck.disable, name).toBe(true);
      else expect(healthcheck.test?.[0], name).toBe("CMD");
    }
  });

  test("every mount is a named volume or a file of the repository, and a path is mounted once", () => {
    for (const [name, service] of services) {
      const mounts = mountsOf(service);
      for (const { source } of mounts) {
        if (source.startsWith("./")) expect(existsSync(join(root, source)), `${name}: ${source}`).toBe(true);
        else expect(Object.keys(compose.volumes), name).toContain(source);
      }
      expect(new Set(mounts.map(({ target }) => target)).size, name).toBe(mounts.length);
    }
  });

  test("every volume is used, and our image makes each mount point for its user", () => {
    const used = services.flatMap(([, service]) => mountsOf(service).map(({ source }) => source));
    expect(Object.keys(compose.volumes).filter((volume) => !used.includes(volume))).toEqual([]);
    const made = /for name in ([a-z0-9 ]+); do/.exec(dockerfile)?.[1]?.split(" ") ?? [];
    for (const [name, service] of ours) {
      for (const { target } of mountsOf(service)) {
        expect(
          made.map((folder) => `/var/lib/tenor/${folder}`),
          name,
        ).toContain(target);
      }
    }
  });

  test("a node sees its own keys and the network file it cannot change, and nobody else's", () => {
    for (const [name, service] of nodes) {
      expect(mountsOf(service)).toEqual([
        { source: "network", target: "/var/lib/tenor/network", readOnly: true },
        { source: name, target: "/var/lib/tenor/node", readOnly: false },
      ]);
    }
  });

  test("ports are published on this machine alone, and no two are the same", () => {
    const published = services.flatMap(([, service]) => portsOf(service));
    expect(published.filter(({ host }) => host !== "127.0.0.1")).toEqual([]);
    expect(new Set(published.map(({ outside }) => outside)).size).toBe(published.length);
  });

  test("a service listens where others and its own health check look for it", () => {
    for (const [name, service] of ours) {
      const text = JSON.stringify({ ...service, healthcheck: undefined });
      for (const [, host, port] of text.matchAll(/http:\/\/([a-z0-9]+):(\d+)/g)) {
        expect(
          portsOf(compose.services[host!]!).map(({ inside }) => inside),
          `${name} calls ${host}:${port}`,
        ).toContain(port);
      }
      const checked = /127\.0\.0\.1:(\d+)/.exec(service.healthcheck.test?.join(" ") ?? "")?.[1];
      if (checked !== undefined)
        expect(
          portsOf(service).map(({ inside }) => inside),
          name,
        ).toContain(checked);
    }
  });

  test("members are listed at the names and the port that the nodes have", () => {
    const listed = compose.services["setup"]?.environment?.["SETUP_MEMBERS"]?.split(" ");
    expect(listed).toEqual(nodes.map(([name]) => `/dns4/${name}/tcp/4001`));
    for (const [, { environment }] of nodes) {
      expect(parse(environment?.["TENOR__LISTEN"] ?? "")).toEqual(["/ip4/0.0.0.0/tcp/4001"]);
    }
  });

  test("all nodes run one configuration file, and every variable sets a value of its schema", () => {
    const known = new Set<string>();
    const walk = (shape: Readonly<Record<string, unknown>>, path: string): void => {
      for (const [key, value] of Object.entries(shape)) {
        known.add(`${path}${key}`.toUpperCase());
        const inner = innerShape(value);
        if (inner !== null) walk(inner, `${path}${key}__`);
      }
    };
    walk(nodeConfigSchema.shape, "TENOR__");
    for (const [name, { command, environment = {} }] of nodes) {
      expect(command, name).toEqual(["tenor", "node", "--config", "config/node.devnet.yaml"]);
      expect(Object.keys(environment).filter((variable) => !known.has(variable))).toEqual([]);
      expect(environment, name).toEqual(nodes[0]![1].environment);
    }
  });

  test("the same variables are set that the devnet sets", () => {
    const folder = join(root, "src", "devnet");
    const devnet = readdirSync(folder)
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("\n");
    const wanted = new Set([...devnet.matchAll(/\b(TENOR__[A-Z_]+[A-Z])\b(?!_?\$)/g)].map((match) => match[1]!));
    for (const venue of VENUES) {
      wanted.add(`TENOR__VENUES__${venue.toUpperCase()}__BASEURL`);
      wanted.add(`TENOR__VENUES__${venue.toUpperCase()}__STREAMURL`);
    }
    wanted.delete("TENOR__VENUES");
    // Only measurements hear more than the feeds need.
    wanted.delete("TENOR__WATCH");
    // A configuration that is to follow is an operator's business.
    wanted.delete("TENOR__PENDING");
    // In a container the API must be reachable from outside it.
    wanted.add("TENOR__API__HOST");
    expect(Object.keys(nodes[0]![1].environment ?? {}).sort()).toEqual([...wanted].sort());
  });

  test("every feed file that is deployed is there", () => {
    const feeds = compose.services["setup"]?.environment?.["SETUP_FEEDS"]?.split(",") ?? [];
    expect(feeds.length).toBeGreaterThan(0);
    for (const file of feeds) expect(existsSync(join(root, file)), file).toBe(true);
  });

  test("every command is one of the program's", async () => {
    const commands = tenorCommands();
    expect(commands.length).toBeGreaterThan(8);
    const source = readFileSync(join(root, "src", "cli", "main.ts"), "utf8");
    for (const [first = "", second] of commands) {
      expect(source, `tenor ${first}`).toContain(`${first}Command()`);
      if (second === undefined || first === "node" || first === "market") continue;
      const module = readFileSync(join(root, "src", "cli", `${first}.ts`), "utf8");
      expect(module, `tenor ${first} ${second}`).toContain(`command("${second}")`);
    }
  });
});

describe("the image", () => {
  test("runs as a user without rights, on the recommended Node, with a health check", () => {
    const stages = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
    expect(stages).toEqual(["node:24-bookworm", "node:24-bookworm-slim"]);
    expect(/^USER (\S+)/m.exec(dockerfile)?.[1]).toBe("node");
    expect(dockerfile.indexOf("USER node")).toBeGreaterThan(dockerfile.lastIndexOf("RUN "));
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\\\n\s+CMD \[/m);
  });

  test("takes in every file that a service's command or health check names", () => {
    const copied = [...dockerfile.matchAll(/^COPY --from=build (?:\/app\/)(\S+) /gm)].map((match) => match[1]!);
    const ignored = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");
    for (const [name, { command = [], healthcheck, environment = {} }] of ours) {
      const words = [
        ...command,
        ...(healthcheck.test ?? []),
        ...Object.values(environment).flatMap((v) => v.split(",")),
      ];
      for (const word of words.filter((text) => /^(config|feeds)\//.test(text))) {
        expect(existsSync(join(root, word)), `${name}: ${word}`).toBe(true);
        expect(copied, `${name}: ${word}`).toContain(word.split("/")[0]);
        expect(ignored).not.toContain(word.split("/")[0]);
      }
    }
  });
});

/** The keys of a nested object in a zod schema, through its defaults. */
function innerShape(schema: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof schema !== "object" || schema === null) return null;
  if ("shape" in schema) return schema.shape as Readonly<Record<string, unknown>>;
  if ("unwrap" in schema && typeof schema.unwrap === "function")
    return innerShape((schema.unwrap as () => unknown).call(schema));
  return null;
}
