// test/vectors/black.json: prices of options by src/quant/black76.ts, in floating point, for the contracts' integers.
import { discountedBlackPrice } from "../../dist/quant/black76.js";

const COUNT = 240;
const YEAR_SEC = 365 * 86_400;
const TEN_MINUTES_SEC = 600;

/** A double as a whole number of 1e-18, without a digit that the double does not have. */
const toWad = (value) => BigInt(Math.round(value * 1e9)) * 1_000_000_000n;
/** Exact to the double's last digit, small or large. */
function toWadExactly(value) {
  const [mantissa, exponent] = value.toExponential(17).split("e");
  const digits = BigInt(mantissa.replace(".", ""));
  const shift = Number(exponent) + 1;
  return shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
}
const fromWad = (wad) => Number(wad) / 1e18;

/** @param makeDice deterministic dice by name, each `(below) => whole number` */
export function blackVectors(makeDice) {
  const dice = makeDice("black options");
  const share = () => dice(2 ** 40) / 2 ** 40;
  const options = [];
  while (options.length < COUNT) {
    const i = options.length;
    // Times, volatilities and forwards spread evenly over their orders of magnitude.
    const timeSec = Math.round(TEN_MINUTES_SEC * Math.exp(share() * Math.log((2 * YEAR_SEC) / TEN_MINUTES_SEC)));
    const vol = toWad(0.05 * Math.exp(share() * Math.log(60)));
    const forward = toWad(0.01 * Math.exp(share() * Math.log(1e7)));
    const totalVol = fromWad(vol) * Math.sqrt(timeSec / YEAR_SEC);
    const strike = i % 8 === 0 ? forward : toWad(fromWad(forward) * Math.exp((share() - 0.5) * 8 * totalVol));
    const rate = i % 5 === 0 ? 0n : toWad((share() - 0.3) * 0.5);
    const isCall = i % 2 === 0;
    const discount = Math.exp((-fromWad(rate) * timeSec) / YEAR_SEC);
    const right = isCall ? "call" : "put";
    const price = discountedBlackPrice(right, fromWad(forward), fromWad(strike), totalVol, discount);
    options.push({
      isCall,
      forward: String(forward),
      strike: String(strike),
      vol: String(vol),
      timeSec,
      rate: String(rate),
      price: String(toWadExactly(price)),
    });
  }
  return { generator: "scripts/vectors.mjs", count: options.length, options };
}
