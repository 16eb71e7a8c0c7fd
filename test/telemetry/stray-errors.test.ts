/** Processes of their own: what nobody caught would end the tests' as well. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const built = (path: string): string => pathToFileURL(join(import.meta.dirname, "../../dist", path)).href;

function run(body: string): { readonly status: number | null; readonly out: string; readonly errors: string } {
  const script = `
    import { openLog } from "${built("telemetry/log.js")}";
    import { Metrics } from "${built("telemetry/metrics.js")}";
    import { endOnUncaught, watchRejections } from "${built("telemetry/stray-errors.js")}";
    const { log, flush } = openLog({ level: "info", destination: { kind: "stdout" } });
    const metrics = new Metrics();
    ${body}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
    timeout: 30_000,
  });
  return { status, out: stdout, errors: stderr };
}

const GO_ON = `setTimeout(async () => { log.info(await metrics.text()); flush(); }, 20);`;

test("a promise that failed and that nobody waits for is said and counted, and the process goes on", () => {
  const { status, out } = run(`
    watchRejections({ log, metrics });
    Promise.reject(new Error("a stream ended"));
    Promise.reject(new Event("close"));
    ${GO_ON}`);
  expect(status).toBe(0);
  const said = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { msg: string; reason?: string; level: string });
  expect(said.slice(0, 2)).toMatchObject([
    { level: "error", msg: "a promise failed and nobody was told", reason: "a stream ended" },
    { level: "error", msg: "a promise failed and nobody was told", reason: 'event "close"' },
  ]);
  expect(said[2]?.msg).toMatch(/^tenor_unhandled_rejections_total 2$/m);
});

test("without the watch, and after it, such a promise ends the process", () => {
  expect(run(`Promise.reject(new Error("a stream ended")); ${GO_ON}`).status).toBe(1);
  const after = run(`watchRejections({ log, metrics }).stop(); Promise.reject(new Error("a stream ended")); ${GO_ON}`);
  expect(after.status).toBe(1);
  expect(after.errors).toContain("a stream ended");
});

test("an exception that nobody caught is said in the log, and ends the process", () => {
  const { status, out } = run(`
    endOnUncaught({ log, flush });
    setTimeout(() => { throw new Error("a bug"); }, 1);
    setTimeout(() => log.info("still here"), 200);`);
  expect(status).toBe(1);
  const lines = out.trim().split("\n");
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: "error",
    msg: "an exception that nobody caught: this process ends",
    reason: "a bug",
  });
});
