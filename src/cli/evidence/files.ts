/** The three files of an auditor: evidence, network file, group file. */
import { readFileSync, statSync } from "node:fs";
import { OracleError, reasonOf } from "../../base/errors.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import { configurationOf, parseGroupFile } from "../../evidence/group-file.ts";
import { parseEvidenceFile } from "../../evidence/json-form.ts";
import { EVIDENCE_FILE_BYTES_MAX } from "../../evidence/limits.ts";
import type { JudgeDoors, PublicConfiguration } from "../../evidence/public-configuration.ts";
import { setupOf } from "../../node/activation.ts";
import { judgeDoorsOf } from "../../node/evidence-of.ts";
import type { NetworkFacts } from "../../node/network-file.ts";
import { loadNetwork } from "../../node/network-file.ts";
import { nobleCurve } from "../../threshold/signing-curve.ts";

/** Commitments of a hundred dealers in hexadecimal are below 1 MB. */
const GROUP_FILE_BYTES_MAX = 2 * 1024 * 1024;

function readBytes(path: string, bytesMax: number): Uint8Array {
  try {
    const seen = statSync(path).size;
    if (seen <= bytesMax) return new Uint8Array(readFileSync(path));
    throw new OracleError(`${path} has ${seen} bytes, at most ${bytesMax} wanted`, { code: "cannot-read", path, seen });
  } catch (error) {
    if (error instanceof OracleError) throw error;
    throw new OracleError(`${path} cannot be read: ${reasonOf(error)}`, { code: "cannot-read", path }, error);
  }
}

/** @throws OracleError `cannot-read` also for what is in neither form of evidence */
export function readEvidenceFile(path: string): Evidence {
  const evidence = parseEvidenceFile(readBytes(path, EVIDENCE_FILE_BYTES_MAX));
  if (evidence !== null) return evidence;
  throw new OracleError(`${path} is no evidence, neither as JSON nor as bytes`, { code: "cannot-read", path });
}

export type Court = {
  readonly facts: NetworkFacts;
  readonly configuration: PublicConfiguration;
  readonly judge: JudgeDoors;
};

/** @throws OracleError `bad-config`, `cannot-read` */
export function readCourt(networkPath: string, groupPath: string): Court {
  const facts = loadNetwork(networkPath);
  const file = parseGroupFile(new TextDecoder().decode(readBytes(groupPath, GROUP_FILE_BYTES_MAX)));
  if (file === null) throw new OracleError(`${groupPath} is no group file`, { code: "cannot-read", path: groupPath });
  const { slotMs, rules } = facts;
  const configuration = configurationOf(file, { setup: setupOf(facts), slotMs, feedCount: rules.length });
  if (configuration === null) {
    throw new OracleError(`${groupPath} holds no ceremony of the network in ${networkPath}`, {
      code: "cannot-read",
      path: groupPath,
    });
  }
  return { facts, configuration, judge: judgeDoorsOf(facts.members, nobleCurve) };
}
