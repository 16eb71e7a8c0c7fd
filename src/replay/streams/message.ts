/** Reads what a client sent. */

export type Message = Readonly<Record<string, unknown>>;

export function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** null for what is no JSON object. */
export function readMessage(text: string): Message | null {
  try {
    const value: unknown = JSON.parse(text);
    return isMessage(value) ? value : null;
  } catch {
    return null;
  }
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A list of texts; null where it is none, or holds anything else. */
export function textsOf(value: unknown): readonly string[] | null {
  const list = listOf(value);
  const texts = list.filter((item) => typeof item === "string");
  return Array.isArray(value) && texts.length === list.length ? texts : null;
}
