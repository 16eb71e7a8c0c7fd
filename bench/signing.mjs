// `npm run bench -- signing [--json]`: what a session costs and what it costs to name a liar, with noble and, where it is
// installed, libsecp256k1, beside noble's own FROST, which blames t members by t sessions. Milliseconds of the fastest of
// several passes: the slower ones measure the machine's other work.
import { createHash } from "node:crypto";
import { loadCurve } from "../dist/keystore/native-curve.js";
import { parsePoint, parseScalar, Scalar, scalarBytes } from "../dist/threshold/curve.js";
import { combineDealers } from "../dist/threshold/group.js";
import { nobleCurve } from "../dist/threshold/signing-curve.js";
import { FROST } from "../dist/threshold/suite.js";

const asJson = process.argv.includes("--json");
const SIZES = [
  [3, 4],
  [5, 7],
  [11, 16],
  [21, 31],
];
const PASSES = 7;
const hex = (bytes) => `0x${Buffer.from(bytes).toString("hex")}`;
const digestBytes = createHash("sha256").update("bench").digest();
const digest = hex(digestBytes);

function fastest(run) {
  let best = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < PASSES; pass++) {
    const start = process.hrtime.bigint();
    run();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e6);
  }
  return best;
}

/** A key dealt in one place, and one session of it by the reference suite, with a wrong share. */
function sessionOf(t, n) {
  const dealt = FROST.trustedDealer({ min: t, max: n });
  const { group, negated } = combineDealers(n, t, [dealt.public.commitments.map((bytes) => parsePoint(bytes))]);
  const ids = Array.from({ length: t }, (_, i) => i + 1);
  const publicPart = {
    signers: { min: t, max: n },
    commitments: group.commitments.map((text) => Uint8Array.from(Buffer.from(text.slice(2), "hex"))),
    verifyingShares: Object.fromEntries(
      Object.entries(group.verifyingShares).map(([id, text]) => [
        FROST.Identifier.fromNumber(Number(id)),
        Uint8Array.from(Buffer.from(text.slice(2), "hex")),
      ]),
    ),
  };
  const drawn = ids.map((id) => {
    const identifier = FROST.Identifier.fromNumber(id);
    const share = parseScalar(dealt.secretShares[identifier].signingShare);
    const secret = { identifier, signingShare: scalarBytes(negated ? Scalar.neg(share) : share) };
    return { id, secret, ...FROST.commit(secret) };
  });
  const list = drawn.map(({ commitments }) => commitments);
  const made = drawn.map(({ id, secret, nonces }) => [
    id,
    FROST.signShare(secret, publicPart, nonces, list, digestBytes),
  ]);
  const shares = new Map(made.map(([id, z]) => [id, hex(z)]));
  const bad = new Map(shares).set(t, shares.get(1));
  const badForReference = Object.fromEntries(made.map(([id, z]) => [FROST.Identifier.fromNumber(id), z]));
  badForReference[FROST.Identifier.fromNumber(t)] = made[0][1];
  const commitments = drawn.map(({ id, commitments: { hiding, binding } }) => ({
    id,
    hiding: hex(hiding),
    binding: hex(binding),
  }));
  const byReference = () => {
    try {
      FROST.aggregate(publicPart, list, digestBytes, badForReference);
    } catch {
      return;
    }
    throw new Error("the reference took a wrong share");
  };
  return { group, commitments, shares, bad, byReference };
}

const { curve, why } = await loadCurve();
const curves = why === null ? [nobleCurve, curve] : [nobleCurve];
if (why !== null && !asJson) process.stdout.write(`${why}\n`);
const rows = [];
for (const [t, n] of SIZES) {
  const { group, commitments, shares, bad, byReference } = sessionOf(t, n);
  for (const by of curves) {
    const open = () => by.openAttempt(group, digest, commitments).attempt;
    const attempt = open();
    const sum = attempt.aggregate(shares);
    if (!sum.ok || attempt.aggregate(bad).culprits.join() !== String(t)) throw new Error("a session went wrong");
    const add = (name, value) => rows.push({ name: `(${t},${n}) ${by.name}: ${name}`, value, unit: "ms" });
    add("session", fastest(open));
    add(
      "one share checked",
      fastest(() => attempt.shareIsGood(1, shares.get(1))),
    );
    add(
      `all ${t} shares checked`,
      fastest(() => attempt.aggregate(bad)),
    );
    add(
      "sum checked",
      fastest(() => attempt.aggregate(shares)),
    );
    add(
      "signature verified",
      fastest(() => by.verifyGroupSignature(group.groupKeyX, digest, sum.signature)),
    );
    add(
      "nonce pair",
      fastest(() => [by.commit(scalarBytes(5n)), by.commit(scalarBytes(7n))]),
    );
  }
  rows.push({
    name: `(${t},${n}) noble's FROST as it stands: blames 1 of ${t}`,
    value: fastest(byReference),
    unit: "ms",
  });
}
for (const { name, value, unit } of rows) {
  process.stdout.write(
    asJson
      ? `${JSON.stringify({ name, value, unit })}\n`
      : `${name.padEnd(58)}${value.toFixed(3).padStart(10)} ${unit}\n`,
  );
}
