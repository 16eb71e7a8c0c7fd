/** Option values that several commands take, checked where they enter. */
import { type Command, InvalidArgumentError } from "commander";

export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`saw ${JSON.stringify(text)}, wanted a whole number from ${low} to ${high}.`);
  };
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError(`saw ${JSON.stringify(text)}, wanted a number above 0.`);
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `90s`, `5m`, `1h`, `1500ms` */
export function durationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (match !== null) return Number(match[1]) * UNITS_MS[match[2]!]!;
  throw new InvalidArgumentError(`saw ${JSON.stringify(text)}, wanted a duration such as 90s, 5m or 1h.`);
}

/** Lets the command's `--help` tell default durations as they are given, and not in the milliseconds that they become. */
export function tellDurations(command: Command): void {
  for (const option of command.options) {
    if (option.parseArg !== durationMs || typeof option.defaultValue !== "number") continue;
    const ms = option.defaultValue;
    const [unit, perUnit] = Object.entries(UNITS_MS).findLast(([, each]) => ms % each === 0)!;
    option.default(ms, `${ms / perUnit}${unit}`);
  }
}
