/** A row of radio buttons that is kept up in place: the one chosen stays chosen while it exists. */
import { el } from "../dom.ts";

export type Option<T> = { readonly value: T; readonly label: string };

export class Choice<T extends string | number> {
  readonly #name: string;
  readonly #box: HTMLElement;
  readonly #onChange: () => void;
  #options: readonly Option<T>[] = [];
  #chosen: T | null = null;
  #shown = "";

  constructor(name: string, box: HTMLElement, onChange: () => void) {
    this.#name = name;
    this.#box = box;
    this.#onChange = onChange;
  }

  get value(): T | null {
    return this.#chosen;
  }

  /** @param preferred chosen when what was chosen is gone, or nothing was */
  update(options: readonly Option<T>[], preferred: T): void {
    const isThere = options.some(({ value }) => value === this.#chosen);
    if (!isThere) this.#chosen = preferred;
    const shown = JSON.stringify(options);
    if (shown === this.#shown) {
      if (!isThere) this.#check();
      return;
    }
    this.#shown = shown;
    this.#options = options;
    this.#box.querySelectorAll("label").forEach((label) => label.remove());
    this.#box.append(...options.map((option) => this.#label(option)));
    this.#check();
  }

  #label({ value, label }: Option<T>): HTMLElement {
    const input = el("input", { type: "radio", name: this.#name, value: String(value) });
    input.addEventListener("change", () => {
      this.#chosen = value;
      this.#onChange();
    });
    return el("label", {}, input, el("span", {}, label));
  }

  #check(): void {
    for (const [i, input] of [...this.#box.querySelectorAll("input")].entries()) {
      input.checked = this.#options[i]?.value === this.#chosen;
      if (input.checked) this.#bringIntoView(input);
    }
  }

  /** Where the row is wider than the screen. The row alone is scrolled, never the page. */
  #bringIntoView(input: HTMLElement): void {
    const [row, chosen] = [this.#box.getBoundingClientRect(), input.getBoundingClientRect()];
    if (this.#box.scrollWidth > row.width) this.#box.scrollLeft += chosen.left - row.left - row.width / 3;
  }
}
