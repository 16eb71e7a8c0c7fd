import { describe, expect, test } from "vitest";
import type { GroupFile } from "../../src/evidence/group-file.ts";
import { ceremonyPartOf, configurationOf, parseGroupFile } from "../../src/evidence/group-file.ts";
import { groupFileOf } from "../../src/node/evidence-of.ts";
import { cfgHash } from "../../src/protocol/cfg.ts";
import { refreshOf, run, setupFor, startAll, startRefresh } from "../keystore/committee.ts";

const setup = setupFor(4);
const { members, disks } = startAll(setup);
run(members);
const result = members.get(1)!.result()!;
const facts = { setup, slotMs: 1_000, feedCount: 2 };
const times = { firstRound: 1_000, firstRoundTimeMs: 1_700_000_000_000 };
const part = ceremonyPartOf(setup, members.get(1)!.transcript(), result.transcriptHash)!;
const file: GroupFile = { version: 1, ...times, ceremonies: [part] };
const cfg = cfgHash({
  ...setup,
  groupKeyX: result.public.groupKeyX,
  transcriptHash: result.transcriptHash,
  ...times,
  slotMs: 1_000,
});

type Altered = Record<string, unknown> & {
  ceremonies: (Record<string, unknown> & { transcript: Record<string, string>[] })[];
};

describe("a group file", () => {
  test("gives the group of the ceremony and the cfg that the hub holds, from every member's transcript", () => {
    for (const member of members.values()) {
      const own = ceremonyPartOf(setup, member.transcript(), result.transcriptHash)!;
      const read = configurationOf(parseGroupFile(JSON.stringify({ ...file, ceremonies: [own] }))!, facts)!;
      expect(read).toMatchObject({ cfg, n: 4, f: 1, t: 3, feedCount: 2, ...times, slotMs: 1_000 });
      expect(read.group).toEqual(result.public);
    }
  });

  test("with anything altered in it is none or gives another cfg", () => {
    const altered = (change: (copy: Altered) => void) => {
      const copy = structuredClone(file) as unknown as Parameters<typeof change>[0];
      change(copy);
      const parsed = parseGroupFile(JSON.stringify(copy));
      return parsed === null ? null : (configurationOf(parsed, facts)?.cfg ?? null);
    };
    expect(altered(() => undefined)).toBe(cfg);
    expect(altered((copy) => (copy["firstRound"] = 1_001))).not.toBe(cfg);
    expect(altered((copy) => (copy["firstRoundTimeMs"] = 1))).not.toBe(cfg);
    for (const field of ["key", "deal", "commit"] as const) {
      const flip = (text: string) => `${text.slice(0, -1)}${text.endsWith("0") ? "1" : "0"}`;
      expect(
        altered(
          (copy) => (copy.ceremonies[0]!.transcript[2]![field] = flip(copy.ceremonies[0]!.transcript[2]![field]!)),
        ),
      ).not.toBe(cfg);
    }
    expect(altered((copy) => copy.ceremonies[0]!.transcript.reverse())).toBeNull();
    expect(altered((copy) => void copy.ceremonies[0]!.transcript.pop())).toBeNull();
    expect(altered((copy) => (copy["extra"] = 1))).toBeNull();
    expect(altered((copy) => (copy["version"] = 2))).toBeNull();
    expect(altered((copy) => (copy.ceremonies = [null] as never))).toBeNull();
    expect(altered((copy) => (copy.ceremonies[0]!["paramsHash"] = cfg))).toBeNull();
    expect(altered((copy) => (copy.ceremonies[0]!["configCount"] = 2))).toBeNull();
    expect(altered((copy) => copy.ceremonies.push(copy.ceremonies[0]!))).toBeNull();
    expect(altered((copy) => (copy.ceremonies = []))).toBeNull();
  });

  test("of one network is none for another: the ceremony's id is in every message", () => {
    expect(configurationOf(file, { ...facts, setup: setupFor(4, 2) })).toBeNull();
    expect(configurationOf(file, { ...facts, setup: setupFor(7) })).toBeNull();
    expect(configurationOf(file, { ...facts, slotMs: 500 })!.cfg).not.toBe(cfg);
  });

  test("is not made of half a transcript", () => {
    const whole = members.get(1)!.transcript();
    expect(ceremonyPartOf(setup, whole.slice(1), result.transcriptHash)).toBeNull();
    expect(ceremonyPartOf(setup, [], result.transcriptHash)).toBeNull();
    expect(ceremonyPartOf(setup, whole, cfg)).toBeNull();
  });
});

describe("after a refresh", () => {
  const second = refreshOf(setup, disks);
  const { members: refreshed } = startRefresh(second, disks);
  run(refreshed);
  const renewed = refreshed.get(1)!.result()!;
  const own = ceremonyPartOf(second, refreshed.get(1)!.transcript(), renewed.transcriptHash)!;
  const chain = (ceremonies: GroupFile["ceremonies"]) =>
    configurationOf({ ...file, ceremonies }, { ...facts, setup: second });

  test("the chain of ceremonies gives the old key, the new verifying shares and the new cfg", () => {
    const read = chain([part, own])!;
    expect(read.group).toEqual(renewed.public);
    expect(read.group.groupKeyX).toBe(result.public.groupKeyX);
    expect(read.group.verifyingShares[2]).not.toBe(result.public.verifyingShares[2]);
    const { groupKeyX } = result.public;
    const { transcriptHash } = renewed;
    expect(read.cfg).toBe(cfgHash({ ...second, groupKeyX, transcriptHash, ...times, slotMs: 1_000 }));
  });

  test("a chain with a link too few, too many or of another key is none", () => {
    expect(chain([own])).toBeNull();
    expect(chain([part])).toBeNull();
    expect(chain([part, own, own])).toBeNull();
    expect(chain([own, part])).toBeNull();
    const flipped = { ...part.transcript[0]!, deal: cfg };
    expect(chain([{ ...part, transcript: [flipped, ...part.transcript.slice(1)] }, own])).toBeNull();
    expect(configurationOf(file, { ...facts, setup: second })).toBeNull();
  });

  test("a node gives the chain when it remembers what came before", () => {
    const texts = new Map<string, string>();
    const memory = {
      get: (key: string) => texts.get(key),
      put: (key: string, text: string) => void texts.set(key, text),
    };
    const networkFacts = (from: typeof setup, over: object) =>
      ({ ...from, n: 4, rules: [], slotMs: 1_000, ...over }) as never;
    const activated = (group: typeof result) =>
      ({ configuration: times, share: { transcriptHash: group.transcriptHash, group: group.public } }) as never;
    const first = networkFacts(setup, { kind: "ceremony", previous: null });
    const previous = { transcriptHash: result.transcriptHash, groupKeyX: result.public.groupKeyX };
    const next = networkFacts(second, { kind: "refresh", previous });
    const messages = refreshed.get(1)!.transcript();
    expect(groupFileOf(next, activated(renewed), messages, memory)).toBeNull();
    expect(groupFileOf(first, activated(result), members.get(1)!.transcript(), memory)).toEqual(file);
    expect(groupFileOf(next, activated(renewed), messages, memory)).toEqual({ ...file, ceremonies: [part, own] });
  });
});
