/** Sessions with real nonces and shares: what is named on fresh pairs is signed and adds up at everybody. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { rankSigners } from "../../src/protocol/delivery.ts";
import { leadershipOf } from "../../src/protocol/leader.ts";
import { nobleCurve } from "../../src/threshold/signing-curve.ts";
import { FIRST } from "../support/protocol.ts";
import { Committee, groupKey } from "./support/committee.ts";

const N = 7;
let committee: Committee;

beforeEach(() => {
  vi.useFakeTimers();
  committee = new Committee({}, N);
});
afterEach(() => {
  committee.stop();
  vi.useRealTimers();
});

test("of seven members, one that is silent and one that falls silent after its first share cost two sessions", async () => {
  const { config, ids } = committee;
  const { leader } = leadershipOf(config.cfg, FIRST, N);
  const ranked = rankSigners(committee.seat(leader).oracle.state, ids, FIRST).slice(0, config.t);
  const [silent, fickle] = ranked.filter((id) => id !== leader);
  // Their own shares complete a session at themselves: they keep the report to themselves, too. [R49]
  committee.mouths.set(silent!, (message) => (message.type === "share" || message.type === "report" ? [] : null));
  committee.mouths.set(fickle!, (message) =>
    message.type === "report" || (message.type === "share" && message.next !== null) ? [] : null,
  );
  committee.start();
  await committee.pass(1_050);

  const said = committee.said("propose", leader).filter(({ round }) => round === FIRST);
  const [first, second, third] = [0, 1, 2].map((attempt) => said.find((each) => each.attempt === attempt));
  expect([first?.attempt, second?.attempt, third?.attempt]).toEqual([0, 1, 2]);
  expect(second?.signers).not.toContain(silent);
  expect(second?.signers).toContain(fickle);
  expect(third?.signers).not.toContain(silent);
  expect(third?.signers).not.toContain(fickle);
  expect(third?.sources.map(({ id }) => id)).toEqual(second?.signers.filter((id) => id !== fickle));

  const { groupKeyX } = groupKey(N).group;
  for (const id of ids) {
    const [report] = committee.seat(id).published;
    expect(report?.report.round).toBe(FIRST);
    expect(nobleCurve.verifyGroupSignature(groupKeyX, report!.digest, report!.signature)).toBe(true);
    expect(committee.seat(id).accusations).toEqual([]);
  }
});
