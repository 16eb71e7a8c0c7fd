/** What a room needs of the world, as arguments: time, dice and a place to write a line. */

export interface Clock {
  /** Wall clock, unix milliseconds. Chooses the slot and stamps observations, nothing else. */
  nowMs(): number;
  /** Monotonic milliseconds from an arbitrary origin, with fractions. Timers use this. */
  monotonicMs(): number;
}

export interface Rng {
  /** Uniform in [0, 1). Not for secrets. */
  next(): number;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** A log line is a fixed sentence plus fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
