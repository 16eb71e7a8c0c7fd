/** Handmade tapes, so that the tests run where the shared data is absent. */
export const FROM_UNIX = 1_700_000_040;

export const MINUTES_CSV = `unix,usd_open,usd_high,usd_low,usd_close,usd_vol,usdt_close,usdc_close,kraken_usdc_close
${FROM_UNIX},20000,20100,19990,20060,1.5,20080,20065,20070
${FROM_UNIX + 60},20060,20130,20050,20120,1.5,20140,21000,
${FROM_UNIX + 120},20120,20120,20000,20000,1.5,20200,22000,
${FROM_UNIX + 180},20000,20000,19900,19940,1.5,20300,,
`;

export const TAKEN_AT = "2026-01-13T09:21:45.558926+00:00";
export const TAKEN_AT_MS = Date.parse(TAKEN_AT);

const HEADER =
  "timestamp,instrument_name,underlying,underlying_name,option_type,strike,expiry_datetime,time_to_maturity,bid_price,ask_price,mark_price,mid_price,futures_price,futures_instrument_name,implied_volatility,delta,vega,open_interest,volume,bid_ask_spread,currency,index_price,volume_usd";

function normalCdf(x: number): number {
  // Simpson's rule on the density: slow, and nobody else's code.
  const steps = 2_000;
  const [from, to] = [-10, x];
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const z = from + ((to - from) * i) / steps;
    sum += (i === 0 || i === steps ? 1 : i % 2 === 0 ? 2 : 4) * Math.exp(-0.5 * z * z);
  }
  return ((to - from) / steps / 3) * sum * 0.3989422804014327;
}

/** A BTC chain with a straight smile in log strike: vol = base + 0.1·(1 − K/F)… flat enough to know its at-the-money vol. */
export function chainCsv(): string {
  const lines = [HEADER];
  const boards = [
    { expiry: "2026-01-30", index: "BTC-30JAN26", forward: 92_600, base: 0.4 },
    { expiry: "2026-02-27", index: "SYN.BTC-27FEB26", forward: 93_000, base: 0.44 },
    { expiry: "2026-01-14", index: "index_price", forward: 92_500, base: 0.38 },
  ];
  for (const { expiry, index, forward, base } of boards) {
    const expiryMs = Date.parse(`${expiry}T08:00:00Z`);
    const years = (expiryMs - TAKEN_AT_MS) / (365 * 86_400_000);
    for (let strike = 80_000; strike <= 106_000; strike += 2_000) {
      const vol = Math.round(1e4 * (base - 0.1 * Math.log(strike / forward))) / 1e4;
      const deviation = vol * Math.sqrt(years);
      const d1 = Math.log(forward / strike) / deviation + deviation / 2;
      const call = normalCdf(d1) - (strike / forward) * normalCdf(d1 - deviation);
      for (const right of ["call", "put"] as const) {
        const mark = Math.max(0, Math.round(1e8 * (right === "call" ? call : call - 1 + strike / forward)) / 1e8);
        const bid = Math.floor((mark - 0.0004) * 10_000) / 10_000;
        const ask = Math.ceil((mark + 0.0004) * 10_000) / 10_000;
        const name = `BTC-${expiry}-${strike}-${right}`;
        lines.push(
          [
            TAKEN_AT,
            name,
            forward,
            index,
            right,
            strike,
            `${expiry}T08:00:00+00:00`,
            years,
            bid > 0 ? bid : "",
            ask,
            mark,
            "",
            forward,
            index,
            vol,
            0,
            0,
            10.5,
            0,
            "",
            "BTC",
            92_515.01,
            0,
          ].join(","),
        );
      }
    }
  }
  return `${lines.join("\n")}\n`;
}
