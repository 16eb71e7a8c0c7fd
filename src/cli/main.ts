#!/usr/bin/env -S node --max-semi-space-size=32 --single-threaded --no-memory-reducer --no-flush-bytecode
import { Command } from "commander";
import { tellDurations } from "./options.ts";
import { packageVersion } from "./version.ts";

const program = new Command("tenor")
  .description("Tenor: a decentralized oracle network node for derivative pricing feeds")
  .version(packageVersion())
  .showHelpAfterError()
  // What the user gave us wrong ends with 2, like a wrong configuration.
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** In the order that `--help` lists them. A command brings what it works with: loading all of them takes longer than most of them run. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  node: async () => (await import("./node.ts")).nodeCommand(),
  keys: async () => (await import("./keys.ts")).keysCommand(),
  network: async () => (await import("./network.ts")).networkCommand(),
  hub: async () => (await import("./hub.ts")).hubCommand(),
  carry: async () => (await import("./carry.ts")).carryCommand(),
  audit: async () => (await import("./audit.ts")).auditCommand(),
  feed: async () => (await import("./feed/command.ts")).feedCommand(),
  market: async () => (await import("./market.ts")).marketCommand(),
  record: async () => (await import("./record.ts")).recordCommand(),
  sources: async () => (await import("./sources.ts")).sourcesCommand(),
  evidence: async () => (await import("./evidence/command.ts")).evidenceCommand(),
  devnet: async () => (await import("./devnet.ts")).devnetCommand(),
  chaos: async () => (await import("./chaos.ts")).chaosCommand(),
  simulate: async () => (await import("./simulate.ts")).simulateCommand(),
  model: async () => (await import("./model.ts")).modelCommand(),
};

/** Subcommands of subcommands as well: commander hands settings down only to commands made after them. */
function adopt(parent: Command, command: Command): void {
  command.copyInheritedSettings(parent);
  tellDurations(command);
  for (const inner of command.commands) adopt(command, inner);
}

const named = process.argv[2] ?? "";
const only = Object.entries(COMMANDS).filter(([name]) => name === named);
for (const [, load] of only.length > 0 ? only : Object.entries(COMMANDS)) {
  const command = await load();
  adopt(program, command);
  program.addCommand(command);
}

await program.parseAsync();
