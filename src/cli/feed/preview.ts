/** `tenor feed preview`: the feed's value now, with everything that entered it and everything that was left out. */
import { Command } from "commander";
import { OracleError } from "../../base/errors.ts";
import type { SmileView } from "../../feeds/smile-view.ts";
import { smileViews } from "../../feeds/smile-view.ts";
import { PRODUCTION } from "../../sources/hosts.ts";
import { ending } from "../fail.ts";
import { durationMs } from "../options.ts";
import { venuesOfMarket } from "../record-sources.ts";
import { agreedCurves } from "./agreed-curves.ts";
import { type LoadedFeed, loadFeed } from "./definitions.ts";
import { gather } from "./gather.ts";
import { FeedObserver, type Look } from "./observer.ts";
import { chainPictures, writePictures } from "./pictures.ts";
import { previewText, smileTable } from "./preview-text.ts";
import { openTape } from "./recording.ts";

type PreviewFlags = {
  readonly market?: string;
  readonly live?: boolean;
  readonly recording?: string;
  readonly at?: string;
  readonly partial?: boolean;
  readonly node?: string;
  readonly pictures?: string;
  readonly timeout: number;
};

/** A recorded look is led up to in steps of a second: methods remember. */
const STEP_MS = 1_000;

function refuse(message: string): never {
  throw new OracleError(message, { code: "bad-argument" });
}

async function recorded(loaded: LoadedFeed, dir: string, { at, partial }: PreviewFlags): Promise<Look> {
  const tape = await openTape(dir, loaded.feeds, partial === true);
  const atMs = at === undefined ? tape.endMs : timeOf(at);
  if (atMs < tape.startMs || atMs > tape.endMs) {
    const [from, to] = [tape.startMs, tape.endMs].map((ms) => new Date(ms).toISOString());
    refuse(`--at ${at} is outside the recording, which goes from ${from} to ${to}`);
  }
  const observer = new FeedObserver(loaded);
  let look: Look | null = null;
  // The last step stands at the wanted moment itself.
  const fromMs = atMs - Math.floor((atMs - tape.startMs) / STEP_MS) * STEP_MS;
  for await (const snapshot of tape.snapshots(STEP_MS, { fromMs, toMs: atMs })) look = observer.look(snapshot, []);
  return look ?? refuse(`the recording ${dir} holds no answer before ${new Date(atMs).toISOString()}`);
}

/** @param text ISO 8601 or unix milliseconds */
function timeOf(text: string): number {
  const ms = /^\d{10,}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isFinite(ms) ? ms : refuse(`--at ${text} is no time; wanted one such as 2026-11-23T10:00:00Z`);
}

async function lookAt(
  loaded: LoadedFeed,
  flags: PreviewFlags,
): Promise<{ readonly look: Look; readonly from: string }> {
  const { market, live, recording, timeout } = flags;
  const given = [market, live, recording].filter((one) => one !== undefined);
  if (given.length !== 1) {
    refuse(
      "say where to look: --market URL for a running `tenor market`, --live for the exchanges, or --recording DIR",
    );
  }
  if (recording !== undefined) return { look: await recorded(loaded, recording, flags), from: `from ${recording}` };
  if (market !== undefined && !URL.canParse(market)) refuse(`--market ${market} is no URL`);
  const venues = market === undefined ? PRODUCTION : venuesOfMarket(market);
  const tell = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const look = await gather(loaded, { venues, timeoutMs: timeout }, tell);
  return { look, from: market === undefined ? "from the exchanges" : `from ${market}` };
}

function smilesOf({ feed }: LoadedFeed, look: Look): readonly SmileView[] | null {
  if (!("chain" in feed.definition.method)) return null;
  const views = smileViews(feed, look.context);
  return views.ok ? views.smiles : [];
}

async function preview(file: string, flags: PreviewFlags): Promise<number> {
  const loaded = loadFeed(file);
  const { name } = loaded.feed.definition;
  const { look, from } = await lookAt(loaded, flags);
  process.stdout.write(previewText(loaded, look, from));
  const smiles = smilesOf(loaded, look);
  if (smiles !== null && smiles.length > 0) process.stdout.write(`\n${smileTable(smiles)}`);
  if (flags.pictures !== undefined) {
    if (smiles === null) refuse(`${name} reads no option chain: there is nothing to draw`);
    const agreed = flags.node === undefined ? [] : await agreedCurves(flags.node, loaded.feed.definition);
    const pictures = chainPictures(name, smiles, agreed);
    writePictures(flags.pictures, pictures);
    process.stdout.write(
      `\n${pictures.length} pictures in ${flags.pictures}: ${pictures.map((one) => one.name).join(", ")}\n`,
    );
  }
  return look.evaluations.at(-1)?.kind === "value" ? 0 : 1;
}

export function previewCommand(): Command {
  return new Command("preview")
    .description("evaluate a definition now and show every input, what was left out and why; exits 1 without a value")
    .argument("<file>", "feed definition, JSON")
    .option("--market <url>", "look at a running `tenor market`")
    .option("--live", "look at the exchanges")
    .option("--recording <dir>", "look at what `tenor record` wrote")
    .option("--at <time>", "with --recording: the moment, its end by default, such as 2026-11-23T10:00:00Z")
    .option("--partial", "with --recording: go on although it lacks some of the sources")
    .option("--timeout <duration>", "wait this long for the sources at most", durationMs, 20_000)
    .option(
      "--pictures <dir>",
      "of a feed on an option chain: draw smiles, term structure and surface as SVG files here",
    )
    .option("--node <url>", "with --pictures: draw what the nodes agreed on as well, from a node's API")
    .action(async (file: string, flags: PreviewFlags) => {
      await ending(async () => preview(file, flags));
    });
}
