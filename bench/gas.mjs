// `npm run bench -- gas [--json]`: what the contracts cost, beside what peers pay for the same.
import { gasRows } from "./gas-rows.mjs";

const rows = gasRows();
if (process.argv.includes("--json")) for (const row of rows) console.log(JSON.stringify(row));
else
  for (const { name, value, anchor } of rows)
    console.log(`${name.padEnd(30)}${String(value).padStart(8)} gas   ${anchor}`);
