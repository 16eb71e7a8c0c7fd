/** Which feeds belong together: one column a symbol, in it the kinds. Pure. */
import type { FeedView } from "../api/view.ts";
import { feedKind, feedShort } from "./words.ts";

export type FeedGroup = { readonly key: string; readonly title: string; readonly feeds: readonly FeedView[] };
export type FeedColumn = { readonly symbol: string; readonly groups: readonly FeedGroup[] };

const GROUPS: readonly { readonly key: string; readonly title: string; readonly kinds: readonly string[] }[] = [
  { key: "prices", title: "Prices", kinds: ["spot-index", "forward"] },
  { key: "volatility", title: "Volatility", kinds: ["iv-atm", "vol-index", "skew-25d", "realised-vol"] },
  { key: "carry", title: "Carry", kinds: ["rate", "funding-8h"] },
  { key: "surface", title: "Surface", kinds: ["vol-surface"] },
  { key: "settlement", title: "Settlement", kinds: ["settlement"] },
];
/** A kind that a newer node has and this page does not know is shown all the same. */
const OTHERS = { key: "others", title: "Others" };

function tenorDays({ name }: FeedView): number {
  return Number(/-(\d+)d$/.exec(name)?.[1] ?? 0);
}

/** @returns symbols in the order of the feeds, groups and kinds in the order above, tenors ascending; no empty group */
export function columnsOf(feeds: readonly FeedView[]): readonly FeedColumn[] {
  const symbols = [...new Set(feeds.map(({ symbol }) => symbol))];
  const known = GROUPS.flatMap(({ kinds }) => kinds);
  return symbols.map((symbol) => {
    const mine = feeds.filter((feed) => feed.symbol === symbol);
    const groups = GROUPS.map(({ key, title, kinds }) => ({
      key,
      title,
      feeds: mine
        .filter(({ kind }) => kinds.includes(kind))
        .sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || tenorDays(a) - tenorDays(b)),
    }));
    const rest = { ...OTHERS, feeds: mine.filter(({ kind }) => !known.includes(kind)) };
    return { symbol, groups: [...groups, rest].filter((group) => group.feeds.length > 0) };
  });
}

/** Every word of the query stands somewhere in what the feed is called. */
export function matches(feed: FeedView, query: string): boolean {
  const { name, kind, title, status } = feed;
  const text = `${name} ${title} ${feedKind(name, kind)} ${feedShort(name)} ${status}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
