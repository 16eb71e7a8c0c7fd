// The walls of the house as data: which rooms a room may import, which packages, and whether it may touch Node itself.
// `npm run check` and test/architecture.test.ts hold src/ to it; docs/architecture.md explains it.
const thinking = ["base", "quant", "market", "report", "threshold", "feeds", "protocol"];

module.exports = {
  rooms: {
    base: { rooms: [], packages: ["@noble/hashes"], node: false },
    quant: { rooms: ["base"], packages: [], node: false },
    market: { rooms: ["base"], packages: [], node: false },
    report: { rooms: ["base"], packages: [], node: false },
    threshold: { rooms: ["base"], packages: ["@noble/curves"], node: false },
    consumer: { rooms: ["base", "report", "threshold"], packages: [], node: false },
    feeds: { rooms: ["base", "quant", "market"], packages: ["zod", "@noble/hashes"], node: false },
    protocol: { rooms: ["base", "report", "feeds"], packages: [], node: false },
    evidence: { rooms: ["base", "report", "protocol", "threshold"], packages: [], node: false },
    sim: { rooms: [...thinking, "evidence"], packages: [], node: false },
    sources: { rooms: ["base", "market"], packages: ["axios", "ws", "zod"], node: true },
    network: {
      rooms: ["base", "report", "protocol"],
      packages: ["libp2p", "@libp2p/*", "@chainsafe/libp2p-gossipsub", "@multiformats/multiaddr"],
      node: true,
    },
    chain: { rooms: ["base", "report"], packages: ["ethers"], node: true },
    store: { rooms: ["base", "report", "protocol"], packages: ["better-sqlite3"], node: true },
    keystore: { rooms: ["base", "threshold"], packages: ["@noble/curves", "secp256k1"], node: true },
    telemetry: { rooms: ["base"], packages: ["pino", "prom-client"], node: true },
    api: { rooms: ["base"], packages: ["fastify", "@fastify/static", "zod"], node: true },
    replay: { rooms: ["base", "market", "sim"], packages: ["ws"], node: true },
    node: {
      rooms: [...thinking, "evidence", "sources", "network", "chain", "store", "keystore", "telemetry", "api"],
      packages: ["hash-wasm", "node-cron", "zod", "yaml"],
      node: true,
    },
    devnet: {
      rooms: ["base", "market", "report", "feeds", "sources", "node", "chain", "api"],
      packages: ["yaml"],
      node: true,
      typesOnly: ["api"],
    },
    cli: { rooms: "*", packages: ["commander"], node: true },
    dashboard: { rooms: ["api"], packages: ["uplot"], node: false, typesOnly: ["api"] },
  },
};
