/** A preloaded library that lets one node's disk fail on demand, made with the C compiler that native modules need anyway. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("./native/bad-disk.c", import.meta.url));

export const canFailDisks = process.platform === "linux" && spawnSync("cc", ["--version"]).status === 0;

export class BadDisk {
  readonly #dir = mkdtempSync(join(tmpdir(), "tenor-bad-disk-"));
  readonly #orders = join(this.#dir, "orders");
  readonly #library = join(this.#dir, "bad-disk.so");

  constructor() {
    execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", this.#library, SOURCE, "-ldl"]);
    this.heal();
  }

  /** Children that are started now run on the disk that fails. */
  install(): void {
    process.env["LD_PRELOAD"] = this.#library;
    process.env["TENOR_TEST_BAD_DISK"] = this.#orders;
  }

  uninstall(): void {
    delete process.env["LD_PRELOAD"];
    delete process.env["TENOR_TEST_BAD_DISK"];
  }

  /** @param part of the database's path */
  fail(part: string, how: "slow" | "eio" | "full"): void {
    writeFileSync(this.#orders, `${part} ${how}\n`);
  }

  heal(): void {
    writeFileSync(this.#orders, "");
  }

  remove(): void {
    this.uninstall();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
