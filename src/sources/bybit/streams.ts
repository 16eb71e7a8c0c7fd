import type { StreamAdapter } from "../stream-adapter.ts";
import type {
  FuturesSubscription,
  IndexSubscription,
  OptionsSubscription,
  PolledSubscription,
  SpotSubscription,
} from "../subscription.ts";
import type { TopicLimits } from "../topic-book.ts";
import { BybitConnection } from "./connection.ts";
import { InverseDesk } from "./inverse-desk.ts";
import { OptionDesk } from "./option-desk.ts";
import { SpotDesk } from "./spot-desk.ts";

const VENUE = {
  venue: "bybit",
  host: "stream",
  // Our ping every 20 s is answered at once.
  heartbeatMs: 25_000,
  pingFrameMs: null,
  lifeMaxMs: null,
} as const;

/** An `args` may have 21 000 characters. */
const ARGS_MAX_CHARS = 10_000;
const SPOT_LIMITS: TopicLimits = { topicsMax: 10, charsMax: ARGS_MAX_CHARS, hourlyMax: null, totalMax: 500 };
const INVERSE_LIMITS: TopicLimits = { ...SPOT_LIMITS, topicsMax: 100 };
/** 2000 on one connection: what is listed beyond them stays with REST. */
const OPTION_LIMITS: TopicLimits = { ...SPOT_LIMITS, topicsMax: 200, totalMax: 2_000 };

function isSpot(subscription: PolledSubscription): subscription is SpotSubscription {
  return subscription.venue === "bybit" && subscription.kind === "spot";
}

function isInverse(subscription: PolledSubscription): subscription is IndexSubscription | FuturesSubscription {
  return subscription.venue === "bybit" && (subscription.kind === "index" || subscription.kind === "futures");
}

function isOptions(subscription: PolledSubscription): subscription is OptionsSubscription {
  return subscription.venue === "bybit" && subscription.kind === "options";
}

/** Each kind of contract has a path of its own. Books are asked for over REST. */
export const bybitStreams: readonly StreamAdapter[] = [
  {
    ...VENUE,
    name: "spot",
    path: () => "/v5/public/spot",
    carries: isSpot,
    session: (subscriptions) => new BybitConnection(SPOT_LIMITS, new SpotDesk(subscriptions.filter(isSpot))),
  },
  {
    ...VENUE,
    name: "inverse",
    path: () => "/v5/public/inverse",
    carries: isInverse,
    session: (subscriptions) => new BybitConnection(INVERSE_LIMITS, new InverseDesk(subscriptions.filter(isInverse))),
  },
  {
    ...VENUE,
    name: "options",
    path: () => "/v5/public/option",
    carries: isOptions,
    session: (subscriptions) => new BybitConnection(OPTION_LIMITS, new OptionDesk(subscriptions.filter(isOptions))),
  },
];
