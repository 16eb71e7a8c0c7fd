/** Namespaces hold what they are for: a node reaches the bridge and nobody else, and nothing stays behind. */
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Namespaces, namespacesMissing } from "../../src/devnet/wires/namespaces.ts";

const missing = namespacesMissing();
const isRequired = process.env["TENOR_REQUIRE_ALL"] === "1";

function ip(...args: readonly string[]): string {
  return spawnSync("ip", args, { encoding: "utf8" }).stdout;
}

/** Whether a program inside can open a connection; it is refused or runs into its time limit when it cannot. */
function reaches(inside: string, host: string, port: number): boolean {
  const program = `require("node:net").connect({host:"${host}",port:${port},timeout:700})
    .on("connect",()=>process.exit(0)).on("error",()=>process.exit(1)).on("timeout",()=>process.exit(1))`;
  return spawnSync("ip", ["netns", "exec", inside, process.execPath, "-e", program]).status === 0;
}

describe.skipIf(missing !== null && !isRequired)("namespaces", () => {
  let made: Namespaces;

  beforeEach(() => {
    made = new Namespaces(2, { areApart: true });
  });

  afterEach(() => made.remove());

  test("reach what listens on the bridge, not each other, and not the bridge while they are unplugged or muted", async () => {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, made.hostAddress, resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    // spawnSync stops this process too, but the system takes connections for a listening socket all the same.
    expect(reaches(made.name(1), made.hostAddress, port)).toBe(true);
    expect(reaches(made.name(1), made.address(2), 9)).toBe(false);
    expect(ip("netns", "exec", made.name(1), "ip", "neigh", "show", made.address(2))).toMatch(/FAILED|INCOMPLETE|^$/);
    made.unplug(1);
    expect(reaches(made.name(1), made.hostAddress, port)).toBe(false);
    expect(reaches(made.name(2), made.hostAddress, port)).toBe(true);
    made.plug(1);
    made.mute(1);
    expect(reaches(made.name(1), made.hostAddress, port)).toBe(false);
    made.unmute(1);
    expect(reaches(made.name(1), made.hostAddress, port)).toBe(true);
    server.close();
  }, 20_000);

  test("that are not apart reach each other", () => {
    made.remove();
    made = new Namespaces(2, { areApart: false });
    // Nobody listens there; that the other end answered at all is written down where its hardware address is.
    expect(reaches(made.name(1), made.address(2), 9)).toBe(false);
    expect(ip("netns", "exec", made.name(1), "ip", "neigh", "show", made.address(2))).toMatch(/lladdr .+ REACHABLE/);
  });

  test("leave neither a name nor a link", () => {
    const name = made.name(1);
    expect(ip("netns", "list")).toContain(name);
    made.remove();
    expect(ip("netns", "list")).not.toContain(name);
    expect(ip("-o", "link", "show")).not.toContain(name.replace(/n1$/, ""));
  });
});

test.skipIf(!isRequired)("are there where everything is required", () => expect(missing).toBeNull());
