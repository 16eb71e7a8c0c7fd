// Where each contract keeps what, from the compiler: contracts/storage-layout.txt. A line that moves would read an old
// contract's money or key in the wrong place, so a change of it is to be seen in review.
//
//   node scripts/forge.mjs build && node scripts/storage-layout.mjs            writes the file
//   node scripts/storage-layout.mjs --check                                    compares
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CONTRACTS = [
  "OracleHub",
  "VolSurface",
  "Settlement",
  "Committee",
  "FeedRegistry",
  "BlockGapLog",
  "OptionMarket",
  "VarianceSwap",
];
const file = fileURLToPath(new URL("../contracts/storage-layout.txt", import.meta.url));

function linesOf(name) {
  const path = fileURLToPath(new URL(`../contracts/out/${name}.sol/${name}.json`, import.meta.url));
  const { storage, types } = JSON.parse(readFileSync(path, "utf8")).storageLayout;
  return storage.map(({ label, slot, offset, type }) => {
    const { label: typeName, numberOfBytes } = types[type];
    return `${name}: slot ${slot}, byte ${offset}: ${label}: ${typeName}, ${numberOfBytes} bytes`;
  });
}

const text = `${CONTRACTS.flatMap(linesOf).join("\n")}\n`;
if (process.argv.includes("--check")) {
  const same = readFileSync(file, "utf8") === text;
  console.log(
    same ? "contracts/storage-layout.txt is what the compiler says" : "contracts/storage-layout.txt would change",
  );
  process.exit(same ? 0 : 1);
}
writeFileSync(file, text);
console.log("contracts/storage-layout.txt written");
