/** Evidence between real hosts on 127.0.0.1: one desk's accusation is every desk's conviction, and a false one costs score. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import { encodeEvidence } from "../../src/evidence/codec.ts";
import { EvidenceDesk } from "../../src/node/evidence-desk.ts";
import { openStore } from "../../src/store/store.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { envelope, evidence, judge, observe, publicConfiguration, scene } from "../evidence/support.ts";
import { bytesOf, startCommittee, systemClock, type TestNode } from "../network/committee.support.ts";
import { testFolder } from "../store/support/folder.ts";
import { hashOf } from "../support/protocol.ts";
import { notebook } from "./support/members.ts";

const { round } = scene();

function sit(node: TestNode) {
  const store = openStore({ path: join(testFolder(), "tenor.sqlite") });
  onTestFinished(() => store.close());
  const convicted: string[] = [];
  let tell = (): void => undefined;
  const told = new Promise<void>((resolve) => (tell = resolve));
  const desk = new EvidenceDesk(
    { selfId: node.id, configuration: publicConfiguration() },
    {
      judge,
      rows: store.evidence,
      publish: (bytes) => node.network.publish("evidence", bytesOf(toHex(bytes))),
      convict: (member, kind) => {
        convicted.push(`${member}: ${kind}`);
        tell();
      },
      currentRound: () => round,
      onChange: () => undefined,
      clock: systemClock,
      log: notebook().log,
      metrics: new Metrics(),
    },
  );
  node.judge = (channel, text, fromId) => (channel === "evidence" ? desk.receive(fromHex(text), fromId) : "accept");
  return { desk, store, convicted, told };
}

test("what one member proves, all store and tell their machines; what nobody did costs its bearer score", async () => {
  const { nodes, stop } = await startCommittee(3);
  onTestFinished(stop);
  const seats = nodes.map(sit);
  const two = [observe(2, round), observe(2, round, {}, 1)];
  const messages = [hashOf(two[0]!), hashOf(two[1]!)] as const;
  seats[0]!.desk.accused(
    { kind: "equivocated-observation", accused: 2, round, messages },
    two.map((message) => envelope(message)),
  );
  await Promise.all(seats.map(({ told }) => told));
  for (const { convicted, store } of seats) {
    expect(convicted).toEqual(["2: equivocated-observation"]);
    expect(store.evidence.list(10)).toHaveLength(1);
  }
  // The convicted member itself has heard it as well.
  expect(seats[1]!.desk.convictsSelf).toBe(true);

  const framed = evidence("equivocated-observation", 3, [observe(3, round), observe(3, round)]);
  nodes[1]!.network.publish("evidence", bytesOf(toHex(encodeEvidence(framed))));
  nodes[1]!.network.publish("report", bytesOf("later"));
  await Promise.all(
    [nodes[0]!, nodes[2]!].map((node) => node.until((all) => all.some(({ text }) => text === "later"))),
  );
  for (const node of [nodes[0]!, nodes[2]!]) expect(node.view(2).rejected).toBe(1);
  expect(seats.flatMap(({ convicted }) => convicted)).toHaveLength(3);
});
