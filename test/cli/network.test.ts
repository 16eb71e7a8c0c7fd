import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asciiBytes, type Hex } from "../../src/base/bytes.ts";
import { loadNetwork } from "../../src/node/network-file.ts";
import { keccakHex } from "../../src/base/keccak.ts";
import { peerIdOf } from "../../src/threshold/peer-id.ts";
import { root } from "../support/compose-file.ts";
import { tenor } from "./support.ts";

const FEEDS = ["BTC-USD.spot-index", "BTC-USD.iv-atm-30d"].map((name) => join(root, "feeds", `${name}.json`)).join(",");

function hex(byte: number, length: number): Hex {
  return `0x${byte.toString(16).padStart(2, "0").repeat(length)}`;
}

function member(id: number): string {
  return JSON.stringify({
    id,
    peerId: peerIdOf(hex(id, 32)),
    observer: hex(0x10 + id, 20),
    transmitter: hex(0x20 + id, 20),
    addresses: [`/dns4/node${id}/tcp/4001`],
  });
}

describe("tenor network", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tenor-network-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const create = (name: string, members: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const out = join(folder, name);
    const options = {
      name: "testnet",
      "network-id": hex(1, 32),
      hub: hex(2, 20),
      "chain-id": "31337",
      "slot-ms": "1000",
      feeds: FEEDS,
      ...more,
    };
    const words = Object.entries(options).map(([key, value]) => `--${key}=${value}`);
    return { out, ...tenor("network", "create", ...words, ...members.map((one) => `--member=${one}`), `--out=${out}`) };
  };

  test("create writes a file that every node reads, from members given as text or as files", () => {
    writeFileSync(join(folder, "member4.json"), member(4));
    const { out, status, stdout, stderr } = create("good.yaml", [
      member(1),
      member(2),
      member(3),
      `@${join(folder, "member4.json")}`,
    ]);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ file: out, members: 4, faultyMax: 1, signers: 3, feeds: 2 });
    const facts = loadNetwork(out);
    expect(facts).toMatchObject({
      name: "testnet",
      networkId: hex(1, 32),
      hub: hex(2, 20),
      chainId: 31_337,
      slotMs: 1_000,
      configCount: 1,
    });
    expect(facts.members.map(({ addresses }) => addresses)).toEqual(
      [1, 2, 3, 4].map((id) => [`/dns4/node${id}/tcp/4001`]),
    );
    expect(facts.rules.map(({ name }) => name)).toEqual(["BTC-USD.spot-index", "BTC-USD.iv-atm-30d"]);
  });

  test("create never overwrites", () => {
    const four = [1, 2, 3, 4].map(member);
    const { out } = create("once.yaml", four);
    const before = readFileSync(out, "utf8");
    const again = create("once.yaml", four, { name: "other" });
    expect(again.status).toBe(2);
    expect(again.stderr).toContain("never overwritten");
    expect(readFileSync(out, "utf8")).toBe(before);
  });

  test("what a node would refuse is refused with the path in the file, and leaves no file", () => {
    const { out, status, stderr } = create("twice.yaml", [1, 2, 3, 3].map(member));
    expect(status).toBe(2);
    expect(stderr).toContain("members");
    expect(existsSync(out)).toBe(false);
    const few = create("few.yaml", [1, 2, 3].map(member));
    expect(few.status).toBe(2);
    expect(existsSync(few.out)).toBe(false);
  });

  test("a wrong option ends with 2 and says what is wanted", () => {
    const four = [1, 2, 3, 4].map(member);
    expect(create("a.yaml", four, { hub: "0x12" })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("40 hexadecimal digits") as string,
    });
    expect(create("b.yaml", four, { "slot-ms": "100" })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("from 250 to 60000") as string,
    });
    expect(create("c.yaml", ["{"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("member as JSON") as string,
    });
  });

  test("id is the hash of the name", () => {
    expect(tenor("network", "id", "tenor-testnet/2").stdout).toBe(`${keccakHex(asciiBytes("tenor-testnet/2"))}\n`);
  });
});
