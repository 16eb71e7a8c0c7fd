/** The members of a parsed body or frame, by where they stand. */

export type Path = readonly (string | number)[];

/** All of them but the whole, outer ones before what is in them. */
export function memberPaths(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [at];
  const keys: Path = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const own = at.length === 0 ? [] : [at];
  return [...own, ...keys.flatMap((key) => memberPaths(Reflect.get(value, key), [...at, key]))];
}

/** undefined where nothing stands. */
export function valueAt(target: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    target,
  );
}

/** Changes nothing where the place is not there. */
export function put(target: unknown, path: Path, value: unknown): void {
  const parent = valueAt(target, path.slice(0, -1));
  if (path.length > 0 && typeof parent === "object" && parent !== null) Reflect.set(parent, path.at(-1)!, value);
}
