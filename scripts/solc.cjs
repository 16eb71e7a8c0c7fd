#!/usr/bin/env node
// Solidity's compiler from npm behind the command line of the native one, as forge calls it: `--version`, and
// standard JSON from stdin to stdout. Sources come inside the JSON, so nothing is read from disk here.
const solc = require("solc");
if (process.argv.includes("--version")) {
  const version = solc.version().replace(/\.Emscripten\.clang$/, ".Linux.g++");
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
} else {
  process.stdout.write(solc.compile(require("node:fs").readFileSync(0, "utf8")));
}
