/** What the tapes say, read from their files by other means than the market that plays them. */

type Row = Readonly<Record<string, string>>;

const SERIES = ["usd_close", "usdt_close", "usdc_close", "kraken_usdc_close"] as const;
export type SeriesName = (typeof SERIES)[number];

/** Closes of each minute by the unix second at which it opens; null where nothing traded. */
export type MinuteCloses = ReadonlyMap<number, Readonly<Record<SeriesName, number | null>>>;

export function minuteCloses(rows: readonly Row[]): MinuteCloses {
  const number = (text: string | undefined): number | null => (text === undefined || text === "" ? null : Number(text));
  return new Map(
    rows.map((row) => [
      Number(row["unix"]),
      {
        usd_close: number(row["usd_close"]),
        usdt_close: number(row["usdt_close"]),
        usdc_close: number(row["usdc_close"]),
        kraken_usdc_close: number(row["kraken_usdc_close"]),
      },
    ]),
  );
}

/** Minutes for which a close still stands where nothing trades. */
const CARRY_MINUTES = 5;

function lastClose(closes: MinuteCloses, series: SeriesName, opensAt: number): number | null {
  const minutes = Array.from({ length: CARRY_MINUTES + 1 }, (_, back) => closes.get(opensAt - 60 * back)?.[series]);
  return minutes.find((close) => close !== null && close !== undefined) ?? null;
}

/** On the straight line from the close before a minute, at its beginning, to its own close, at its end; null without any. */
export function seriesPrice(closes: MinuteCloses, series: SeriesName, unix: number): number | null {
  const opensAt = 60 * Math.floor(unix / 60);
  const before = lastClose(closes, series, opensAt - 60);
  const own = closes.get(opensAt)?.[series] ?? before;
  if (before === null || own === null) return own;
  return before + ((own - before) * (unix - opensAt)) / 60;
}

/** As who takes a stablecoin for a dollar would do it: the middle of all four series, of two middle ones the mean. */
export function naiveMedian(priceOf: (series: SeriesName) => number | null): number {
  const sorted = SERIES.flatMap((series) => priceOf(series) ?? []).sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/**
 * Total variance at the forward, on a straight line in the strike between its two neighbours, calls and puts averaged.
 * Two choices the market and the nodes make otherwise: they draw the line over log strikes, the market in volatility.
 */
function varianceAtForward(board: readonly Row[], years: number): number {
  const forward = middle(board.map((row) => Number(row["underlying"])));
  const vols = new Map<number, number[]>();
  for (const row of board) {
    const strike = Number(row["strike"]);
    vols.set(strike, [...(vols.get(strike) ?? []), Number(row["implied_volatility"])]);
  }
  const strikes = [...vols.keys()].sort((a, b) => a - b);
  const above = strikes.find((strike) => strike > forward)!;
  const below = strikes.findLast((strike) => strike <= forward)!;
  const variance = (strike: number): number => {
    const quoted = vols.get(strike)!;
    const vol = quoted.reduce((sum, one) => sum + one, 0) / quoted.length;
    return vol * vol * years;
  };
  const weight = (forward - below) / (above - below);
  return (1 - weight) * variance(below) + weight * variance(above);
}

/** The chain's own at-the-money volatility at a maturity that lies between two of its expiries, annualised decimal. */
export function atTheMoneyVol(rows: readonly Row[], coin: string, tenorDays: number): number {
  const tenor = tenorDays / 365;
  const boards = new Map<number, Row[]>();
  for (const row of rows) {
    if (row["currency"] !== coin) continue;
    const years = Number(row["time_to_maturity"]);
    boards.set(years, [...(boards.get(years) ?? []), row]);
  }
  const maturities = [...boards.keys()].sort((a, b) => a - b);
  const near = maturities.findLast((years) => years <= tenor)!;
  const far = maturities.find((years) => years > tenor)!;
  const [nearVariance, farVariance] = [near, far].map((years) => varianceAtForward(boards.get(years)!, years));
  const weight = (tenor - near) / (far - near);
  return Math.sqrt(((1 - weight) * nearVariance! + weight * farVariance!) / tenor);
}
