/** One child process: its output in a file, ended by its own id, and an end nobody asked for is noticed. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { OracleError } from "../base/errors.ts";

export type ChildOptions = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Standard output and errors go here. */
  readonly logFile: string;
};

export type ChildExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** Enough to say why a process ended, not enough to drown the reason. */
const TAIL_LINES = 8;

export class Child {
  readonly name: string;
  readonly logFile: string;
  readonly #process: ChildProcess;
  readonly exited: Promise<ChildExit>;
  #exit: ChildExit | null = null;

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.logFile = options.logFile;
    const log = openSync(options.logFile, "a");
    // A group of its own: Ctrl-C reaches the parent alone, which ends the others in order.
    this.#process = spawn(options.command, [...options.args], {
      detached: true,
      stdio: ["ignore", log, log],
      env: { ...process.env, ...options.environment, TENOR_PARENT_PID: String(process.pid) },
    });
    closeSync(log);
    this.exited = new Promise((resolve) => {
      const done = (exit: ChildExit): void => {
        this.#exit = exit;
        resolve(exit);
      };
      this.#process.once("error", () => done({ code: null, signal: null }));
      this.#process.once("exit", (code, signal) => done({ code, signal }));
    });
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  get exit(): ChildExit | null {
    return this.#exit;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#exit === null) this.#process.kill(signal);
  }

  /** Asks, waits, then insists. */
  async stop(graceMs: number): Promise<ChildExit> {
    this.signal("SIGTERM");
    const timer = setTimeout(() => this.signal("SIGKILL"), graceMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  /** The last lines it wrote, for an error that says why. */
  tail(): string {
    try {
      return readFileSync(this.logFile, "utf8").trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
    } catch {
      return "";
    }
  }

  failure(what: string): OracleError {
    const ended = this.#exit === null ? "" : ` (ended with ${this.#exit.signal ?? this.#exit.code})`;
    return new OracleError(`${this.name}: ${what}${ended}\n${this.tail()}`, { code: "child-failed", name: this.name });
  }
}
