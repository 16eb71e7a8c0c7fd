/**
 * Deribit's WebSocket: the index, the volatility index, and a ticker for each option and future that REST has listed. The
 * venue closes connections that leave its `test_request` unanswered.
 */
import type { StreamAdapter } from "../stream-adapter.ts";
import { DeribitSession } from "./session.ts";

export const deribitStreams: readonly StreamAdapter[] = [
  {
    venue: "deribit",
    name: "market",
    host: "stream",
    path: () => "",
    carries: ({ venue }) => venue === "deribit",
    heartbeatMs: 30_000,
    pingFrameMs: null,
    lifeMaxMs: null,
    session: (subscriptions, rules) => new DeribitSession(subscriptions, rules),
  },
];
