/** Everything that can be wrong with a body or a frame, as draws from a good one. */
import fc from "fast-check";
import { memberPaths, type Path, put, valueAt } from "./member-paths.ts";

const SNIPPETS = [
  ...'0 - null "" 1e9 1e999 NaN . [ {} " , true 9999999 "0x1f" "-1.0" }'.split(" "),
  "\u0000",
  "\\u0000",
  " ",
];

/** In place of a member: sentinels, wrong types, numbers that no double holds, and names of JavaScript's own. */
const TEXTS =
  "0|0.0000|-1.0|-0.00000001|0x10| 1|1 |NaN|Infinity|-∞|1e400|1e-400|5|1_000|78,490|.5|5.|00|+1|١٢|1e5|-5|true|null|" +
  "__proto__|constructor|toString|9007199254740993|0.30000000000000004|2026-09-10T12:00:00Z|\u0000";
const NUMBERS = [
  0,
  -0,
  -1,
  -1e-8,
  1e-300,
  1e300,
  5,
  78_490,
  2 ** 53 + 2,
  -(2 ** 53) - 2,
  4_611_686_018_427_388,
  0.1 + 0.2,
];
const OTHERS: readonly unknown[] = [null, true, [], {}, [[]], [null], [0, 0], { toString: 1 }, { length: 7 }, ""];
const HOSTILE = [...NUMBERS, ...OTHERS, ...TEXTS.split("|"), "9".repeat(400)];

/** A number that is off by a factor that a mixed-up unit has, or that says nothing at all. */
const FACTORS = [1000, 0.001, 100, 0.01, 1e6, 1e-6, 1e9, 1e-9, -1, 1e305, 10, 0.1];

type Change =
  | { readonly kind: "edit"; readonly at: number; readonly drop: number; readonly put: string }
  | { readonly kind: "cut"; readonly at: number }
  | { readonly kind: "repeat"; readonly from: number; readonly to: number }
  | { readonly kind: "place"; readonly at: number; readonly value: unknown }
  | { readonly kind: "scale"; readonly at: number; readonly factor: number }
  | { readonly kind: "retype"; readonly at: number }
  | { readonly kind: "swap"; readonly at: number; readonly with: number }
  | { readonly kind: "drop"; readonly at: number }
  | { readonly kind: "double"; readonly at: number };

/** A place in a text or among its members, 0 to below 1. Without bias: the first member is mostly the whole body. */
const unit = fc.noBias(fc.nat(0xff_ffff)).map((number) => number / 0x1_00_0000);

const TEXT_CHANGE: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("edit" as const),
      at: unit,
      drop: fc.nat(6),
      put: fc.oneof(fc.constantFrom(...SNIPPETS), fc.string({ maxLength: 4 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const), at: unit }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("repeat" as const), from: unit, to: unit }) },
);

const MEMBER_CHANGE: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("place" as const), at: unit, value: fc.constantFrom(...HOSTILE) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("place" as const), at: unit, value: fc.jsonValue({ maxDepth: 1 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("scale" as const), at: unit, factor: fc.constantFrom(...FACTORS) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("swap" as const), at: unit, with: unit }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("retype" as const, "drop" as const, "double" as const), at: unit }),
  },
);

/** How a text is damaged; whichever text it is. */
export type Damage = readonly Change[];

/** Mostly damage that leaves JSON, for what is no JSON is refused at the door. */
export const DAMAGE: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 1, arbitrary: fc.array(TEXT_CHANGE, { minLength: 1, maxLength: 3 }) },
  { weight: 6, arbitrary: fc.array(MEMBER_CHANGE, { minLength: 1, maxLength: 2 }) },
);

export function damaged(good: string, changes: Damage): string {
  if (changes.every(({ kind }) => kind === "edit" || kind === "cut" || kind === "repeat")) {
    return changes.reduce(editedText, good);
  }
  let value: unknown;
  try {
    value = JSON.parse(good);
  } catch {
    return changes.reduce((text, { kind }) => `${text}${kind}`, good);
  }
  // In a box, so that the body as a whole is a member, too.
  const box = { value };
  for (const change of changes) changeMember(box, change);
  return JSON.stringify(box.value) ?? "";
}

function editedText(text: string, change: Change): string {
  const place = (share: number): number => Math.floor(share * (text.length + 1));
  switch (change.kind) {
    case "edit":
      return text.slice(0, place(change.at)) + change.put + text.slice(place(change.at) + change.drop);
    case "cut":
      return text.slice(0, place(change.at));
    case "repeat": {
      const [from, to] = [place(change.from), place(change.to)].toSorted((a, b) => a - b);
      return text.slice(0, to) + text.slice(from, to) + text.slice(to);
    }
    default:
      return text;
  }
}

function changeMember(box: object, change: Change): void {
  const paths = memberPaths(box);
  if (paths.length === 0) return;
  const pathAt = (share: number): Path => paths[Math.floor(share * paths.length)]!;
  switch (change.kind) {
    case "place":
      return put(box, pathAt(change.at), structuredClone(change.value));
    case "scale":
      return put(box, pathAt(change.at), scaled(valueAt(box, pathAt(change.at)), change.factor));
    case "retype":
      return put(box, pathAt(change.at), retyped(valueAt(box, pathAt(change.at))));
    case "swap": {
      const [one, other] = [pathAt(change.at), pathAt(change.with)];
      const [first, second] = [valueAt(box, one), valueAt(box, other)];
      put(box, one, structuredClone(second));
      put(box, other, structuredClone(first));
      return;
    }
    case "drop": {
      const path = pathAt(change.at);
      const parent = valueAt(box, path.slice(0, -1));
      const key = path.at(-1)!;
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else if (typeof parent === "object" && parent !== null) Reflect.deleteProperty(parent, key);
      return;
    }
    case "double": {
      const path = pathAt(change.at);
      const parent = valueAt(box, path.slice(0, -1));
      const copy: unknown = structuredClone(valueAt(box, path));
      if (Array.isArray(parent)) parent.splice(Number(path.at(-1)), 0, copy);
      else put(box, path, [copy, copy]);
      return;
    }
    case "edit":
    case "cut":
    case "repeat":
      return;
  }
}

function scaled(value: unknown, factor: number): unknown {
  if (typeof value === "number") return value * factor;
  return typeof value === "string" && value !== "" && Number.isFinite(Number(value))
    ? String(Number(value) * factor)
    : factor;
}

function retyped(value: unknown): unknown {
  if (typeof value === "number") return String(value);
  if (typeof value === "string")
    return value === "" || Number.isNaN(Number(value)) ? value.toLowerCase() : Number(value);
  return Array.isArray(value) ? Object.fromEntries(value.entries()) : [value];
}
