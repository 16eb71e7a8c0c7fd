/**
 * Breadth-first search over all states that a model can reach. The first violation found is one of the shortest; what is
 * kept of a state that was expanded is its name and how it was reached.
 */
export type Successor<S> = { readonly state: S; readonly label: string };

export type Model<S> = {
  readonly initial: S;
  /** Two states with one name have the same future. What is held of a name is its hash. */
  nameOf(state: S): string;
  successorsOf(state: S): Iterable<Successor<S>>;
  /** What the state violates; null for nothing. */
  violationOf(state: S): string | null;
};

export type SearchResult = {
  readonly states: number;
  readonly transitions: number;
  /** Of the longest of the shortest ways to a state. */
  readonly depth: number;
  /** States without a successor. */
  readonly ends: number;
  /** Whether `statesMax` ended the search: then what was not seen proves nothing. */
  readonly isCut: boolean;
  readonly violation: { readonly what: string; readonly trace: readonly string[] } | null;
};

export type SearchOptions = {
  readonly statesMax: number;
  /** Told now and then, for long searches. */
  readonly onProgress?: (states: number, depth: number) => void;
};

const PROGRESS_STATES = 100_000;

/**
 * 64 bits of a name in four characters (Murmur-like mixing of two words). Two of ten million states share one with a
 * probability of 3·10⁻⁶, and then one of them is passed over.
 */
export function hashOfName(name: string): string {
  let a = 0x9e37_79b9;
  let b = 0x85eb_ca6b;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    a = Math.imul(a ^ code, 0x5bd1_e995);
    a ^= a >>> 15;
    b = Math.imul(b ^ code, 0x1b87_3593);
    b ^= b >>> 13;
  }
  a = Math.imul(a ^ (b >>> 16), 0xc2b2_ae35);
  b = Math.imul(b ^ (a >>> 13), 0x27d4_eb2f);
  a ^= a >>> 16;
  b ^= b >>> 15;
  return String.fromCharCode(a >>> 16, a & 0xffff, b >>> 16, b & 0xffff);
}

export function explore<S>(model: Model<S>, options: SearchOptions): SearchResult {
  const seen = new Set<string>();
  // By number of the state: from where it was first reached, and by what.
  const parents: number[] = [];
  const labels: string[] = [];
  let frontier: { readonly state: S; readonly number: number }[] = [];
  let transitions = 0;
  let depth = 0;
  let ends = 0;

  const traceTo = (from: number): string[] => {
    const trace: string[] = [];
    for (let at = from; at > 0; at = parents[at]!) trace.push(labels[at]!);
    return trace.reverse();
  };
  const result = (isCut: boolean, violation: SearchResult["violation"]): SearchResult => ({
    states: seen.size,
    transitions,
    depth,
    ends,
    isCut,
    violation,
  });
  /** @returns the number of a state that is new, null of one that is not */
  const admit = (state: S, parent: number, label: string): number | null => {
    const name = hashOfName(model.nameOf(state));
    if (seen.has(name)) return null;
    const number = seen.size;
    seen.add(name);
    parents.push(parent);
    labels.push(label);
    if (options.onProgress !== undefined && number > 0 && number % PROGRESS_STATES === 0)
      options.onProgress(number, depth);
    return number;
  };

  const root = admit(model.initial, 0, "");
  const wrong = model.violationOf(model.initial);
  if (root === null || wrong !== null) return result(false, { what: wrong ?? "no initial state", trace: [] });
  frontier.push({ state: model.initial, number: root });
  for (; frontier.length > 0; depth++) {
    const next: typeof frontier = [];
    for (const { state, number } of frontier) {
      let isEnd = true;
      for (const { state: successor, label } of model.successorsOf(state)) {
        isEnd = false;
        transitions += 1;
        const reached = admit(successor, number, label);
        if (reached === null) continue;
        const what = model.violationOf(successor);
        if (what !== null) return result(false, { what, trace: traceTo(reached) });
        if (seen.size >= options.statesMax) return result(true, null);
        next.push({ state: successor, number: reached });
      }
      if (isEnd) ends += 1;
    }
    frontier = next;
  }
  return result(false, null);
}
