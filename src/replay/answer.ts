/** What a venue answers, before faults and compression. */
export type VenueAnswer = {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export const JSON_TYPE = "application/json; charset=utf-8";
export const HTML_TYPE = "text/html; charset=UTF-8";

export function jsonAnswer(status: number, value: unknown): VenueAnswer {
  return { status, contentType: JSON_TYPE, body: JSON.stringify(value) };
}
