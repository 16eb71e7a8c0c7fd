/** Refusals as replies: a code, a sentence, what was seen and what is wanted. */
import type { FastifyReply } from "fastify";
import type { ErrorReply } from "./replies.ts";

export type Refusal = {
  readonly code: string;
  readonly message: string;
  readonly seen?: unknown;
  readonly wanted?: unknown;
};

/** What a stranger sent may be long; it comes back shortened. */
function shortened(seen: unknown): unknown {
  return typeof seen === "string" && seen.length > 200 ? `${seen.slice(0, 200)}…` : (seen ?? null);
}

export function refuse(reply: FastifyReply, status: number, refusal: Refusal): FastifyReply {
  const body: ErrorReply = {
    error: {
      code: refusal.code,
      message: refusal.message,
      seen: shortened(refusal.seen),
      wanted: refusal.wanted ?? null,
    },
  };
  return reply.code(status).header("cache-control", "no-store").send(body);
}
