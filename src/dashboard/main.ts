/** The page: fetches, shows, and keeps ages moving. */
import { byId, setHidden, setText } from "./dom.ts";
import { FeedsPanel } from "./feeds-panel.ts";
import { HeaderPanel } from "./header-panel.ts";
import { Live } from "./live.ts";
import { RoundPanel } from "./round-panel.ts";
import { PageState } from "./state.ts";
import { Tables } from "./tables.ts";

function showError(message: string): void {
  const node = byId("error");
  setText(node, message);
  setHidden(node, message === "");
}

const page = new PageState();
const header = new HeaderPanel();
const feeds = new FeedsPanel({ onError: showError });
const round = new RoundPanel();
const tables = new Tables();

function render(): void {
  const nowMs = page.nowMs();
  header.update(page, nowMs);
  feeds.update(page, nowMs);
  round.update(page);
  tables.update(page, nowMs);
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

window.addEventListener("error", (event) => showError(`The page has a fault: ${event.message}`));
window.addEventListener("unhandledrejection", (event) => showError(`The page has a fault: ${String(event.reason)}`));
live.start();
setInterval(render, 1_000);
