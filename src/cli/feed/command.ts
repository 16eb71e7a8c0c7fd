/** `tenor feed`: from an empty file to a feed that others would trust. */
import { Command } from "commander";
import { backtestCommand } from "./backtest.ts";
import { diffCommand } from "./diff.ts";
import { explainCommand } from "./explain.ts";
import { methodologyCommand } from "./methodology.ts";
import { newCommand } from "./new.ts";
import { previewCommand } from "./preview.ts";
import { validateCommand } from "./validate.ts";

export function feedCommand(): Command {
  const feed = new Command("feed").description("write, check, try and explain feed definitions");
  const verbs = [
    newCommand(),
    validateCommand(),
    explainCommand(),
    previewCommand(),
    backtestCommand(),
    diffCommand(),
    methodologyCommand(),
  ];
  for (const verb of verbs) feed.addCommand(verb);
  return feed;
}
