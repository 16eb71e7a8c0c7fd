/** Log lines: JSON, one a line, ISO time, a fixed sentence in `msg` and fields beside it. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Logger as PinoLogger } from "pino";
import pino from "pino";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { LogFields, Logger } from "../base/ports.ts";
import { cleanFields } from "./redact.ts";

/** `info` is for an operator's day, `debug` for ours, `warn` wants a look, `error` wants a person. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error", "silent"];

export type LogDestination = { readonly kind: "stdout" } | { readonly kind: "file"; readonly path: string };

export type LogOptions = {
  readonly level: LogLevel;
  readonly destination: LogDestination;
  /** Fields on every line, such as the node's id. */
  readonly fields?: LogFields;
};

class PinoLog implements Logger {
  readonly #pino: PinoLogger;

  constructor(instance: PinoLogger) {
    this.#pino = instance;
  }

  debug(message: string, fields?: LogFields): void {
    // Cleaning costs more than a refused line is worth, so the level is asked first.
    if (this.#pino.isLevelEnabled("debug")) this.#pino.debug(cleanFields(fields ?? {}), message);
  }

  info(message: string, fields?: LogFields): void {
    if (this.#pino.isLevelEnabled("info")) this.#pino.info(cleanFields(fields ?? {}), message);
  }

  warn(message: string, fields?: LogFields): void {
    if (this.#pino.isLevelEnabled("warn")) this.#pino.warn(cleanFields(fields ?? {}), message);
  }

  error(message: string, fields?: LogFields): void {
    if (this.#pino.isLevelEnabled("error")) this.#pino.error(cleanFields(fields ?? {}), message);
  }

  child(fields: LogFields): Logger {
    return new PinoLog(this.#pino.child(cleanFields(fields)));
  }
}

export type LogHandle = {
  readonly log: Logger;
  /** Opens the file again after logrotate moved it; nothing for stdout. */
  reopen(): void;
  /** Writes what is buffered. Call it last before the process ends. */
  readonly flush: () => void;
};

/**
 * @throws OracleError `log-destination` when the file cannot be opened: a node that cannot write its log says so at
 *   start and does not run blind
 */
export function openLog(options: LogOptions): LogHandle {
  const { destination } = options;
  // Synchronous writes: a line written before a kill -9 is on disk. Measured at a few µs a line, and a node writes
  // about one line a slot at `info`.
  const sink = (() => {
    if (destination.kind === "stdout") return pino.destination({ fd: 1, sync: true });
    try {
      mkdirSync(dirname(destination.path), { recursive: true });
      return pino.destination({ dest: destination.path, sync: true, mode: 0o640 });
    } catch (error) {
      throw new OracleError(
        `log: cannot write ${destination.path} (${reasonOf(error)}), wanted a writable file`,
        { code: "log-destination", path: destination.path },
        error,
      );
    }
  })();
  const instance = pino(
    {
      level: options.level,
      base: cleanFields(options.fields ?? {}),
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // cleanFields has turned errors into plain records already.
      serializers: {},
    },
    sink,
  );
  return {
    log: new PinoLog(instance),
    reopen: () => {
      if (destination.kind === "file") sink.reopen();
    },
    flush: () => sink.flushSync(),
  };
}
