/** Every cap of the API, in one place. The page is read by people and scrapers: a handful of them, not the internet. */

/** No route reads a body; lower refuses nothing useful, higher lets strangers fill memory. */
export const BODY_MAX_BYTES = 4_096;
/** Browsers open one each, and each costs a socket and a timer's share of a heartbeat. */
export const EVENT_LISTENERS_MAX = 32;
/** Below this, proxies and browsers give up on a silent stream; most wait 60 s. */
export const EVENT_HEARTBEAT_MS = 15_000;
/** Events of one kind within this time are told once: nobody refetches faster, and a busy round emits dozens. */
export const EVENT_COALESCE_MS = 100;
/** A listener that does not read is cut off at this backlog; it reconnects and loses nothing, events only say "look". */
export const EVENT_BACKLOG_MAX_BYTES = 65_536;
/** As many as the store tells at once: more points than a screen has pixels help nobody. */
export const HISTORY_POINTS_MAX = 5_000;
/** Thinned histories keep the first and the last point. */
export const HISTORY_POINTS_MIN = 2;
export const HISTORY_POINTS_DEFAULT = 900;
/** Sockets beyond this are refused by the server itself. */
export const CONNECTIONS_MAX = 256;
/** A client that has not sent its request by then is slow on purpose. */
export const REQUEST_TIMEOUT_MS = 10_000;
