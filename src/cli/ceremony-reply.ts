/** What a member says of itself and of the key ceremony it is in. */
import type { CeremonyPhase } from "../api/view.ts";
import type { Hex } from "../base/bytes.ts";
import { getJson } from "./node-json.ts";
import { list, type Members, members, number, orNull, refuse, text, word } from "./reply-guards.ts";

export type KeyResult = { readonly groupKeyX: Hex; readonly transcriptHash: Hex };

export type MemberReply = {
  readonly id: number;
  readonly networkId: Hex;
  /** Null while no configuration is active there. */
  readonly cfg: Hex | null;
  readonly ceremony: {
    /** Of the configuration that the ceremony is for; null when the node does not say. */
    readonly configCount: number | null;
    readonly phase: CeremonyPhase;
    readonly have: readonly number[];
    readonly culprits: readonly { readonly id: number; readonly why: string }[];
    readonly result: KeyResult | null;
  };
};

const PHASES: readonly CeremonyPhase[] = ["waiting", "dealing", "confirming", "complete", "failed"];

function hash(value: unknown, what: string): Hex {
  const said = text(value, what);
  return /^0x[0-9a-f]{64}$/i.test(said) ? `0x${said.slice(2)}` : refuse(`expected ${what} to be 32 bytes`, value);
}

function numbers(value: unknown, what: string): readonly number[] {
  return Array.isArray(value)
    ? value.map((item) => number(item, what))
    : refuse(`expected ${what} to be a list`, value);
}

function readCeremony({ configCount, phase, have, culprits, faults, result }: Members): MemberReply["ceremony"] {
  const ids = numbers(culprits, "culprits");
  const told = orNull(faults, (value) =>
    list(value, "faults", ({ id, why }) => ({ id: number(id, "id"), why: text(why, "why") })),
  );
  return {
    configCount: orNull(configCount, (value) => number(value, "configCount")),
    phase: word(phase, PHASES, "the phase"),
    have: numbers(have, "have"),
    culprits: told ?? ids.map((id) => ({ id, why: "at fault" })),
    result: orNull(result, (value) => {
      const { groupKeyX, transcriptHash } = members(value, "result");
      return { groupKeyX: hash(groupKeyX, "groupKeyX"), transcriptHash: hash(transcriptHash, "transcriptHash") };
    }),
  };
}

/** @param nodeUrl without a slash at the end. @throws OracleError `unreachable`, `not-a-node` */
export async function askMember(nodeUrl: string, stop: AbortSignal): Promise<MemberReply> {
  const [status, ceremony] = await Promise.all(
    ["/v1/status", "/v1/ceremony"].map(async (path) => await getJson(`${nodeUrl}${path}`, stop)),
  );
  const { identity } = members(status, "the body");
  const { nodeId, networkId, cfg } = members(identity, "identity");
  return {
    id: number(nodeId, "nodeId"),
    networkId: hash(networkId, "networkId"),
    cfg: orNull(cfg, (value) => hash(value, "cfg")),
    ceremony: readCeremony(members(ceremony, "the body")),
  };
}
