import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { NetworkFacts } from "../../src/node/network-file.ts";
import { PendingFile } from "../../src/node/pending-file.ts";
import { root } from "../support/compose-file.ts";
import { type Line, notebook } from "./support/members.ts";

let dir: string;
let path: string;
let found: NetworkFacts[];
let lines: Line[];
let file: PendingFile;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "tenor-pending-"));
  path = join(dir, "next.yaml");
  found = [];
  const book = notebook();
  lines = book.lines;
  file = new PendingFile({ path }, { onFile: (facts) => void found.push(facts), log: book.log });
});
afterEach(() => {
  file.stop();
  rmSync(dir, { recursive: true, force: true });
});

function networkText(configCount: number): string {
  const members = [1, 2, 3, 4].map((id) => ({
    id,
    peerId: `12D3KooWpeer${id}`,
    observer: `0x${`0${id}`.repeat(20)}`,
    transmitter: `0x${`1${id}`.repeat(20)}`,
    addresses: [],
  }));
  const feeds = [join(root, "feeds", "BTC-USD.spot-index.json")];
  const chain = { chainId: 1, hub: `0x${"11".repeat(20)}` };
  return stringify({ name: "n", networkId: `0x${"22".repeat(32)}`, configCount, slotMs: 1_000, chain, feeds, members });
}

describe("the pending network file", () => {
  test("is nothing while it is not there", () => {
    file.look();
    file.look();
    expect([found, lines]).toEqual([[], []]);
  });

  test("is taken up once, when two looks saw the same: a copy may be on its way", () => {
    const text = networkText(2);
    writeFileSync(path, text.slice(0, text.length / 2));
    file.look();
    writeFileSync(path, text);
    file.look();
    expect([found, lines]).toEqual([[], []]);
    file.look();
    file.look();
    expect(found.map(({ configCount }) => configCount)).toEqual([2]);
  });

  test("that lies there at the start is taken up at once", () => {
    writeFileSync(path, networkText(2));
    file.start();
    expect(found).toHaveLength(1);
  });

  test("that is wrong is refused with its reasons, once, and a corrected one is taken", () => {
    writeFileSync(path, networkText(0));
    for (let i = 0; i < 4; i++) file.look();
    expect(found).toEqual([]);
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ["error", "the pending network file is refused"],
    ]);
    expect(String(lines[0]!.fields["why"])).toContain("configCount");
    writeFileSync(path, networkText(3));
    file.look();
    file.look();
    expect(found.map(({ configCount }) => configCount)).toEqual([3]);
  });
});
