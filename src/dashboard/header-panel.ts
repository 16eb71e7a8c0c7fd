/** Who this node is, whether it does its part, and whether this page still hears from it. */
import { byId, el, setBadge, setHidden, setText } from "./dom.ts";
import { formatAge, shortHash } from "./format.ts";
import type { PageState } from "./state.ts";
import { ceremonyWords } from "./words.ts";

export class HeaderPanel {
  readonly #ready = byId("ready");
  readonly #connection = byId("connection");
  readonly #banner = byId("banner");
  readonly #reasons = byId("reasons");
  readonly #notice = byId("notice");
  #reasonsShown = "";

  update(page: PageState, nowMs: number): void {
    this.#updateConnection(page);
    const { status } = page;
    if (status === null) return;
    const { identity, health, ceremony } = status;
    document.title = `Tenor node ${identity.nodeId}`;
    const words = health.ready ? "Ready" : "Not ready";
    // What was true when the node last answered is not claimed to be true now.
    if (page.connection.kind === "lost")
      setBadge(this.#ready, { tone: "idle", text: `Last heard: ${words.toLowerCase()}` });
    else setBadge(this.#ready, { tone: health.ready ? "good" : "warn", text: words });
    this.#fact("fact-node", `${identity.nodeId} of ${identity.n}`, identity.peerId);
    this.#fact("fact-quorum", `${identity.t} of ${identity.n} sign, ${identity.f} may fail`);
    this.#fact("fact-network", shortHash(identity.networkId), identity.networkId);
    this.#fact("fact-hub", identity.hub === null ? "not deployed yet" : shortHash(identity.hub), identity.hub ?? "");
    this.#fact("fact-chain", identity.chainId === null ? "unknown" : String(identity.chainId));
    this.#fact("fact-slot", identity.slotMs % 1_000 === 0 ? `${identity.slotMs / 1_000} s` : `${identity.slotMs} ms`);
    this.#fact("fact-uptime", formatAge(nowMs - identity.startedAtMs));
    setText(byId("version"), identity.version);

    const reasons = health.reasons.join("\n");
    if (reasons !== this.#reasonsShown) {
      this.#reasonsShown = reasons;
      this.#reasons.replaceChildren(...health.reasons.map((reason) => el("li", {}, reason)));
    }
    setHidden(this.#reasons, health.reasons.length === 0);
    const waiting = ceremonyWords(ceremony, identity.n);
    setHidden(this.#notice, waiting === null);
    if (waiting !== null) setText(this.#notice, waiting);
  }

  #fact(id: string, text: string, full = ""): void {
    const node = byId(id);
    setText(node, text);
    if (node.title !== full) node.title = full;
  }

  #updateConnection(page: PageState): void {
    const { connection } = page;
    document.body.classList.toggle("is-lost", connection.kind === "lost");
    setHidden(this.#banner, connection.kind !== "lost");
    switch (connection.kind) {
      case "connecting":
        setBadge(this.#connection, { tone: "idle", text: "Connecting" });
        return;
      case "live":
        setBadge(this.#connection, { tone: "good", text: "Live" });
        return;
      case "polling":
        setBadge(this.#connection, { tone: "warn", text: "Every 2 s" });
        return;
      case "lost": {
        setBadge(this.#connection, { tone: "bad", text: "Connection lost" });
        const ago = formatAge(Date.now() - connection.sinceMs);
        setText(
          byId("banner-text"),
          `Connection lost ${ago === "now" ? "just now" : `${ago} ago`}: ${connection.detail}. Trying again; the numbers below are old.`,
        );
        return;
      }
    }
  }
}
