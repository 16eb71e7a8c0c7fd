import { parseInstrument } from "../../market/instrument.ts";

/** How Deribit's boards name their rows; inverse contracts only. */
export const DERIBIT_NAMES = {
  nameMember: "instrument_name",
  parseName: parseInstrument,
  settlement: null,
} as const;
