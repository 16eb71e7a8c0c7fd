#!/usr/bin/env -S node --max-semi-space-size=32
import { Command } from "commander";
import { auditCommand } from "./audit.ts";
import { carryCommand } from "./carry.ts";
import { chaosCommand } from "./chaos.ts";
import { devnetCommand } from "./devnet.ts";
import { evidenceCommand } from "./evidence/command.ts";
import { feedCommand } from "./feed/command.ts";
import { hubCommand } from "./hub.ts";
import { keysCommand } from "./keys.ts";
import { marketCommand } from "./market.ts";
import { modelCommand } from "./model.ts";
import { networkCommand } from "./network.ts";
import { nodeCommand } from "./node.ts";
import { tellDurations } from "./options.ts";
import { recordCommand } from "./record.ts";
import { simulateCommand } from "./simulate.ts";
import { sourcesCommand } from "./sources.ts";
import { packageVersion } from "./version.ts";

const program = new Command("tenor")
  .description("Tenor: a decentralized oracle network node for derivative pricing feeds")
  .version(packageVersion())
  .showHelpAfterError()
  // What the user gave us wrong ends with 2, like a wrong configuration.
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

const commands = [
  nodeCommand(),
  keysCommand(),
  networkCommand(),
  hubCommand(),
  carryCommand(),
  auditCommand(),
  feedCommand(),
  marketCommand(),
  recordCommand(),
  sourcesCommand(),
  evidenceCommand(),
  devnetCommand(),
  chaosCommand(),
  simulateCommand(),
  modelCommand(),
];

/** Subcommands of subcommands as well: commander hands settings down only to commands made after them. */
function adopt(parent: Command, command: Command): void {
  command.copyInheritedSettings(parent);
  tellDurations(command);
  for (const inner of command.commands) adopt(command, inner);
}

for (const command of commands) {
  adopt(program, command);
  program.addCommand(command);
}

await program.parseAsync();
