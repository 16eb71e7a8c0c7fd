/** What convicts members: usually one line that there is nothing. */
import type { EvidenceRowView } from "../api/evidence-view.ts";
import type { Row } from "./dom.ts";
import { byId, el, KeyedList, setHidden, setText, textRow } from "./dom.ts";
import { formatAgeCoarse, formatCount, shortHash } from "./format.ts";
import type { PageState } from "./state.ts";
import { evidenceWords } from "./words.ts";

type At = { readonly item: EvidenceRowView; readonly nowMs: number; readonly selfId: number | null };

/** The newest; `tenor evidence list` tells all. */
const ROWS_SHOWN_MAX = 12;

function evidenceRow({ item }: At): Row<At> {
  const { node, cells } = textRow([
    { label: "Node" },
    { label: "What it did" },
    { label: "Round", className: "num" },
    { label: "Proof", className: "wide-only" },
    { label: "First seen", className: "num" },
  ]);
  const link = el("a", { href: `/v1/evidence/${item.name}` });
  const name = el("code");
  setText(name, shortHash(item.name));
  link.append(name);
  link.title = item.name;
  cells[3]!.append(link);
  setText(cells[1]!, evidenceWords(item.kind));
  setText(cells[2]!, formatCount(item.round));
  return {
    node,
    update: ({ item: { accused, firstSeenMs }, nowMs, selfId }) => {
      setText(cells[0]!, accused === selfId ? `${accused}, this node` : String(accused));
      const age = formatAgeCoarse(nowMs - firstSeenMs);
      setText(cells[4]!, age === "now" ? age : `${age} ago`);
    },
  };
}

export class EvidencePanel {
  readonly #rows = new KeyedList<At>({ keyOf: ({ item }) => item.name, create: evidenceRow }, byId("evidence-rows"));

  update(page: PageState, nowMs: number): void {
    if (page.evidence === null) return;
    const { evidence } = page.evidence;
    const selfId = page.status?.identity.nodeId ?? null;
    this.#rows.update(evidence.slice(0, ROWS_SHOWN_MAX).map((item) => ({ item, nowMs, selfId })));
    const isEmpty = evidence.length === 0;
    setHidden(byId("evidence-empty"), !isEmpty);
    setHidden(byId("evidence-table"), isEmpty);
    const convicted = new Set(evidence.map(({ accused }) => accused)).size;
    setText(byId("evidence-count"), isEmpty ? "" : `${convicted} ${convicted === 1 ? "node" : "nodes"} convicted`);
  }
}
