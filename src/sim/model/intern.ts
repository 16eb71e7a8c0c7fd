/**
 * Small numbers for immutable values: equal content, equal number. Machines share most of their parts from state to state,
 * so a part that was seen is known by its identity and only what changed is read again.
 */
export class Interner {
  readonly #numbers = new Map<string, number>();
  readonly #known = new WeakMap<object, number>();

  /** How many different values were seen, parts included. */
  get size(): number {
    return this.#numbers.size;
  }

  /** Objects, arrays, maps and sets of such, and primitives. Order counts in arrays alone. */
  number(value: unknown): number {
    if (typeof value !== "object" || value === null) return this.#intern(`${typeof value}:${String(value)}`);
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const number = this.#intern(this.#textOf(value));
    this.#known.set(value, number);
    return number;
  }

  #textOf(value: object): string {
    if (Array.isArray(value)) return `[${value.map((item: unknown) => this.number(item)).join()}]`;
    if (value instanceof Map) {
      const entries = [...value].map(([key, item]) => `${this.number(key)}=${this.number(item)}`);
      return `map{${entries.sort().join()}}`;
    }
    if (value instanceof Set)
      return `set{${[...value]
        .map((item) => this.number(item))
        .sort((a, b) => a - b)
        .join()}}`;
    const fields = Object.entries(value).map(([key, item]) => `${key}=${this.number(item)}`);
    return `{${fields.sort().join()}}`;
  }

  #intern(text: string): number {
    const held = this.#numbers.get(text);
    if (held !== undefined) return held;
    const number = this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }
}
