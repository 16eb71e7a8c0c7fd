/** The JSON routes: each reads the view and answers; none changes anything. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { HISTORY_POINTS_DEFAULT, HISTORY_POINTS_MAX, HISTORY_POINTS_MIN } from "./limits.ts";
import { refuse } from "./refusal.ts";
import type {
  EvidenceReply,
  FeedReply,
  FeedsReply,
  HistoryReply,
  PeersReply,
  RoundsReply,
  SourcesReply,
  StatementsReply,
  StatusReply,
  SurfaceReply,
  TransactionsReply,
  VenuesReply,
} from "./replies.ts";
import type { NodeView } from "./view.ts";

/** Digits only: `Number("")` is 0 and `Number("1e3")` is 1000, and neither was meant. */
const wholeNumber = z.string().regex(/^\d{1,15}$/, "a whole number in decimal digits");

const LIMIT_WANTED = `${HISTORY_POINTS_MIN} to ${HISTORY_POINTS_MAX}`;

const historyQuery = z.strictObject({
  /** Unix milliseconds. */
  sinceMs: wholeNumber.transform(Number).default(0),
  limit: wholeNumber
    .transform(Number)
    .refine((limit) => limit >= HISTORY_POINTS_MIN && limit <= HISTORY_POINTS_MAX, LIMIT_WANTED)
    .default(HISTORY_POINTS_DEFAULT),
});

const HISTORY_WANTED = { sinceMs: "unix milliseconds", limit: LIMIT_WANTED };

function refuseUnknownFeed(reply: FastifyReply, seen: string, view: NodeView): FastifyReply {
  const wanted = view.feeds().map((feed) => feed.name);
  return refuse(reply, 404, { code: "unknown-feed", message: "there is no feed of this name", seen, wanted });
}

function refuseNoSurface(reply: FastifyReply, seen: string, view: NodeView): FastifyReply {
  const feeds = view.feeds();
  if (!feeds.some(({ name }) => name === seen)) return refuseUnknownFeed(reply, seen, view);
  const wanted = feeds.filter(({ kind }) => kind === "vol-surface").map(({ name }) => name);
  return refuse(reply, 404, { code: "no-surface", message: "this feed is one number, no surface", seen, wanted });
}

type Named = { Params: { name: string } };

/** @param doors.nowMs wall clock; every reply carries it */
export function addRoutes(
  server: FastifyInstance,
  doors: { readonly view: NodeView; readonly nowMs: () => number },
): void {
  const { view, nowMs } = doors;

  server.get("/livez", (_request, reply) => {
    const { live, reasons } = view.health();
    return reply.code(live ? 200 : 503).send({ live, reasons: live ? [] : reasons });
  });
  server.get("/readyz", (_request, reply) => {
    const { ready, reasons } = view.health();
    return reply.code(ready ? 200 : 503).send({ ready, reasons });
  });
  server.get(
    "/v1/status",
    (): StatusReply => ({
      nowMs: nowMs(),
      identity: view.identity(),
      health: view.health(),
      ceremony: view.ceremony(),
    }),
  );
  server.get("/v1/feeds", (): FeedsReply => ({ nowMs: nowMs(), feeds: view.feeds() }));
  server.get<Named>("/v1/feeds/:name", (request, reply) => {
    const { name } = request.params;
    const feed = view.feeds().find((candidate) => candidate.name === name);
    if (feed === undefined) return refuseUnknownFeed(reply, name, view);
    const body: FeedReply = { nowMs: nowMs(), feed };
    return reply.send(body);
  });
  server.get<Named>("/v1/feeds/:name/history", (request, reply) => {
    const { name } = request.params;
    const query = historyQuery.safeParse(request.query);
    if (!query.success) {
      const issue = query.error.issues[0]!;
      const field = issue.path.join(".");
      return refuse(reply, 400, {
        code: "bad-query",
        message:
          issue.code === "unrecognized_keys"
            ? `unknown query parameter ${issue.keys.join(", ")}, wanted sinceMs and limit`
            : `query parameter ${field} must be ${issue.message}`,
        seen: request.query,
        wanted: HISTORY_WANTED,
      });
    }
    const { sinceMs, limit } = query.data;
    const history = view.history(name, sinceMs, limit);
    if (history === null) return refuseUnknownFeed(reply, name, view);
    const body: HistoryReply = { nowMs: nowMs(), name, sinceMs, ...history };
    return reply.send(body);
  });
  server.get<Named>("/v1/feeds/:name/surface", (request, reply) => {
    const { name } = request.params;
    const surface = view.surface(name);
    if (surface === null) return refuseNoSurface(reply, name, view);
    const body: SurfaceReply = { nowMs: nowMs(), surface };
    return reply.send(body);
  });
  server.get("/v1/reports/latest", (_request, reply) => {
    const report = view.latestReport();
    if (report !== null) return reply.send(report);
    return refuse(reply, 404, {
      code: "no-report",
      message: "no report has been signed yet; the key ceremony and the first round come first",
      seen: view.ceremony().phase,
      wanted: "complete",
    });
  });
  server.get("/v1/rounds", (): RoundsReply => ({ nowMs: nowMs(), round: view.round(), recent: view.recentRounds() }));
  server.get("/v1/peers", (): PeersReply => ({ nowMs: nowMs(), peers: view.peers() }));
  server.get("/v1/transactions", (): TransactionsReply => ({ nowMs: nowMs(), transactions: view.transactions() }));
  server.get("/v1/sources", (): SourcesReply => ({ nowMs: nowMs(), sources: view.sources() }));
  server.get("/v1/venues", (): VenuesReply => ({ nowMs: nowMs(), venues: view.venues() }));
  server.get("/v1/statements", (): StatementsReply => ({ nowMs: nowMs(), statements: view.statements() }));
  server.get("/v1/ceremony", () => view.ceremony());
  server.get("/v1/evidence", (): EvidenceReply => ({ nowMs: nowMs(), evidence: view.evidence() }));
  server.get<Named>("/v1/evidence/:name", (request, reply) => {
    const { name } = request.params;
    const piece = view.evidencePiece(name);
    if (piece !== null) return reply.send(piece);
    const wanted = "a name that /v1/evidence lists";
    return refuse(reply, 404, { code: "unknown-evidence", message: "no evidence of this name", seen: name, wanted });
  });
  server.get("/v1/group", (_request, reply) => {
    const file = view.groupFile();
    if (file !== null) return reply.send(file);
    return refuse(reply, 404, {
      code: "no-group",
      message: "the ceremony's messages are not at hand here; ask another member",
      seen: view.ceremony().phase,
      wanted: "complete",
    });
  });
}
