/** An error says who, what was seen and what was wanted: in words for people, in fields for machines. */
export type ErrorFields = { readonly code: string } & Readonly<Record<string, unknown>>;

export class OracleError extends Error {
  readonly fields: ErrorFields;

  constructor(message: string, fields: ErrorFields, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "OracleError";
    this.fields = fields;
  }

  get code(): string {
    return this.fields.code;
  }
}

/** The closing branch of a switch over a closed set: a new member fails to compile here. */
export function unreachable(value: never): never {
  throw new OracleError(`unreachable case: ${JSON.stringify(value)}`, { code: "unreachable" });
}

/** What went wrong, for a log field or a refusal; never carries a stack. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  // libp2p rejects with the event that came instead of the one that it waited for.
  if (error instanceof Event) return "error" in error && error.error ? reasonOf(error.error) : `event "${error.type}"`;
  return String(error);
}
