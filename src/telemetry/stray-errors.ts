/**
 * Errors that nobody waits for. A library that drops a promise whose stream ends at the wrong moment must not end a daemon, nor may a
 * peer that finds such a moment: it is said and counted. After an exception that nobody caught nothing is known any more: it
 * is said, and the process ends, so that its supervisor starts it again.
 */
import { reasonOf } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import type { Metrics } from "./metrics.ts";

export type StrayErrorDoors = {
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "counter">;
};

/** @param doors.flush writes out what the log holds back */
export function endOnUncaught(doors: { readonly log: Logger; readonly flush: () => void }): void {
  process.on("uncaughtException", (error) => {
    doors.log.error("an exception that nobody caught: this process ends", detailsOf(error));
    doors.flush();
    process.exit(1);
  });
}

/** Ends when stopped: then the runtime's own rule holds, which is to end the process. */
export function watchRejections({ log, metrics }: StrayErrorDoors): { stop(): void } {
  const rejections = metrics.counter({
    name: "tenor_unhandled_rejections_total",
    help: "Promises that failed and nobody was told: bugs, here or in a library",
  });
  const heard = (reason: unknown): void => {
    rejections.add(1);
    log.error("a promise failed and nobody was told", detailsOf(reason));
  };
  process.on("unhandledRejection", heard);
  return { stop: () => void process.off("unhandledRejection", heard) };
}

function detailsOf(error: unknown): Record<string, unknown> {
  return { reason: reasonOf(error), stack: error instanceof Error ? error.stack : undefined };
}
