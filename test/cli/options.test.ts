import { Command } from "commander";
import { expect, test } from "vitest";
import { durationMs, tellDurations } from "../../src/cli/options.ts";

test("help tells a default duration as one that the option itself would take", () => {
  for (const [ms, told] of [
    [1, "1ms"],
    [1_500, "1500ms"],
    [90_000, "90s"],
    [600_000, "10m"],
    [7_200_000, "2h"],
  ] as const) {
    const command = new Command("look").option("--for <duration>", "how long", durationMs, ms);
    tellDurations(command);
    expect(command.helpInformation()).toContain(`(default: ${told})`);
    expect(durationMs(told)).toBe(ms);
    expect(command.parse([], { from: "user" }).opts()).toEqual({ for: ms });
  }
});

test("and leaves other numbers as they are", () => {
  const command = new Command("look").option("--count <n>", "how many", Number, 60_000);
  tellDurations(command);
  expect(command.helpInformation()).toContain("(default: 60000)");
});
