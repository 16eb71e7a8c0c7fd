/** The page: fetches, shows, and keeps ages moving. */
import { byId, setHidden, setText } from "./dom.ts";
import { EvidencePanel } from "./evidence-panel.ts";
import { FeedsPanel } from "./feeds-panel.ts";
import { HeaderPanel } from "./header-panel.ts";
import { Live } from "./live.ts";
import { RoundPanel } from "./round-panel.ts";
import { SettlementPanel } from "./settlement-panel.ts";
import { PageState } from "./state.ts";
import { SourcesPanel } from "./sources-panel.ts";
import { Tables } from "./tables.ts";
import { VolPanel } from "./vol/vol-panel.ts";

/** One place on the page, several things that can be wrong at once. */
const faults = { page: "", charts: "", surface: "" };

function showFaults(): void {
  const node = byId("error");
  const words = [...page.faults, faults.charts, faults.surface, faults.page].filter((fault) => fault !== "").join(" ");
  setText(node, words);
  setHidden(node, words === "");
}

function faultIn(part: keyof typeof faults): (message: string) => void {
  return (message) => {
    faults[part] = message;
    showFaults();
  };
}

const page = new PageState();
const header = new HeaderPanel();
const feeds = new FeedsPanel({ page, onError: faultIn("charts") });
const vol = new VolPanel({ onError: faultIn("surface") });
const settlements = new SettlementPanel();
const round = new RoundPanel();
const evidence = new EvidencePanel();
const tables = new Tables();
const sources = new SourcesPanel({ onToggle: () => render() });

function render(): void {
  const nowMs = page.nowMs();
  header.update(page, nowMs);
  feeds.update(nowMs);
  vol.update(page, nowMs);
  settlements.update(page, nowMs);
  round.update(page);
  evidence.update(page, nowMs);
  tables.update(page, nowMs);
  sources.update(page, nowMs);
  showFaults();
}

const live = new Live({
  fetchParts: async (parts) => {
    try {
      await page.fetch(parts);
    } finally {
      render();
      if (parts.has("feeds")) feeds.refreshed(page.nowMs());
    }
  },
  onConnection: (connection) => {
    // What happened while nobody listened is missing from the charts.
    if (page.connection.kind === "lost" && connection.kind !== "lost") feeds.forgetHistory();
    page.connection = connection;
    render();
  },
});

function pageFault(detail: string): void {
  faultIn("page")(`The page has a fault: ${detail}. Reload it.`);
}
window.addEventListener("error", (event) => pageFault(event.message));
window.addEventListener("unhandledrejection", (event) => pageFault(String(event.reason)));
live.start();
setInterval(render, 1_000);
