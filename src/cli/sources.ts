/** `tenor sources`: how a running node's market data stands, venue by venue. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { Command } from "commander";
import { OracleError, reasonOf } from "../base/errors.ts";
import { ending } from "./fail.ts";
import { getJson } from "./node-json.ts";
import { type MarketReply, readMarketReply } from "./sources-reply.ts";
import { sourcesText } from "./sources-text.ts";
import { stopSignal } from "./stop-signal.ts";

type SourcesFlags = {
  readonly node: string;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly watch?: boolean;
};

/** As often as the node's page asks. */
const WATCH_MS = 2_000;
const CLEAR_SCREEN = "\u001b[H\u001b[2J";

async function ask(nodeUrl: string, stop: AbortSignal): Promise<MarketReply> {
  const base = nodeUrl.replace(/\/+$/, "");
  const [venues, sources] = await Promise.all(
    ["/v1/venues", "/v1/sources"].map(async (path) => await getJson(`${base}${path}`, stop)),
  );
  return readMarketReply(venues, sources);
}

function shown(reply: MarketReply, { all = false, json = false }: SourcesFlags): string {
  if (json) return `${JSON.stringify(reply)}\n`;
  const colours = process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "";
  return sourcesText(reply, { all, colours });
}

/** A venue that is only watched may be down without any feed being the poorer. */
function exitCodeFor({ venues }: MarketReply): number {
  return venues.some(({ state, isNeeded }) => isNeeded && state === "down") ? 1 : 0;
}

/** Until it is stopped; a node that does not answer is told and asked again. */
async function watch(flags: SourcesFlags, stop: AbortSignal): Promise<number> {
  const isScreen = process.stdout.isTTY && flags.json !== true;
  let code = 1;
  while (!stop.aborted) {
    let text: string;
    try {
      const reply = await ask(flags.node, stop);
      code = exitCodeFor(reply);
      text = shown(reply, flags);
    } catch (error) {
      if (stop.aborted) break;
      process.stderr.write(`${reasonOf(error)}\n`);
      code = 1;
      text = "";
    }
    if (text !== "")
      process.stdout.write(`${isScreen ? CLEAR_SCREEN : ""}${text}${isScreen || flags.json ? "" : "\n"}`);
    await sleepFor(WATCH_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  return code;
}

async function sources(flags: SourcesFlags): Promise<number> {
  if (!/^https?:\/\/[^?#]+$/.test(flags.node) || !URL.canParse(flags.node)) {
    throw new OracleError(`--node ${flags.node} is no URL; wanted one such as http://127.0.0.1:8080`, {
      code: "bad-argument",
    });
  }
  const stop = stopSignal();
  if (flags.watch === true) return await watch(flags, stop);
  const reply = await ask(flags.node, stop);
  process.stdout.write(shown(reply, flags));
  return exitCodeFor(reply);
}

export function sourcesCommand(): Command {
  return new Command("sources")
    .description("how a running node's market data stands, venue by venue; exits 1 when one that feeds read is down")
    .option("--node <url>", "the node's API", "http://127.0.0.1:8080")
    .option("--all", "every connection and every source as well")
    .option("--json", "as JSON, one object a look")
    .option("--watch", "look again every two seconds until stopped")
    .action(async (flags: SourcesFlags) => {
      await ending(async () => await sources(flags));
    });
}
