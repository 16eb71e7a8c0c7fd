/** Who is a member of the configuration that follows, and under which id. */
import { OracleError } from "../base/errors.ts";
import type { Member, NetworkFacts } from "../node/network-file.ts";

/**
 * Who stays keeps the id. Newcomers take the ids that are free, then new ones; when more leave than come, those with the
 * highest ids move down, because ids have no holes.
 */
export function nextMembers(
  old: readonly Member[],
  add: readonly unknown[],
  remove: readonly number[],
): readonly unknown[] {
  const leaving = new Set(remove);
  const staying = old.filter(({ id }) => !leaving.has(id));
  const n = staying.length + add.length;
  const kept = staying.filter(({ id }) => id <= n);
  const moving: readonly unknown[] = staying.filter(({ id }) => id > n);
  const taken = new Set(kept.map(({ id }) => id));
  const free = Array.from({ length: n }, (_, i) => i + 1).filter((id) => !taken.has(id));
  const placed = [...moving, ...add].map((entry, i) => withId(entry, free[i]!));
  return [...kept, ...placed].sort((a, b) => a.id - b.id);
}

function withId(entry: unknown, id: number): { readonly id: number } {
  if (typeof entry === "object" && entry !== null && !Array.isArray(entry)) return { ...entry, id };
  throw new OracleError(
    `a member is a JSON object as tenor keys show --member prints it, saw ${JSON.stringify(entry)}`,
    {
      code: "bad-argument",
    },
  );
}

/** @throws OracleError `bad-argument` */
export function checkLeaving({ members, f, n }: NetworkFacts, remove: readonly number[]): void {
  const unknown = remove.filter((id) => !members.some((member) => member.id === id));
  if (unknown.length > 0 || new Set(remove).size < remove.length) {
    throw new OracleError(`--remove ${remove.join(", ")}: wanted ids of members, each once`, { code: "bad-argument" });
  }
  if (remove.length <= f) return;
  // Among the newest reports' signers some must stay, and the old committee must sign until the last round of its term.
  throw new OracleError(`${remove.length} of ${n} members would leave at once, at most f = ${f} may; do it in steps`, {
    code: "bad-argument",
  });
}
