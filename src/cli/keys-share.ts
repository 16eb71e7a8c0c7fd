/** `tenor keys verify-share`: whether this machine's share is the one that a network file calls for. Prints public facts only. */
import { Command } from "commander";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { type Keystore, openKeystore } from "../keystore/keystore.ts";
import { setupOf, sharesFor } from "../node/activation.ts";
import { loadNetwork, type NetworkFacts } from "../node/network-file.ts";
import { ending } from "./fail.ts";
import { readPassphrase } from "./passphrase.ts";

type VerifyOptions = { readonly dir: string; readonly network: string; readonly passphraseFile: string };

function memberId(facts: NetworkFacts, keystore: Keystore): number {
  const peerId = keystore.peerId();
  const member = facts.members.find((one) => one.peerId === peerId);
  if (member === undefined) {
    throw new OracleError(`this keystore's peer id ${peerId} is no member of ${facts.name}`, {
      code: "not-a-member",
      peerId,
    });
  }
  const own = keystore.publicIdentity();
  for (const key of ["observer", "transmitter"] as const) {
    if (own[key].toLowerCase() === member[key].toLowerCase()) continue;
    const message = `member ${member.id}'s ${key} is ${member[key]} in the network file, the keystore holds ${own[key]}`;
    throw new OracleError(message, { code: "key-mismatch", key });
  }
  return member.id;
}

/** The share's own statements, held against the network file's. */
function misfits(facts: NetworkFacts, id: number, share: ReturnType<Keystore["openShare"]>): readonly string[] {
  const { group, memberId: seenId } = share;
  const wanted: readonly (readonly [string, number | string, number | string])[] = [
    ["member", seenId, id],
    ["members", group.n, facts.n],
    ["signers", group.t, facts.t],
  ];
  const key: typeof wanted =
    facts.kind === "refresh" && facts.previous !== null
      ? [["group key", group.groupKeyX, facts.previous.groupKeyX]]
      : [];
  return [...wanted, ...key].flatMap(([what, seen, allowed]) =>
    seen === allowed ? [] : [`${what} ${seen}, wanted ${allowed}`],
  );
}

/**
 * Public facts of every share that the network file calls for.
 * @throws OracleError `not-a-member`, `key-mismatch`, `share-missing`, `share-misfit`, `keystore-…`; ConfigError
 */
export async function verifyShares({ dir, network, passphraseFile }: VerifyOptions): Promise<readonly object[]> {
  const facts = loadNetwork(network);
  const keystore = await openKeystore({
    dir,
    passphrase: readPassphrase(passphraseFile, "tenor keys init --new-passphrase"),
  });
  const id = memberId(facts, keystore);
  const headers = sharesFor(facts, keystore);
  if (headers.length === 0) {
    const message = `no share of configuration ${facts.configCount} of ${facts.name} lies in ${dir}`;
    throw new OracleError(`${message}: its ceremony has not come to an end here`, { code: "share-missing", dir });
  }
  return headers.map(({ transcriptHash }) => check(transcriptHash));

  function check(transcriptHash: Hex): object {
    // It opens only when its scalar fits the verifying share, and that the group's commitments.
    const share = keystore.openShare(transcriptHash);
    share.destroy();
    const problems = misfits(facts, id, share);
    if (problems.length > 0) {
      const message = `the share of ceremony ${transcriptHash} does not fit ${network}: ${problems.join("; ")}`;
      throw new OracleError(message, { code: "share-misfit", transcriptHash });
    }
    const isCertified = keystore.holdsCertificates(setupOf(facts), transcriptHash);
    return {
      member: id,
      configCount: facts.configCount,
      kind: facts.kind,
      transcriptHash,
      groupKeyX: share.group.groupKeyX,
      verifyingShare: share.group.verifyingShares[id],
      signers: share.group.t,
      members: share.group.n,
      // A restored keystore does not hold the ceremony's messages; the chain's word on the transcript is what counts.
      transcript: isCertified ? `certified by all ${facts.n} members` : "not held here",
    };
  }
}

export function verifyShareCommand(): Command {
  return new Command("verify-share")
    .description("open the share that a network file calls for and check it against its public key; shows no secret")
    .requiredOption("--dir <dir>", "the keystore")
    .requiredOption("--network <file>", "the network file")
    .requiredOption("--passphrase-file <file>", "file with the passphrase")
    .action(async (options: VerifyOptions) => {
      await ending(async () => {
        for (const share of await verifyShares(options)) process.stdout.write(`${JSON.stringify(share)}\n`);
      });
    });
}
