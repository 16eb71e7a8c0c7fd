/**
 * The judge: evidence and a public configuration in, a verdict out. Nobody's word counts, the accuser's least of all: every
 * envelope's signature is checked and the fault is computed again. Pure but for the ed25519 door; never throws.
 */
import { unreachable } from "../base/errors.ts";
import type { Evidence, EvidenceKind } from "./evidence.ts";
import { judgeProposal } from "./judge-proposal.ts";
import { judgeShare } from "./judge-share.ts";
import { judgeObservations, judgeProposals, judgeShares } from "./judge-statements.ts";
import type { JudgeDoors, PublicConfiguration } from "./public-configuration.ts";
import type { Statement } from "./statement.ts";
import { isOfType, openEnvelope } from "./statement.ts";
import type { Dismissal, EvidenceVerdict, Judgement, SeenEnvelope } from "./verdict.ts";
import { dismiss } from "./verdict.ts";

/** How many envelopes a kind has, so that the cheapest check comes first. */
function countFits(kind: EvidenceKind, count: number, t: number): boolean {
  switch (kind) {
    case "equivocated-observation":
    case "equivocated-proposal":
    case "double-sign":
      return count === 2;
    case "bad-share":
      return count === 2 + t;
    case "bad-proposal":
      return count === 1 || count === 2;
    default:
      return unreachable(kind);
  }
}

/** The two envelopes of kinds that are two statements of the accused. */
function pairFault(evidence: Evidence, [first, second]: readonly Statement[]): Dismissal | null {
  if (first!.message.sender !== evidence.accused || second!.message.sender !== evidence.accused) {
    return "not-said-by-the-accused";
  }
  if (first!.hash === second!.hash) return "one-statement-twice";
  return first!.hash < second!.hash ? null : "wrong-order";
}

function judge(
  evidence: Evidence,
  statements: readonly Statement[],
  configuration: PublicConfiguration,
  { curve }: JudgeDoors,
): Judgement {
  const [first, second, ...rest] = statements;
  if (first === undefined || first.message.sender !== evidence.accused) return dismiss("not-said-by-the-accused");
  switch (evidence.kind) {
    case "equivocated-observation":
    case "equivocated-proposal":
    case "double-sign": {
      const fault = pairFault(evidence, statements);
      return fault === null ? judgePair(evidence.kind, first, second!) : dismiss(fault);
    }
    case "bad-share":
      if (!isOfType(first, "share") || second === undefined || !isOfType(second, "propose")) {
        return dismiss("wrong-message-type");
      }
      return judgeShare(first.message, second, rest, configuration, curve);
    case "bad-proposal":
      if (!isOfType(first, "propose")) return dismiss("wrong-message-type");
      return judgeProposal(first.message, second, configuration);
    default:
      return unreachable(evidence.kind);
  }
}

function judgePair(
  kind: Extract<EvidenceKind, "equivocated-observation" | "equivocated-proposal" | "double-sign">,
  { message: first }: Statement,
  { message: second }: Statement,
): Judgement {
  switch (kind) {
    case "equivocated-observation":
      if (first.type !== "observe" || second.type !== "observe") return dismiss("wrong-message-type");
      return judgeObservations(first, second);
    case "equivocated-proposal":
      if (first.type !== "propose" || second.type !== "propose") return dismiss("wrong-message-type");
      return judgeProposals(first, second);
    case "double-sign":
      if (first.type !== "share" || second.type !== "share") return dismiss("wrong-message-type");
      return judgeShares(first, second);
    default:
      return unreachable(kind);
  }
}

/** What a PROPOSE names wrongly may be of another round: that is then its fault. */
function mayBeOfAnotherRound(kind: EvidenceKind, position: number): boolean {
  return kind === "bad-proposal" && position === 1;
}

/** Opens and authenticates one envelope after the other; the first that is wrong ends it. */
function openAll(
  evidence: Evidence,
  configuration: PublicConfiguration,
  doors: JudgeDoors,
): {
  readonly statements: readonly Statement[];
  readonly seen: readonly SeenEnvelope[];
  readonly why: Dismissal | null;
} {
  const statements: Statement[] = [];
  const seen: SeenEnvelope[] = [];
  for (const [position, envelope] of evidence.envelopes.entries()) {
    const statement = openEnvelope(envelope);
    if (statement === null) return { statements, seen, why: "malformed" };
    const { message, hash, signature, cfg } = statement;
    const { type, sender, round } = message;
    const isMember = sender >= 1 && sender <= configuration.n;
    const isOurs = cfg === configuration.cfg;
    const isSignatureGood = isOurs && isMember && doors.signatureFits(sender, hash, signature);
    seen.push({ type, sender, round, hash, isSignatureGood });
    if (!isOurs) return { statements, seen, why: "other-configuration" };
    if (!isMember) return { statements, seen, why: "not-a-member" };
    if (!isSignatureGood) return { statements, seen, why: "bad-signature" };
    if (round !== evidence.round && !mayBeOfAnotherRound(evidence.kind, position)) {
      return { statements, seen, why: "wrong-round" };
    }
    statements.push(statement);
  }
  return { statements, seen, why: null };
}

export function verifyEvidence(
  evidence: Evidence,
  configuration: PublicConfiguration,
  doors: JudgeDoors,
): EvidenceVerdict {
  const { kind, cfg, accused, envelopes } = evidence;
  if (cfg !== configuration.cfg) return { convicts: false, why: "other-configuration", seen: [] };
  if (accused < 1 || accused > configuration.n) return { convicts: false, why: "not-a-member", seen: [] };
  if (!countFits(kind, envelopes.length, configuration.t)) {
    return { convicts: false, why: "wrong-number-of-envelopes", seen: [] };
  }
  const { statements, seen, why } = openAll(evidence, configuration, doors);
  return { ...(why === null ? judge(evidence, statements, configuration, doors) : dismiss(why)), seen };
}
