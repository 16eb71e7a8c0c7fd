/** One way to ask the API: same origin, a time limit, and an error that can be shown. */
import type { ErrorReply } from "../api/replies.ts";

const TIMEOUT_MS = 5_000;

/** Nobody answered: the node is gone or the way to it is. A refusal is an ordinary Error: the node is there. */
export class Unreachable extends Error {}

/** @throws Unreachable, or Error with a sentence for the reader */
export async function fetchJson<T>(path: string): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MS), headers: { accept: "application/json" } });
  } catch {
    throw new Unreachable("the node does not answer");
  }
  if (response.ok) return (await response.json()) as T;
  const reply = (await response.json().catch(() => null)) as ErrorReply | null;
  throw new Error(`${path} answered ${response.status}: ${reply?.error.message ?? "no explanation"}`);
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
