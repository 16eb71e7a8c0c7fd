// `npm run bench [-- NAME …]`: every claim about cost and speed, measured on this machine. Without a name: rounds.
import { headOf } from "./options.mjs";

const BENCHES = {
  rounds: "what a round costs and how long it takes, by committee, delay and number of feeds",
  gas: "what each call of the contracts costs, beside what peers pay",
  network: "nanoseconds for garbage at each decoder; with --minutes 5, what broken connections leave behind",
  quant: "implied volatilities, prices and greeks",
  signing: "what a signing session costs, and what it costs to name a liar",
  simulated: "what the protocol itself costs a member, up to 31 of them in one process",
  sources: "how long a tick takes into a node, and what streaming four venues' option chains costs it",
  triggers: "what readers of option feeds would lose, by trigger rule, at equal gas",
};
const [first, ...rest] = process.argv.slice(2);
const isNamed = first !== undefined && !first.startsWith("--");
const name = isNamed ? first : "rounds";
if (isNamed && Object.hasOwn(BENCHES, name) && rest.includes("--help")) {
  process.stdout.write(`${headOf(new URL(`./${name}.mjs`, import.meta.url))}\n`);
  process.exit(0);
}
if (process.argv.includes("--help") || !Object.hasOwn(BENCHES, name)) {
  const lines = Object.entries(BENCHES).map(([one, what]) => `  ${one.padEnd(10)}${what}`);
  const isAsked = Object.hasOwn(BENCHES, name);
  if (!isAsked) process.stderr.write(`no bench is called ${JSON.stringify(name)}\n`);
  process[isAsked ? "stdout" : "stderr"].write(
    `npm run bench -- NAME, one of (NAME --help says more)\n${lines.join("\n")}\n`,
  );
  process.exit(isAsked ? 0 : 2);
}
if (isNamed) process.argv.splice(2, process.argv.length, ...rest);
await import(`./${name}.mjs`);
