/** The surface at one strike and one day: two inputs, five numbers. */
import { byId, setText } from "../dom.ts";
import { expiryTime, formatCount, formatDays, MINUS } from "../format.ts";
import type { Node } from "./mesh.ts";
import { DAY_MS, forwardAt, type Reading, readSurface, type Slice } from "./surface-math.ts";

/** Options expire at 08:00 UTC. */
const EXPIRY_HOUR_MS = 8 * 3_600_000;
const FIRST_DAYS = 30;
const NOTHING = "\u2013";

function input(id: string): HTMLInputElement {
  const node = byId(id);
  if (node instanceof HTMLInputElement) return node;
  throw new Error(`#${id} is no input`);
}

function dayText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** Three digits that matter: 97,123 is looked at in steps of 100, 3,412 in steps of 5. */
function strikeStep(forward: number): number {
  return forward > 20_000 ? 500 : forward > 1_000 ? 25 : forward > 50 ? 1 : 0.01;
}

const WHY: Readonly<Record<Extract<Reading, { ok: false }>["why"], string>> = {
  "no-surface": "There is no surface to read.",
  "bad-strike": "The strike must be a number above zero.",
  outside: "This day lies before the first expiry or after the last: nothing is extrapolated.",
  "no-variance": "The slices around this point have no variance there.",
};

export class ReadOff {
  readonly #strike = input("read-strike");
  readonly #day = input("read-day");
  #slices: readonly Slice[] = [];
  #symbol = "";

  /** @param doors.onChange the reader asks for another point */
  constructor(doors: { readonly onChange: () => void }) {
    for (const node of [this.#strike, this.#day]) node.addEventListener("input", () => doors.onChange());
  }

  /** A strike and a day on another coin's surface are another question: they start anew. */
  update(symbol: string, slices: readonly Slice[], timeMs: number): Node | null {
    this.#slices = slices;
    const first = slices[0];
    const last = slices.at(-1);
    if (first !== undefined && last !== undefined) {
      this.#day.min = dayText(first.expiryMs);
      this.#day.max = dayText(last.expiryMs);
      if (symbol !== this.#symbol) {
        const wanted = Math.min(last.expiryMs, Math.max(first.expiryMs, timeMs + FIRST_DAYS * DAY_MS));
        const expiryMs = Math.floor((wanted - EXPIRY_HOUR_MS) / DAY_MS) * DAY_MS + EXPIRY_HOUR_MS;
        this.#symbol = symbol;
        this.choose(Math.max(first.expiryMs, expiryMs));
      }
    }
    return this.#show(timeMs);
  }

  /** @param strike the one at the forward unless given */
  choose(expiryMs: number, strike?: number): void {
    const forward = forwardAt(this.#slices, expiryMs);
    const wanted = strike ?? forward;
    if (wanted === null) return;
    const step = strikeStep(wanted);
    this.#strike.step = String(step);
    this.#strike.value = String(Number((Math.round(wanted / step) * step).toFixed(2)));
    this.#day.value = dayText(expiryMs);
  }

  #show(timeMs: number): Node | null {
    const strike = Number(this.#strike.value);
    const dayMs = Date.parse(`${this.#day.value}T08:00:00Z`);
    const reading = readSurface(this.#slices, strike, dayMs);
    const fields = {
      "read-vol": reading.ok ? `${(reading.vol * 100).toFixed(2)} %` : NOTHING,
      "read-variance": reading.ok ? reading.totalVariance.toFixed(6) : NOTHING,
      "read-forward": reading.ok ? `${formatCount(reading.forward)} USD` : NOTHING,
      "read-moneyness": reading.ok ? reading.k.toFixed(4).replace("-", MINUS) : NOTHING,
      "read-time": reading.ok ? formatDays(reading.years * 365) : NOTHING,
    };
    for (const [id, text] of Object.entries(fields)) setText(byId(id), text);
    const isListed = this.#slices.some(({ expiryMs }) => expiryMs === dayMs);
    const kind = isListed ? "a listed expiry" : "between two listed expiries, interpolated in total variance";
    setText(byId("read-note"), reading.ok ? `${expiryTime(dayMs)} is ${kind}.` : WHY[reading.why]);
    if (!reading.ok) return null;
    return { k: reading.k, strike, expiryMs: dayMs, days: (dayMs - timeMs) / DAY_MS, vol: reading.vol };
  }
}
