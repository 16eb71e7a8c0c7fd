// Turns rooms.config.cjs into rules. One rule a wall, so that a violation names the wall it broke.
const { rooms } = require("./rooms.config.cjs");

const names = Object.keys(rooms);
const escape = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace("\\*", "[^/]+");

const forbidden = [
  {
    name: "no-cycles",
    severity: "error",
    from: { path: "^src/" },
    to: { circular: true },
  },
  {
    name: "folders-are-private",
    comment: "A folder inside a room is private to that room.",
    severity: "error",
    from: { path: "^src/([^/]+)/" },
    to: {
      path: "^src/([^/]+)/[^/]+/",
      pathNot: ["^src/$1/", "^src/sim/market/", "^src/sim/model/", "^src/sim/rounds/"],
    },
  },
  { name: "unresolvable", severity: "error", from: { path: "^src/" }, to: { couldNotResolve: true } },
  {
    name: "known-rooms-only",
    severity: "error",
    from: { path: "^src/" },
    to: { path: "^src/", pathNot: `^src/(${names.join("|")})/` },
  },
];

for (const [name, { rooms: allowed, packages, node }] of Object.entries(rooms)) {
  const from = { path: `^src/${name}/` };
  if (allowed !== "*") {
    forbidden.push({
      name: `${name}-rooms`,
      severity: "error",
      from,
      to: { path: "^src/", pathNot: `^src/(${[name, ...allowed].join("|")})/` },
    });
  }
  forbidden.push({
    name: `${name}-packages`,
    severity: "error",
    from,
    to: {
      path: "(^|/)node_modules/",
      pathNot: packages.length === 0 ? "^$" : `(^|/)node_modules/(${packages.map(escape).join("|")})(/|$)`,
    },
  });
  if (!node) forbidden.push({ name: `${name}-no-node`, severity: "error", from, to: { dependencyTypes: ["core"] } });
}

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
