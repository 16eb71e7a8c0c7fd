/**
 * test/vectors/black.json, which contracts/test/libraries/BlackPrice.t.sol reads as well: what src/quant/black76.ts says in
 * floating point, and whether the integers of fixed-black.ts, which are the contract's, agree.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { discountedBlackPrice } from "../../src/quant/black76.ts";
import { blackPriceWad } from "../../src/quant/fixed-black.ts";
import { expWad, WAD } from "../../src/quant/fixed-exp-ln.ts";
import { isqrt } from "../../src/quant/integer-sqrt.ts";

const YEAR_SEC = 365 * 86_400;
const wad = z.string().transform(BigInt);
const shape = z.strictObject({
  generator: z.literal("scripts/vectors.mjs"),
  count: z.int(),
  options: z.array(
    z.strictObject({
      isCall: z.boolean(),
      forward: wad,
      strike: wad,
      vol: wad,
      timeSec: z.int(),
      rate: wad,
      price: wad,
    }),
  ),
});
const text = readFileSync(new URL("../vectors/black.json", import.meta.url), "utf8");
const { count, options } = shape.parse(JSON.parse(text));
const toNumber = (value: bigint): number => Number(value) / 1e18;

test("the options reach from ten minutes to two years, on both sides of the money", () => {
  expect(options.length).toBe(count);
  expect(count).toBeGreaterThanOrEqual(200);
  expect(Math.min(...options.map(({ timeSec }) => timeSec))).toBeLessThan(1000);
  expect(Math.max(...options.map(({ timeSec }) => timeSec))).toBeGreaterThan(1.8 * YEAR_SEC);
  expect(options.some(({ rate }) => rate < 0n)).toBe(true);
  expect(options.filter(({ isCall, forward, strike }) => isCall === strike > forward).length).toBeGreaterThan(50);
});

test("the prices are those of black76", () => {
  for (const { isCall, forward, strike, vol, timeSec, rate, price } of options) {
    const totalVol = toNumber(vol) * Math.sqrt(timeSec / YEAR_SEC);
    const discount = Math.exp((-toNumber(rate) * timeSec) / YEAR_SEC);
    const right = isCall ? "call" : "put";
    const wanted = discountedBlackPrice(right, toNumber(forward), toNumber(strike), totalVol, discount);
    expect(Math.abs(toNumber(price) - wanted)).toBeLessThanOrEqual(1e-14 * wanted + 1e-18);
  }
});

test("integers agree to a few units of forward and strike", () => {
  for (const { isCall, forward, strike, vol, timeSec, rate, price } of options) {
    const totalVol = isqrt((vol * vol * BigInt(timeSec)) / BigInt(YEAR_SEC));
    const discount = expWad((-rate * BigInt(timeSec)) / BigInt(YEAR_SEC));
    const undiscounted = blackPriceWad(isCall ? "call" : "put", forward, strike, totalVol);
    const difference = (undiscounted! * discount) / WAD - price;
    expect(Math.abs(toNumber(difference))).toBeLessThanOrEqual(1e-14 * toNumber(forward + strike + price) + 1e-17);
  }
});
