/** The little that is needed to build and keep up a document without a framework. */
import type { Badge } from "./words.ts";

type Attributes = Readonly<Record<string, string>>;

/** Text children become text nodes: nothing from the network is ever parsed as markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function svg(tag: string, attributes: Attributes = {}, ...children: readonly (Node | string)[]): SVGElement {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function byId(id: string): HTMLElement {
  const node = document.getElementById(id);
  if (node === null) throw new Error(`the page has no element #${id}`);
  return node;
}

/** Touches the document only on a change, so that a selection in the text survives updates. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node: Element, name: string, value: string): void {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

export function setHidden(node: HTMLElement, hidden: boolean): void {
  if (node.hidden !== hidden) node.hidden = hidden;
}

export function setBadge(node: HTMLElement, badge: Badge): void {
  setText(node, badge.text);
  setAttribute(node, "data-tone", badge.tone);
}

/** A colour of the theme that holds now, for what is drawn on canvas. */
export function cssColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export type Row<T> = { readonly node: Element; update(item: T): void };

/** Children of one parent, kept by key: existing ones are updated in place, in the order of the items. */
export class KeyedList<T> {
  readonly #parent: Element;
  readonly #create: (item: T) => Row<T>;
  readonly #keyOf: (item: T) => string;
  #rows = new Map<string, Row<T>>();

  constructor(options: { readonly keyOf: (item: T) => string; readonly create: (item: T) => Row<T> }, parent: Element) {
    this.#keyOf = options.keyOf;
    this.#create = options.create;
    this.#parent = parent;
  }

  update(items: readonly T[]): void {
    const rows = new Map<string, Row<T>>();
    for (const item of items) {
      const key = this.#keyOf(item);
      const row = this.#rows.get(key) ?? this.#create(item);
      row.update(item);
      rows.set(key, row);
    }
    for (const [key, row] of this.#rows) if (rows.get(key) !== row) row.node.remove();
    let position = this.#parent.firstElementChild;
    for (const row of rows.values()) {
      if (row.node === position) position = position.nextElementSibling;
      else this.#parent.insertBefore(row.node, position);
    }
    this.#rows = rows;
  }

  get size(): number {
    return this.#rows.size;
  }
}

/** A table row of text cells. */
export function textRow(cells: readonly { readonly className?: string; readonly label: string }[]): {
  readonly node: HTMLTableRowElement;
  readonly cells: readonly HTMLTableCellElement[];
} {
  const made = cells.map((cell, index) => {
    const node = index === 0 ? el("th", { scope: "row" }) : el("td");
    if (cell.className !== undefined) node.className = cell.className;
    node.dataset["label"] = cell.label;
    return node;
  });
  return { node: el("tr", {}, ...made), cells: made };
}
