/** Starts a TypeScript file of the tests as a process of its own, and ends it by its id. */
import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const LOADER = new URL("./typescript.mjs", import.meta.url);

export class Child {
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  readonly #waiting: ((line: string) => void)[] = [];
  #stderr = "";

  constructor(script: URL, args: readonly string[]) {
    this.#process = spawn(process.execPath, ["--import", LOADER.href, fileURLToPath(script), ...args], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#process.stderr!.on("data", (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    createInterface({ input: this.#process.stdout! }).on("line", (line) => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#lines.push(line);
      else next(line);
    });
  }

  /** The next line the child prints; fails when it ends first. */
  async line(): Promise<string> {
    const ready = this.#lines.shift();
    if (ready !== undefined) return ready;
    const exit = once(this.#process, "close").then(() => {
      throw new Error(`child ended without a line: ${this.#stderr}`);
    });
    return await Promise.race([new Promise<string>((resolve) => this.#waiting.push(resolve)), exit]);
  }

  /** kill -9, and wait until it is gone. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const closed = once(this.#process, "close");
    this.#process.kill("SIGKILL");
    await closed;
  }
}
