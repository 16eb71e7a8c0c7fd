/** Which member of a configuration this keystore is; its keys must be the ones that the network file lists. */
import { OracleError } from "../base/errors.ts";
import type { Keystore } from "../keystore/keystore.ts";
import type { Member, NetworkFacts } from "./network-file.ts";

type Self = Pick<Keystore, "peerId" | "publicIdentity">;

/** @throws OracleError `not-a-member`, `key-mismatch` */
export function selfIn(facts: NetworkFacts, keystore: Self): number {
  const peerId = keystore.peerId();
  const self = facts.members.find((member) => member.peerId === peerId);
  if (self === undefined) {
    throw new OracleError(`this keystore's peer id ${peerId} is no member of ${facts.name}`, {
      code: "not-a-member",
      peerId,
    });
  }
  const key = foreignKeyOf(self, keystore);
  if (key === null) return self.id;
  const seen = keystore.publicIdentity()[key];
  throw new OracleError(`member ${self.id}'s ${key} is ${self[key]} in the network file, the keystore holds ${seen}`, {
    code: "key-mismatch",
    key,
  });
}

/** The key that the file lists for this very member and the keystore has otherwise; null where all fit, or it is no member. */
export function foreignKeyIn(facts: NetworkFacts, keystore: Self): "observer" | "transmitter" | null {
  const self = facts.members.find((member) => member.peerId === keystore.peerId());
  return self === undefined ? null : foreignKeyOf(self, keystore);
}

function foreignKeyOf(self: Member, keystore: Self): "observer" | "transmitter" | null {
  const mine = keystore.publicIdentity();
  const keys = ["observer", "transmitter"] as const;
  return keys.find((key) => mine[key].toLowerCase() !== self[key].toLowerCase()) ?? null;
}
