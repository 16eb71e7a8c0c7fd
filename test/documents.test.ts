/** What the documents say is so: commands run, links resolve, tables agree with what they are tables of. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { nodeConfigSchema } from "../src/node/config.ts";
import { root } from "./support/compose-file.ts";
import { DOCUMENTED_COMMANDS, expand, readPackage } from "./support/documented-commands.ts";

const read = (name: string): string => readFileSync(join(root, name), "utf8");

function filesBelow(folder: string, ending: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

const DOCUMENTS = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "feeds/README.md",
  ...filesBelow("docs", ".md"),
].sort();

/** Commands in fenced blocks of shell, comments and empty lines left out. */
function commandsOf(document: string): readonly string[] {
  const blocks = [...read(document).matchAll(/^```(?:sh|bash|shell|console)\n([\s\S]*?)^```/gm)].map(
    (match) => match[1]!,
  );
  const lines = blocks.flatMap((block) => block.replaceAll("\\\n", " ").split("\n"));
  // A line of two commands is two commands.
  return lines
    .flatMap((line) => line.split(" && "))
    .map((line) =>
      line
        .replace(/^\$ /, "")
        .replace(/\s+#.*$/, "")
        .trim(),
    )
    .filter((line) => line !== "");
}

/** Some run a room's tests, beside everything else that runs here. */
const COMMAND_MS = 240_000;

/** Rows of the tables whose head begins with this cell, cells without backticks. */
function tableOf(document: string, head: string): readonly (readonly string[])[] {
  const lines = read(document).split("\n");
  const rows: string[][] = [];
  for (const [i, line] of lines.entries()) {
    if (!line.startsWith(`| ${head} |`)) continue;
    for (const row of lines.slice(i + 2)) {
      if (!row.startsWith("|")) break;
      rows.push(
        row
          .slice(1, row.lastIndexOf("|"))
          .split("|")
          .map((cell) => cell.trim().replaceAll("`", "")),
      );
    }
  }
  if (rows.length === 0) throw new Error(`${document} has no table that begins with ${head}`);
  return rows;
}

const commands = DOCUMENTS.flatMap((document) => commandsOf(document).map((command) => ({ document, command })));

describe("commands in the documents", () => {
  const empty = mkdtempSync(join(tmpdir(), "tenor-documents-"));
  afterAll(() => rmSync(empty, { recursive: true, force: true }));

  test("each is run by a test, and each that a test runs is in a document", () => {
    const known = Object.keys(DOCUMENTED_COMMANDS);
    expect(commands.filter(({ command }) => !known.includes(command))).toEqual([]);
    const written = new Set(commands.map(({ command }) => command));
    expect(known.filter((command) => !written.has(command))).toEqual([]);
  });

  test("what another file is said to run stands in that file", () => {
    for (const [command, run] of Object.entries(DOCUMENTED_COMMANDS)) {
      if (run.by === "ci") expect(read(".ci/run"), command).toMatch(new RegExp(`^stage ".*" ${command}( |$)`, "m"));
      if (run.by !== "file") continue;
      if (run.file === "package.json") {
        const { scripts } = readPackage();
        expect(scripts["test"], command).toContain(scripts[command.replace("npm run ", "")]);
      } else expect(read(run.file), command).toContain(command);
    }
  });

  for (const [command, run] of Object.entries(DOCUMENTED_COMMANDS)) {
    if (run.by !== "documents") continue;
    test(command, { timeout: COMMAND_MS }, () => {
      const [program = "", ...words] = expand(command);
      const cwd = run.where === "repository" ? root : empty;
      const { status, stdout, stderr } = spawnSync(program, words, {
        cwd,
        encoding: "utf8",
        env: { ...process.env, NO_COLOR: "1" },
        timeout: COMMAND_MS,
      });
      expect(`${stderr}`.replace(/^npm warn.*$/gm, "").trim()).toBe("");
      expect(status).toBe(0);
      expect(stdout).toMatch(run.prints);
    });
  }
});

describe("links in the documents", () => {
  const anchorsOf = (document: string): readonly string[] =>
    [...read(document).matchAll(/^#+ (.*)$/gm)].map((match) =>
      match[1]!
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    );

  for (const document of DOCUMENTS) {
    test(`of ${document} resolve`, () => {
      const broken: string[] = [];
      for (const [, target = ""] of read(document)
        .replaceAll(/```[\s\S]*?```/g, "")
        .matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^(https?:|mailto:)/.test(target)) continue;
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? document : relative(root, resolve(root, dirname(document), path));
        const isThere = existsSync(join(root, file)) && !file.startsWith("..");
        if (!isThere || (anchor !== undefined && !anchorsOf(file).includes(anchor))) broken.push(target);
      }
      expect(broken).toEqual([]);
    });
  }

  test("every document is reached from the README", () => {
    const seen = new Set<string>();
    const visit = (document: string): void => {
      if (seen.has(document)) return;
      seen.add(document);
      for (const [, target = ""] of read(document).matchAll(/\]\(([^)\s#]+)/g)) {
        const file = relative(root, resolve(root, dirname(document), target));
        if (!existsSync(join(root, file))) continue;
        if (file.endsWith(".md")) visit(file);
        else if (!/\.[a-z]+$/.test(file)) {
          for (const below of DOCUMENTS.filter((name) => dirname(name) === file.replace(/\/$/, ""))) visit(below);
        }
      }
    };
    visit("README.md");
    expect(DOCUMENTS.filter((document) => !seen.has(document))).toEqual([]);
  });
});

test("no file that is shipped names a path of the machine it was written on", () => {
  const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).split("\n");
  const suspicious = files.filter((name) => /\.(md|json|ya?ml|toml|ts|mjs|cjs|sol|sh|css|html)$/.test(name));
  expect(suspicious.length).toBeGreaterThan(200);
  const found = suspicious.filter(
    (name) => existsSync(join(root, name)) && /["'`\s(=](?:\/home\/|\/Users\/|\/root\/|\/work\/)\w/.test(read(name)),
  );
  expect(found).toEqual([]);
});

describe("tables in the documents", () => {
  test("dependencies: every package has a reason, and every reason a package", () => {
    const pack = readPackage();
    const fields = ["dependencies", "devDependencies", "optionalDependencies"] as const;
    const packages = fields.flatMap((field) => Object.keys(pack[field] ?? {}));
    const rows = tableOf("docs/dependencies.md", "Package");
    expect(rows.map(([name = ""]) => name).sort()).toEqual(packages.sort());
    for (const [name, reason] of rows) expect(reason?.length ?? 0, name).toBeGreaterThan(4);
  });

  test("rooms: the architecture's table is the plan that the walls are made of, and the README's map is complete", async () => {
    type Room = { rooms: readonly string[] | "*"; packages: readonly string[]; node: boolean };
    const plan = (await import(join(root, "rooms.config.cjs"))) as { default: { rooms: Record<string, Room> } };
    const words = (cell = ""): string[] =>
      cell === "–"
        ? []
        : cell
            .replace(/ \(types only\)/g, "")
            .split(", ")
            .sort();
    const written = tableOf("docs/architecture.md", "Room").map(([room, rooms, packages, node]) => ({
      room,
      rooms: rooms === "every room" ? "*" : words(rooms),
      packages: words(packages),
      node: node === "yes",
    }));
    const planned = Object.entries(plan.default.rooms).map(([room, { rooms, packages, node }]) => ({
      room,
      rooms: rooms === "*" ? rooms : [...rooms].sort(),
      packages: [...packages].sort(),
      node,
    }));
    expect(written).toEqual(planned);
    const map = tableOf("README.md", "Room");
    expect(map.map(([room = ""]) => room).sort()).toEqual(planned.map(({ room }) => room).sort());
    const pure = planned.filter(({ node, room }) => !node && room !== "dashboard").map(({ room }) => room);
    expect(map.flatMap(([room = "", , isPure]) => (isPure === "yes" ? [room] : [])).sort()).toEqual(pure.sort());
  });

  test("settings: every key of a node's file is explained with its default", () => {
    const defaults = z.toJSONSchema(nodeConfigSchema, { io: "output" }) as JsonSchema;
    const wanted = new Map<string, string>();
    flatten(defaults, "", wanted);
    const rows = tableOf("docs/operations.md", "Key");
    const written = new Map(rows.map(([key = "", value = ""]) => [key, value]));
    expect([...written.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [key, value] of wanted) if (!key.startsWith("venues.")) expect(written.get(key), key).toBe(value);
  });

  test("API: every path of the operations page is served, and every path that is served is on it", () => {
    const routes = read("src/api/routes.ts") + read("src/api/server.ts");
    const served = [...routes.matchAll(/"(\/(?:livez|readyz|metrics|v1\/[^"]+))"/g)].map((match) =>
      match[1]!.replace(":name", "NAME"),
    );
    const written = [...read("docs/operations.md").matchAll(/`(\/(?:livez|readyz|metrics|v1\/)[^`]*)`/g)].map(
      (match) => match[1]!,
    );
    expect(written.filter((path) => !served.includes(path))).toEqual([]);
    expect(served.filter((path) => !written.includes(path))).toEqual([]);
  });

  test("decisions: the index lists every page with its title", () => {
    const index = read("docs/adr/README.md");
    for (const file of readdirSync(join(root, "docs", "adr")).filter((name) => /^\d{4}-/.test(name))) {
      const title = /^# (\d+)\. (.+)$/m.exec(read(`docs/adr/${file}`));
      expect(title?.[1], file).toBe(String(Number(file.slice(0, 4))));
      expect(index).toContain(`| [${title?.[1]}](${file}) | ${title?.[2]} |`);
    }
  });
});

type Alert = { readonly alert: string; readonly expr: string; readonly annotations: { readonly runbook: string } };

describe("alerts", () => {
  const file = parse(read("config/alerts/tenor.yml")) as { groups: readonly { rules: readonly Alert[] }[] };
  const alerts = file.groups.flatMap(({ rules }) => rules);

  test("each has a runbook that names it, and each runbook an alert", () => {
    for (const { alert, annotations } of alerts) expect(read(annotations.runbook), alert).toContain(`\`${alert}\``);
    const named = alerts.map(({ annotations }) => annotations.runbook);
    expect(filesBelow("docs/runbooks", ".md").filter((page) => !named.includes(page))).toEqual([]);
  });

  test("the operations page lists each beside its runbook", () => {
    const rows = tableOf("docs/operations.md", "Alert");
    const listed = rows.flatMap(([names = "", link]) => names.split(", ").map((alert) => ({ alert, link })));
    expect(listed.map(({ alert }) => alert).sort()).toEqual(alerts.map(({ alert }) => alert).sort());
    for (const { alert, link } of listed) {
      const page = alerts.find((one) => one.alert === alert)?.annotations.runbook.replace("docs/", "");
      expect(link).toContain(`(${page})`);
    }
  });

  test("alerts, the dashboard and the runbooks use metrics that the program has", () => {
    const sources = filesBelow("src", ".ts").map(read).join("\n");
    const known = new Set([...sources.matchAll(/"(tenor_[a-z0-9_]+)"/g)].map((match) => match[1]!));
    expect(known.size).toBeGreaterThan(15);
    const texts = [
      read("config/grafana/dashboards/tenor.json"),
      ...alerts.map(({ expr }) => expr),
      ...filesBelow("docs", ".md").map(read),
    ];
    const used = texts.flatMap((text) =>
      [...text.matchAll(/\btenor_[a-z0-9_]+\b/g)].map((match) => match[0].replace(/_(bucket|sum|count)$/, "")),
    );
    expect(used.length).toBeGreaterThan(15);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });
});

type JsonSchema = {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly default?: unknown;
};

/** `chain.quorum` → `2`; a dash where there is no default; one row for what all venues share. */
function flatten(schema: JsonSchema, path: string, into: Map<string, string>): void {
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    const at = path === "venues." ? "venues.*" : `${path}${key}`;
    if (value.properties !== undefined) flatten(value, `${at}.`, into);
    else into.set(at, value.default === undefined ? "–" : JSON.stringify(value.default));
  }
}
