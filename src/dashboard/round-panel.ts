/** The round in progress, node by node and step by step, and how long the last sixty took. */
import type { RecentRound, RoundView } from "../api/rounds-view.ts";
import type { Row } from "./dom.ts";
import { byId, el, KeyedList, setAttribute, setBadge, setHidden, setText, svg } from "./dom.ts";
import { formatCount, formatLatency, listWords, percentile } from "./format.ts";
import type { PageState } from "./state.ts";
import { roundBadge } from "./words.ts";

type Member = { readonly id: number; readonly round: RoundView };
type Step = {
  readonly key: string;
  readonly title: string;
  readonly note: string;
  readonly state: "done" | "active" | "waiting" | "failed";
};

function memberRow({ id }: Member): Row<Member> {
  const role = el("span", { class: "role" });
  const words = el("span", { class: "sr-only" });
  const dot = el("span", { class: "dot", "aria-hidden": "true" }, String(id));
  return {
    node: el("li", {}, dot, role, words),
    update: ({ round }) => {
      const leads = round.leader === id;
      const observed = round.observedBy.includes(id);
      const signs = round.proposal?.signers.includes(id) === true;
      const shared = round.sharesFrom.includes(id);
      setAttribute(
        dot,
        "class",
        `dot${observed ? " has-observed" : ""}${signs ? " is-signer" : ""}${shared ? " has-shared" : ""}`,
      );
      setText(role, leads ? "leader" : round.backup === id ? "backup" : "\u00a0");
      setAttribute(role, "class", leads ? "role is-leader" : "role");
      const did = [observed ? "observed" : "not observed yet"];
      if (signs) did.push(shared ? "share sent" : "share awaited");
      setText(words, `Node ${id}: ${listWords(did)}`);
    },
  };
}

function stepRow(first: Step): Row<Step> {
  const note = el("span", { class: "step-note" });
  const node = el("li", {}, el("span", { class: "step-title" }, first.title), note);
  return {
    node,
    update: (step) => {
      setText(note, step.note);
      setAttribute(node, "data-state", step.state);
    },
  };
}

function stepsOf(round: RoundView, n: number): readonly Step[] {
  const { phase, proposal } = round;
  const over = phase === "complete" || phase === "failed";
  // What is missing when a round is over failed if nothing was signed, and was not needed otherwise.
  const open = (active: boolean): Step["state"] =>
    phase === "failed" ? "failed" : active && !over ? "active" : "waiting";
  const signers = proposal?.signers ?? [];
  const shares = round.sharesFrom.filter((id) => signers.includes(id)).length;
  return [
    {
      key: "observe",
      title: "Observations",
      note: `${round.observedBy.length} of ${n}`,
      state: proposal !== null || phase === "complete" ? "done" : open(phase === "observing"),
    },
    {
      key: "propose",
      title: "Proposal",
      note: proposal === null ? `from node ${round.leader}` : `by node ${round.leader}`,
      state: proposal !== null ? "done" : open(false),
    },
    {
      key: "share",
      title: "Shares",
      note: proposal === null ? "\u2013" : `${shares} of ${signers.length}`,
      state: phase === "complete" ? "done" : open(proposal !== null),
    },
    {
      key: "sign",
      title: "Signature",
      note: round.latencyMs === null ? "\u2013" : `after ${formatLatency(round.latencyMs)}`,
      state: phase === "complete" ? "done" : open(false),
    },
  ];
}

/** Bars above this many medians are cut, or one slow round would flatten all others. */
const CUT_MEDIANS = 3;
const BAR_WIDTH = 10;
const STRIP_HEIGHT = 48;

function barRow(): Row<{ readonly round: RecentRound; readonly x: number; readonly fullMs: number }> {
  const title = svg("title");
  const node = svg("rect", { width: String(BAR_WIDTH - 3), rx: "1" }, title);
  return {
    node,
    update: ({ round, x, fullMs }) => {
      const share = round.latencyMs === null ? 1 : Math.min(1, round.latencyMs / fullMs);
      const height = Math.max(2, share * STRIP_HEIGHT);
      setAttribute(node, "x", String(x));
      setAttribute(node, "y", String(STRIP_HEIGHT - height));
      setAttribute(node, "height", String(height));
      const slow = round.latencyMs !== null && round.latencyMs > fullMs;
      setAttribute(node, "class", round.ok ? (slow ? "bar is-slow" : "bar") : "bar is-failed");
      const took = round.latencyMs === null ? "no signature" : formatLatency(round.latencyMs);
      setText(title, `Round ${formatCount(round.round)}: ${took}, leader ${round.leader}`);
    },
  };
}

export class RoundPanel {
  readonly #title = byId("round-title");
  readonly #badge = byId("round-badge");
  readonly #empty = byId("round-empty");
  readonly #body = byId("round-body");
  readonly #refusals = byId("round-refusals");
  readonly #strip = byId("round-strip");
  readonly #caption = byId("round-caption");
  readonly #members = new KeyedList<Member>(
    { keyOf: ({ id }) => String(id), create: memberRow },
    byId("round-members"),
  );
  readonly #steps = new KeyedList<Step>({ keyOf: ({ key }) => key, create: stepRow }, byId("round-steps"));
  readonly #bars: KeyedList<{ readonly round: RecentRound; readonly x: number; readonly fullMs: number }>;

  constructor() {
    const drawing = svg("svg", {
      viewBox: `0 0 ${60 * BAR_WIDTH - 3} ${STRIP_HEIGHT}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    });
    this.#strip.append(drawing);
    this.#bars = new KeyedList({ keyOf: ({ round }) => String(round.round), create: barRow }, drawing);
  }

  update(page: PageState): void {
    if (page.rounds === null) return;
    const { round, recent } = page.rounds;
    setHidden(this.#empty, round !== null);
    setHidden(this.#body, round === null);
    setHidden(this.#badge, round === null);
    if (round !== null) this.#updateRound(round, page.status?.identity.n ?? Math.max(...round.observedBy, 1));
    this.#updateRecent(recent);
  }

  #updateRound(round: RoundView, n: number): void {
    setText(this.#title, `Round ${formatCount(round.round)}`);
    setBadge(this.#badge, roundBadge(round));
    this.#members.update(Array.from({ length: n }, (_, index) => ({ id: index + 1, round })));
    this.#steps.update(stepsOf(round, n));
    setHidden(this.#refusals, round.refusals.length === 0);
    setText(this.#refusals, round.refusals.length === 0 ? "" : `Refused: ${round.refusals.join("; ")}`);
  }

  #updateRecent(recent: readonly RecentRound[]): void {
    const times = recent.flatMap((round) => (round.latencyMs === null ? [] : [round.latencyMs]));
    const median = percentile(times, 50);
    const fullMs = Math.max(1, (median ?? 1) * CUT_MEDIANS);
    const shown = recent.slice(-60);
    this.#bars.update(shown.map((round, index) => ({ round, x: (60 - shown.length + index) * BAR_WIDTH, fullMs })));
    setHidden(this.#strip, recent.length === 0);
    setHidden(this.#caption, recent.length === 0);
    const failed = recent.filter((round) => !round.ok).length;
    const words =
      median === null
        ? "No round has been signed yet."
        : `Last ${recent.length} rounds: median ${formatLatency(median)}, slowest ${formatLatency(Math.max(...times))}, ` +
          (failed === 0 ? "all signed." : `${failed} without a signature.`);
    setText(this.#caption, words);
    setAttribute(this.#strip, "aria-label", words);
  }
}
