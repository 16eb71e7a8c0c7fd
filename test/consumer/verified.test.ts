import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { OracleError } from "../../src/base/errors.ts";
import { leafIn, readReport } from "../../src/consumer/signed-report.ts";
import { fetchReport, verifyReport } from "../../src/consumer/verified.ts";
import { toldReports } from "./report.support.ts";

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof OracleError) return error.code;
    throw error;
  }
  return "accepted";
};

describe("a report that a node tells", () => {
  test("comes back in the form that was signed, with surfaces, settlements and entries", () => {
    const told = toldReports();
    for (const { reply, network, digest } of told) expect(verifyReport(readReport(reply), network).digest).toBe(digest);
    const kinds = told.flatMap(({ reply }) => readReport(reply).report.leaves.map(({ detail }) => detail?.kind));
    expect(new Set(kinds)).toEqual(new Set([undefined, "surface", "settlement"]));
  });

  test("is believed for its group and its network alone", () => {
    const [one, other] = toldReports();
    const strange = { ...one!.network, networkId: other!.digest };
    expect(codeOf(() => verifyReport(readReport(one!.reply), strange))).toBe("bad-signature");
    const foreign = { ...one!.network, groupKeyX: one!.network.networkId };
    expect(codeOf(() => verifyReport(readReport(one!.reply), foreign))).toBe("bad-signature");
  });

  test("is refused when any number, word or hash of it was changed", () => {
    const spoilt = (value: unknown): unknown => {
      if (typeof value === "number") return value === 0 ? 1 : value - 1;
      if (typeof value === "string" && /^-?\d+$/.test(value)) return value === "0" ? "1" : "0";
      if (typeof value === "string" && value.startsWith("0x"))
        return value.replace(/.$/, (x) => (x === "1" ? "2" : "1"));
      if (value === "ok") return "missing";
      if (value === "missing" || value === "disputed" || value === "none") return "ok";
      if (value === "final") return "agreed";
      return value === "averaging" ? "pending" : "averaging";
    };
    let tried = 0;
    for (const { reply, network } of toldReports().filter((_, i) => i % 8 === 0)) {
      const walk = (holder: Record<string, unknown>): void => {
        for (const key of Object.keys(holder)) {
          const kept = holder[key];
          // Not signed, and not read: the digest is computed, what is due stands in the payload, whose head says no more.
          if (["digest", "groupKeyX", "due", "submitPayload", "kind"].includes(key)) continue;
          if (["detailBytes", "detailHash", "leafBytes", "leafHash"].includes(key)) continue;
          if (typeof kept === "object" && kept !== null) {
            walk(kept as Record<string, unknown>);
            continue;
          }
          if (kept === null) continue;
          holder[key] = spoilt(kept);
          tried++;
          expect(
            codeOf(() => verifyReport(readReport(reply), network)),
            `${key}: ${JSON.stringify(kept)}`,
          ).not.toBe("accepted");
          holder[key] = kept;
        }
      };
      walk(reply);
    }
    expect(tried).toBeGreaterThan(50);
  });

  test("is refused with the path of what is wrong, whatever stands there", () => {
    const [told] = toldReports();
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(["bad-reply", "accepted"]).toContain(codeOf(() => readReport(value)));
        expect(["bad-reply", "accepted"]).toContain(codeOf(() => readReport({ ...told!.reply, leaves: [value] })));
      }),
    );
    const bent = { ...told!.reply, leaves: [{ ...(told!.reply["leaves"] as object[])[0], value: "1e9" }] };
    expect(() => readReport(bent)).toThrow('leaves[0].value: expected an integer as text, saw "1e9"');
    expect(() => leafIn(readReport(told!.reply).report, `0x${"00".repeat(32)}`)).toThrow(/expected a leaf of feed/);
  });
});

describe("a node that is asked", () => {
  async function node(answer: { status?: number; body: string }): Promise<string> {
    const server = createServer((_request, response) => response.writeHead(answer.status ?? 200).end(answer.body));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test("gives its newest report, which is checked", async () => {
    const [told] = toldReports();
    const url = await node({ body: JSON.stringify(told!.reply) });
    expect((await fetchReport(url, told!.network)).digest).toBe(told!.digest);
  });

  test.each([
    ["nothing yet", { status: 404, body: "{}" }, "no-report"],
    ["no JSON", { body: "<html>" }, "no-report"],
    ["too much", { body: `"${"x".repeat(5_000_000)}"` }, "no-report"],
    ["something else", { body: "{}" }, "bad-reply"],
  ])("and has %s is named", async (_, answer, code) => {
    const url = await node(answer);
    await expect(fetchReport(url, toldReports()[0]!.network)).rejects.toMatchObject({ code });
  });

  test("and never ends is left after four mebibytes", async () => {
    let sent = 0;
    const chunk = "x".repeat(64 * 1024);
    const server = createServer((_request, response) => {
      const go = (): void => {
        while (!response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once("drain", go);
        }
      };
      go();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => server.closeAllConnections());
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(fetchReport(url, toldReports()[0]!.network)).rejects.toThrow("more than 4194304 bytes");
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });

  test("and is not there is named", async () => {
    const asked = fetchReport("http://127.0.0.1:1", toldReports()[0]!.network);
    await expect(asked).rejects.toMatchObject({ code: "no-report" });
  });
});
