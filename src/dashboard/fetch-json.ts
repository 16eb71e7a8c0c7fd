/** One way to ask the API: same origin, a time limit, and an error that can be shown. */
import type { ErrorReply } from "../api/replies.ts";

const TIMEOUT_MS = 5_000;

/** @throws Error with a sentence for the reader */
export async function fetchJson<T>(path: string): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MS), headers: { accept: "application/json" } });
  } catch {
    throw new Error("the node does not answer");
  }
  if (response.ok) return (await response.json()) as T;
  const reply = (await response.json().catch(() => null)) as ErrorReply | null;
  throw new Error(`${path} answered ${response.status}: ${reply?.error.message ?? "no explanation"}`);
}
