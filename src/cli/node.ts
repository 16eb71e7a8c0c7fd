import { Command } from "commander";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startNode } from "../node/compose.ts";
import { loadNodeConfig } from "../node/config.ts";
import { loadNetwork } from "../node/network-file.ts";
import { openLog } from "../telemetry/log.ts";
import { endOnUncaught } from "../telemetry/stray-errors.ts";
import { ending } from "./fail.ts";
import { stayAwake, stopSignal, untilStopped } from "./stop-signal.ts";
import { packageVersion } from "./version.ts";

/** A stop that hangs is ended: an operator's supervisor waits five seconds. */
const STOP_MAX_MS = 4_800;

function dashboardFolder(): string | null {
  const folder = fileURLToPath(new URL("../dashboard", import.meta.url));
  return existsSync(folder) ? folder : null;
}

export function nodeCommand(): Command {
  return new Command("node")
    .description("run one member of a network until it is stopped")
    .requiredOption("--config <file>", "node configuration, YAML; values are overridden by TENOR__… variables")
    .option("--check", "only check the configuration, the network file and the feeds, then exit")
    .action(async ({ config: file, check }: { config: string; check?: boolean }) => {
      await ending(async () => {
        const config = loadNodeConfig(file, process.env);
        const facts = loadNetwork(config.network);
        if (check === true) {
          process.stdout.write(
            `${file}: ok, ${facts.n} members, ${facts.rules.length} feeds, signing threshold ${facts.t}\n`,
          );
          return 0;
        }
        const signal = stopSignal();
        const { log, flush } = openLog({ level: config.log.level, destination: { kind: "stdout" } });
        endOnUncaught({ log, flush });
        const letGo = stayAwake();
        const node = await startNode(
          { config, facts, version: packageVersion(), dashboardDir: dashboardFolder() },
          { log },
        ).finally(letGo);
        await untilStopped(signal);
        log.info("stopping");
        const timer = setTimeout(() => {
          log.error("stopping took too long");
          flush();
          process.exit(1);
        }, STOP_MAX_MS);
        await node.stop();
        clearTimeout(timer);
        log.info("stopped");
        flush();
        // A library's stray timer must not hold the process up after everything was closed in order.
        process.exit(0);
      });
    });
}
