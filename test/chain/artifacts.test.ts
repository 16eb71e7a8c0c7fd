import { readFileSync } from "node:fs";
import { Interface } from "ethers";
import { expect, test } from "vitest";
import { loadArtifact, parseArtifact } from "../../src/chain/artifacts.ts";
import type { ContractName } from "../../src/chain/artifacts.ts";

test("both contracts are found as the build leaves them, with the functions this room calls", () => {
  const hub = new Interface(loadArtifact("OracleHub").abi);
  for (const name of [
    "submit",
    "answers",
    "feedAt",
    "feedCount",
    "configuration",
    "networkId",
    "addFeeds",
    "configure",
  ]) {
    expect(hub.getFunction(name)?.name).toBe(name);
  }
  expect(loadArtifact("FeedReader").bytecode.length).toBeGreaterThan(100);
});

test("a contract that is not built is an error that names the command", () => {
  expect(() => loadArtifact("Nothing" as ContractName)).toThrowError(
    expect.objectContaining({ code: "artifact-missing", message: expect.stringContaining("npm run build") }),
  );
});

test("forge's form and the short form mean the same, anything else is refused with its file", () => {
  const full = parseArtifact("X", "x.json", '{"abi":[],"bytecode":{"object":"0x60"}}');
  expect(parseArtifact("X", "x.json", '{"abi":[],"bytecode":"0x60"}')).toEqual(full);
  for (const text of [
    "{",
    "[]",
    "{}",
    '{"abi":[]}',
    '{"abi":[],"bytecode":"0x"}',
    '{"abi":[],"bytecode":"0x__$lib$__"}',
  ]) {
    expect(() => parseArtifact("X", "x.json", text)).toThrowError(
      expect.objectContaining({ code: "artifact-malformed", message: expect.stringContaining("x.json") }),
    );
  }
});

test("every contract that is deployed is small enough for a chain to take it", () => {
  const out = new URL("../../contracts/out/", import.meta.url);
  for (const name of [
    "OracleHub",
    "FeedReader",
    "VolSurface",
    "Settlement",
    "Committee",
    "FeedRegistry",
    "OptionMarket",
  ]) {
    const artifact = JSON.parse(readFileSync(new URL(`${name}.sol/${name}.json`, out), "utf8")) as {
      deployedBytecode: { object: string };
    };
    // EIP-170
    expect((artifact.deployedBytecode.object.length - 2) / 2, name).toBeLessThanOrEqual(24_576);
  }
});
