import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OracleError } from "../../src/base/errors.ts";
import { openLog } from "../../src/telemetry/log.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "tenor-log-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function lines(path: string): Record<string, unknown>[] {
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("a log line", () => {
  test("is a fixed sentence with its fields, its level as a word and an ISO time", () => {
    const path = join(dir, "logs", "node.log");
    const { log } = openLog({ level: "info", destination: { kind: "file", path }, fields: { node: 2 } });
    log.info("report landed", { feed: "BTC-USD.spot-index", round: 17, value: 9_712_345_000_000n });
    const [line] = lines(path);
    expect(line).toMatchObject({
      level: "info",
      node: 2,
      feed: "BTC-USD.spot-index",
      round: 17,
      value: "9712345000000",
      msg: "report landed",
    });
    expect(line?.["time"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test("below the level is not written", () => {
    const path = join(dir, "node.log");
    const { log } = openLog({ level: "warn", destination: { kind: "file", path } });
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    expect(lines(path).map((line) => line["msg"])).toEqual(["c", "d"]);
  });

  test("never shows a secret, neither in its fields nor in a child's nor in an error's", () => {
    const path = join(dir, "node.log");
    const { log } = openLog({ level: "debug", destination: { kind: "file", path }, fields: { privateKey: "K1" } });
    log.child({ share: "K2" }).error("keystore refused", {
      passphrase: "K3",
      error: new OracleError("wrong", { code: "wrong-passphrase", secret: "K4" }),
    });
    const text = readFileSync(path, "utf8");
    expect(text).not.toMatch(/K[1-4]/);
    expect(lines(path)[0]).toMatchObject({
      privateKey: "[secret]",
      share: "[secret]",
      error: { code: "wrong-passphrase", secret: "[secret]" },
    });
  });

  test("goes to the new file after logrotate moved the old one", () => {
    const path = join(dir, "node.log");
    const handle = openLog({ level: "info", destination: { kind: "file", path } });
    handle.log.info("before");
    renameSync(path, `${path}.1`);
    handle.reopen();
    handle.log.info("after");
    handle.flush();
    expect(lines(`${path}.1`).map((line) => line["msg"])).toEqual(["before"]);
    expect(lines(path).map((line) => line["msg"])).toEqual(["after"]);
  });

  test("a destination that cannot be opened is refused at start by name", () => {
    const file = join(dir, "file");
    writeFileSync(file, "");
    const path = join(file, "node.log");
    expect(() => openLog({ level: "info", destination: { kind: "file", path } })).toThrow(/cannot write .*node\.log/);
  });
});
