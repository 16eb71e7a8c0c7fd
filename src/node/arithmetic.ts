/** What a node calculates with: the fastest of its kind that is there and says what the reference says. */
import type { Logger } from "../base/ports.ts";
import { loadCurve } from "../keystore/native-curve.ts";
import type { SigningCurve } from "../threshold/signing-curve.ts";
import { hashFaster } from "./fast-keccak.ts";

export async function loadArithmetic(log: Logger): Promise<SigningCurve> {
  const { curve, why } = await loadCurve();
  log.info("curve arithmetic", { by: curve.name, ...(why === null ? {} : { why }) });
  const slowHash = await hashFaster();
  log.info("keccak256", {
    by: slowHash === null ? "hash-wasm" : "noble",
    ...(slowHash === null ? {} : { why: slowHash }),
  });
  return curve;
}
