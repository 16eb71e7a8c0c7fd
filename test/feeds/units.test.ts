import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ONE,
  type Unit,
  inverse,
  isSame,
  over,
  root,
  showUnit,
  squared,
  symbol,
  times,
} from "../../src/feeds/units.ts";

const names = ["USD", "BTC", "USDT", "year", "percent"];
const unit: fc.Arbitrary<Unit> = fc
  .array(fc.tuple(fc.constantFrom(...names), fc.integer({ min: -3, max: 3 })), { maxLength: 4 })
  .map((powers) =>
    powers.reduce((out, [name, power]) => {
      let next = out;
      for (let i = 0; i < Math.abs(power); i++) next = power > 0 ? times(next, symbol(name)) : over(next, symbol(name));
      return next;
    }, ONE),
  );

test("units multiply like powers: in any order, with an inverse, and a root that a square undoes", () => {
  fc.assert(
    fc.property(unit, unit, unit, (a, b, c) => {
      expect(isSame(times(a, b), times(b, a))).toBe(true);
      expect(isSame(times(times(a, b), c), times(a, times(b, c)))).toBe(true);
      expect(isSame(times(a, ONE), a)).toBe(true);
      expect(isSame(times(a, inverse(a)), ONE)).toBe(true);
      expect(isSame(times(over(a, b), b), a)).toBe(true);
      expect(isSame(root(squared(a)), a)).toBe(true);
      expect(isSame(squared(root(a)), a)).toBe(true);
    }),
  );
});

test("every unit is written in one way, and no two in the same", () => {
  fc.assert(
    fc.property(unit, unit, (a, b) => {
      expect(showUnit(a) === showUnit(b)).toBe(isSame(a, b));
      expect(showUnit(a)).toMatch(/^[A-Za-z0-9()/^.]+$/);
    }),
  );
});

test("the units of the ten kinds are written as in the files", () => {
  const [usd, btc, year, percent] = ["USD", "BTC", "year", "percent"].map(symbol) as [Unit, Unit, Unit, Unit];
  expect(showUnit(over(usd, btc))).toBe("USD/BTC");
  expect(showUnit(over(ONE, root(year)))).toBe("1/sqrt(year)");
  expect(showUnit(over(ONE, year))).toBe("1/year");
  expect(showUnit(ONE)).toBe("1");
  expect(showUnit(over(percent, root(year)))).toBe("percent/sqrt(year)");
  expect(showUnit(over(times(usd, root(squared(usd))), times(btc, year)))).toBe("USD^2/BTC/year");
  expect(showUnit(times(year, root(year)))).toBe("sqrt(year)^3");
});

test("a dropped hop, percent for decimal and coin for USD are other units", () => {
  const [usd, usdt, btc, percent] = ["USD", "USDT", "BTC", "percent"].map(symbol) as [Unit, Unit, Unit, Unit];
  expect(isSame(over(usdt, btc), over(usd, btc))).toBe(false);
  expect(isSame(times(over(usdt, btc), over(usd, usdt)), over(usd, btc))).toBe(true);
  expect(isSame(over(percent, percent), ONE)).toBe(true);
  expect(isSame(percent, ONE)).toBe(false);
});

test("there is no quarter power", () => {
  expect(() => root(root(symbol("year")))).toThrow(/no root of sqrt\(year\)/);
});
