import { expect, test } from "vitest";
import { parseDefinitionSet } from "../../src/feeds/definition-set.ts";
import { describeProblem } from "../../src/feeds/parse-definition.ts";
import { FEED_NAMES, feedText } from "./support/definitions.ts";

const files = FEED_NAMES.map((name) => ({ file: `${name}.json`, text: feedText(name) }));
const fileOf = (name: string) => files.find(({ file }) => file === `${name}.json`)!;

function complaints(set: Parameters<typeof parseDefinitionSet>[0]): readonly string[] {
  const parsed = parseDefinitionSet(set);
  return parsed.ok ? [] : parsed.problems.map(describeProblem);
}

test("the shipped files are one set, in the order given", () => {
  const set = parseDefinitionSet(files);
  if (!set.ok) throw new Error(set.problems.map(describeProblem).join("\n"));
  expect(set.feeds.map(({ definition }) => definition.name)).toEqual(FEED_NAMES);
});

test("a reference that leads nowhere is named at its line in its own file", () => {
  const iv = fileOf("BTC-USD.iv-atm-30d");
  const line = iv.text.slice(0, iv.text.indexOf('"ref"')).split("\n").length;
  expect(complaints([fileOf("ETH-USD.spot-index"), iv])).toEqual([
    `BTC-USD.iv-atm-30d.json:${line}:7: method.spot.ref is "BTC-USD.spot-index", allowed is a spot index of the same set; it has ETH-USD.spot-index`,
  ]);
});

test("a name that comes again is named in the file where it does", () => {
  const again = { ...fileOf("BTC-USD.spot-index"), file: "again.json" };
  expect(complaints([...files, again])).toEqual([
    'again.json:4:3: name is "BTC-USD.spot-index", allowed is every feed of the set once',
  ]);
});

test("what is wrong in several files is said at once, and a reference to a wrong file is no second mistake", () => {
  const spot = fileOf("BTC-USD.spot-index");
  const broken = { ...spot, text: spot.text.replace('"capBps": 50', '"capBps": 500') };
  const iv = fileOf("BTC-USD.iv-atm-30d");
  const worse = { ...iv, text: iv.text.replace('"percent"', '"decimal"') };
  expect(complaints([broken, worse]).map((line) => line.split(" ")[1])).toEqual([
    "method.capBps",
    "method.options.vol",
  ]);
});
