/** Everything the page knows, each part null until it was first fetched. */
import type {
  EvidenceReply,
  FeedsReply,
  PeersReply,
  RoundsReply,
  SourcesReply,
  StatusReply,
  TransactionsReply,
  VenuesReply,
} from "../api/replies.ts";
import { fetchJson, reasonOf, Unreachable } from "./fetch-json.ts";
import type { Connection, Part } from "./live.ts";

export class PageState {
  status: StatusReply | null = null;
  feeds: FeedsReply | null = null;
  rounds: RoundsReply | null = null;
  peers: PeersReply | null = null;
  transactions: TransactionsReply | null = null;
  sources: SourcesReply | null = null;
  venues: VenuesReply | null = null;
  evidence: EvidenceReply | null = null;
  connection: Connection = { kind: "connecting" };
  readonly #faults = new Map<Part, string>();
  #clockOffsetMs = 0;

  /** The node's time: a reader's clock may be minutes off, and ages must not be. */
  nowMs(): number {
    return Date.now() + this.#clockOffsetMs;
  }

  get slotMs(): number {
    return this.status?.identity.slotMs ?? 1_000;
  }

  /**
   * Parts are fetched side by side; one that is refused does not keep the others from being shown.
   * @throws Unreachable
   */
  async fetch(parts: ReadonlySet<Part>): Promise<void> {
    await Promise.all(
      [...parts].map(async (part) => {
        try {
          await this.#fetchPart(part);
          this.#faults.delete(part);
        } catch (error) {
          if (error instanceof Unreachable) throw error;
          this.#faults.set(part, reasonOf(error));
        }
      }),
    );
  }

  /** What the node refused to tell, in sentences. */
  get faults(): readonly string[] {
    return [...this.#faults.values()];
  }

  async #fetchPart(part: Part): Promise<void> {
    switch (part) {
      case "status":
        this.status = await fetchJson<StatusReply>("/v1/status");
        this.#clockOffsetMs = this.status.nowMs - Date.now();
        return;
      case "feeds":
        this.feeds = await fetchJson<FeedsReply>("/v1/feeds");
        return;
      case "rounds":
        this.rounds = await fetchJson<RoundsReply>("/v1/rounds");
        return;
      case "peers":
        this.peers = await fetchJson<PeersReply>("/v1/peers");
        return;
      case "transactions":
        this.transactions = await fetchJson<TransactionsReply>("/v1/transactions");
        return;
      case "sources":
        this.sources = await fetchJson<SourcesReply>("/v1/sources");
        return;
      case "venues":
        this.venues = await fetchJson<VenuesReply>("/v1/venues");
        return;
      case "evidence":
        this.evidence = await fetchJson<EvidenceReply>("/v1/evidence");
        return;
    }
  }
}
