// `npm run bench [-- NAME …]`: every claim about cost and speed, measured on this machine. Without a name: rounds.
const BENCHES = {
  rounds: "what a round of four nodes costs and how long it takes",
  gas: "what each call of the contracts costs, beside what peers pay",
  network: "nanoseconds for garbage at each decoder; with --minutes 5, what broken connections leave behind",
  quant: "implied volatilities, prices and greeks",
  signing: "what a signing session costs, and what it costs to name a liar",
  sources: "how long a tick takes into a node, and what streaming four venues' option chains costs it",
  triggers: "what readers of option feeds would lose, by trigger rule, at equal gas",
};
const [first, ...rest] = process.argv.slice(2);
const isNamed = first !== undefined && !first.startsWith("--");
const name = isNamed ? first : "rounds";
if (process.argv.includes("--help") || !Object.hasOwn(BENCHES, name)) {
  const lines = Object.entries(BENCHES).map(([one, what]) => `  ${one.padEnd(10)}${what}`);
  process.stderr.write(`npm run bench -- NAME, one of\n${lines.join("\n")}\n`);
  process.exit(Object.hasOwn(BENCHES, name) ? 0 : 2);
}
if (isNamed) process.argv.splice(2, process.argv.length, ...rest);
await import(`./${name}.mjs`);
