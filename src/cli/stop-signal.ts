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

/** An idle event loop ends the process, also one that waits for nothing but what the engine compiles. @returns ends the staying */
export function stayAwake(): () => void {
  const timer = setInterval(() => undefined, 60_000);
  return () => clearInterval(timer);
}

export async function untilStopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const letGo = stayAwake();
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  letGo();
}
