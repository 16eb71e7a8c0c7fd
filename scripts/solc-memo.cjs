#!/usr/bin/env node
// scripts/solc.cjs for many runs of forge over the same sources: what was compiled once is read from `memo/` beside it. forge
// asks for every contract's ABI before it runs chosen tests, however little has changed.
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { spawnSync } = require("node:child_process");

const args = process.argv.slice(2);
const input = args.includes("--version") ? "--version" : readFileSync(0);
const memo = join(__dirname, "memo");
const file = join(memo, createHash("sha256").update(input).digest("hex"));
if (!existsSync(file)) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(__dirname, "solc-plain.cjs"), ...args], {
    input: args.includes("--version") ? "" : input,
    maxBuffer: 1 << 30,
  });
  // A compiler that broke has said nothing that is worth keeping.
  if (status !== 0) {
    process.stderr.write(stderr);
    process.exit(1);
  }
  mkdirSync(memo, { recursive: true });
  writeFileSync(`${file}.${process.pid}`, stdout);
  renameSync(`${file}.${process.pid}`, file);
}
process.stdout.write(readFileSync(file));
