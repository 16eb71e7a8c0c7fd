#!/usr/bin/env node
import { Command } from "commander";
import { devnetCommand } from "./devnet.ts";
import { feedsCommand } from "./feeds.ts";
import { hubCommand } from "./hub.ts";
import { keysCommand } from "./keys.ts";
import { marketCommand } from "./market.ts";
import { networkCommand } from "./network.ts";
import { nodeCommand } from "./node.ts";
import { simulateCommand } from "./simulate.ts";
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
  feedsCommand(),
  marketCommand(),
  devnetCommand(),
  simulateCommand(),
];
for (const command of commands) program.addCommand(command.copyInheritedSettings(program));

await program.parseAsync();
