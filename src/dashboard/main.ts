/** The page: fetches, shows, and keeps ages moving. */
import { byId, setHidden, setText } from "./dom.ts";
import { FeedsPanel } from "./feeds-panel.ts";
import { HeaderPanel } from "./header-panel.ts";
import { Live } from "./live.ts";
import { RoundPanel } from "./round-panel.ts";
import { PageState } from "./state.ts";
import { Tables } from "./tables.ts";

/** One place on the page, several things that can be wrong at once. */
const faults = { page: "", charts: "" };

function showFaults(): void {
  const node = byId("error");
  const words = [...page.faults, faults.charts, faults.page].filter((fault) => fault !== "").join(" ");
  setText(node, words);
  setHidden(node, words === "");
}

const page = new PageState();
const header = new HeaderPanel();
const feeds = new FeedsPanel({
  onError: (message) => {
    faults.charts = message;
    showFaults();
  },
});
const round = new RoundPanel();
const tables = new Tables();

function render(): void {
  const nowMs = page.nowMs();
  header.update(page, nowMs);
  feeds.update(page, nowMs);
  round.update(page);
  tables.update(page, nowMs);
  showFaults();
}

const live = new Live({
  fetchParts: async (parts) => {
    try {
      await page.fetch(parts);
    } finally {
      render();
      if (parts.has("feeds")) feeds.refreshed(page, page.nowMs());
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
  faults.page = `The page has a fault: ${detail}. Reload it.`;
  showFaults();
}
window.addEventListener("error", (event) => pageFault(event.message));
window.addEventListener("unhandledrejection", (event) => pageFault(String(event.reason)));
live.start();
setInterval(render, 1_000);
