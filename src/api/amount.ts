/** The two words every part of the API uses. */

/** An integer in a feed's decimals, and the same number as decimal text: {"raw":"9712345000000","text":"97123.45000000"}. */
export type Amount = { readonly raw: string; readonly text: string };

/** As in a report. `none`: nothing was ever agreed (or published). */
export type FeedStatus = "none" | "ok" | "missing" | "disputed";
