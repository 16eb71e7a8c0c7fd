/** Ends a long-running command on Ctrl-C, SIGTERM, or when the process that started it is gone. */
const PARENT_LOOK_MS = 1_000;

export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const parent = Number(process.env["TENOR_PARENT_PID"] ?? "");
  if (parent > 0) {
    // A parent that was killed cannot end its children; they look for it themselves.
    const timer = setInterval(() => {
      if (process.ppid !== parent) stop();
    }, PARENT_LOOK_MS);
    timer.unref();
  }
  return controller.signal;
}

export async function untilStopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  // An idle event loop would end the process before anybody asked for it.
  const keepAlive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  clearInterval(keepAlive);
}
