import type { StreamAdapter } from "../stream-adapter.ts";
import type { PolledSubscription } from "../subscription.ts";
import { type OkxStreamed, OkxSession } from "./session.ts";

/** Books are asked for over REST: how deep one is changes slowly. */
function isStreamed(subscription: PolledSubscription): subscription is OkxStreamed {
  switch (subscription.kind) {
    case "spot":
    case "index":
    case "futures":
    case "options":
      return subscription.venue === "okx";
    case "depth":
    case "vol-index":
      return false;
  }
}

/** One connection for everything: a hundred pushes a second at most, and three connections a second are all one may open. */
export const okxStreams: readonly StreamAdapter[] = [
  {
    venue: "okx",
    name: "public",
    host: "stream",
    path: () => "/ws/v5/public",
    carries: isStreamed,
    // A `ping` of ours after 20 s of silence is answered at once.
    heartbeatMs: 25_000,
    pingFrameMs: null,
    lifeMaxMs: null,
    session: (subscriptions) => new OkxSession(subscriptions.filter(isStreamed)),
  },
];
