// What the pricing mathematics costs: nanoseconds a call on this machine, `npm run bench -- quant`. Options from an hour to a year, at the money to six
// standard deviations out of it.
import { blackPrice } from "../dist/quant/black76.js";
import { blackGreeks } from "../dist/quant/greeks.js";
import { impliedVol } from "../dist/quant/implied-vol.js";

const FORWARD = 60_000;
const YEARS = [1 / 8_760, 1 / 365, 7 / 365, 30 / 365, 1];
const VOLS = [0.3, 0.8, 2.5];
const DEVIATIONS = [-6, -4, -2.5, -1, -0.1, 0, 0.1, 1, 2.5, 4, 6];
const CALLS = 5_000;
const ROUNDS = 7;

function options() {
  return YEARS.flatMap((years) =>
    VOLS.flatMap((vol) =>
      DEVIATIONS.map((deviations) => {
        const totalVol = vol * Math.sqrt(years);
        const strike = FORWARD * Math.exp(deviations * totalVol);
        const right = strike >= FORWARD ? "call" : "put";
        return { right, strike, years, vol, totalVol, price: blackPrice(right, FORWARD, strike, totalVol) };
      }),
    ),
  );
}

/** The fastest of several rounds per option, ns a call: the slower ones measure the machine's other work; `use` keeps the result from being optimised away. */
function timings(run) {
  let use = 0;
  const measured = options().map((option) => {
    const rounds = Array.from({ length: ROUNDS }, () => {
      const start = process.hrtime.bigint();
      for (let call = 0; call < CALLS; call++) use += run(option);
      return Number(process.hrtime.bigint() - start) / CALLS;
    });
    return Math.min(...rounds);
  });
  if (!Number.isFinite(use)) throw new Error("a timed function gave no number");
  measured.sort((a, b) => a - b);
  return { mean: measured.reduce((sum, ns) => sum + ns, 0) / measured.length, worst: measured.at(-1) };
}

/** Adds rows by row(name, value, unit, anchor), as the table of `npm run bench` takes them. */
function measureQuant(row) {
  const implied = timings(({ right, strike, years, price }) => impliedVol(right, FORWARD, strike, years, price).vol);
  row("implied volatility, mean over the board", implied.mean, "ns", "limit 5 000; Jäckel's C++ 180");
  row("implied volatility, slowest option", implied.worst, "ns", "limit 5 000");
  const price = timings(({ right, strike, totalVol }) => blackPrice(right, FORWARD, strike, totalVol));
  row("Black price, mean over the board", price.mean, "ns", "");
  const greeks = timings(({ right, strike, years, vol }) => blackGreeks(right, FORWARD, strike, years, vol).delta);
  row("four greeks, mean over the board", greeks.mean, "ns", "");
}

measureQuant((name, value, unit, anchor) =>
  process.stdout.write(`${name.padEnd(42)}${value.toFixed(0).padStart(7)} ${unit}  ${anchor}\n`),
);
