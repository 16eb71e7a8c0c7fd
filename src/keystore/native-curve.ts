/**
 * libsecp256k1 through its Node binding, where it is installed and loads: forty times faster than JavaScript. It is an
 * optional dependency; without it, or when it disagrees with the reference, noble does the work and the log says so.
 */
import { reasonOf } from "../base/errors.ts";
import { concatBytes } from "../base/bytes.ts";
import { scalarBytes } from "../threshold/curve.ts";
import type { CurveBackend } from "../threshold/curve-backend.ts";
import { agreesWithReference } from "../threshold/curve-backend.ts";
import { nobleCurve, type SigningCurve, signingCurve } from "../threshold/signing-curve.ts";

/** What is used of the binding. It throws on bytes that are no point or no scalar, and on a sum that is the identity. */
export type NativeBinding = {
  publicKeyVerify(point: Uint8Array): boolean;
  publicKeyConvert(point: Uint8Array, compressed: boolean): Uint8Array;
  publicKeyCreate(secret: Uint8Array, compressed: boolean): Uint8Array;
  publicKeyTweakMul(point: Uint8Array, scalar: Uint8Array, compressed: boolean): Uint8Array;
  publicKeyCombine(points: readonly Uint8Array[], compressed: boolean): Uint8Array;
};

const POINT_BYTES = 33;
const UNCOMPRESSED_BYTES = 65;
/** The binding's own word for a sum that is the identity; its other errors are bugs of the caller and are passed on. */
const IDENTITY = "The sum of the public keys is not valid";
const FIRST_COMPRESSED_TAGS: readonly number[] = [2, 3];

/** Points are 65 bytes uncompressed: parsing those needs no square root. */
export function nativeBackend(binding: NativeBinding): CurveBackend<Uint8Array> {
  return {
    name: "libsecp256k1",
    parse(bytes) {
      // The library would take hybrid and uncompressed encodings too; one statement has one encoding.
      if (bytes.length !== POINT_BYTES || !FIRST_COMPRESSED_TAGS.includes(bytes[0]!)) return null;
      return binding.publicKeyVerify(bytes) ? binding.publicKeyConvert(bytes, false) : null;
    },
    combine(base, terms) {
      const points: Uint8Array[] = [];
      if (base !== 0n) points.push(binding.publicKeyCreate(scalarBytes(base), false));
      for (const { point, scalar } of terms) {
        if (scalar === 1n) points.push(point);
        else if (scalar !== 0n) points.push(binding.publicKeyTweakMul(point, scalarBytes(scalar), false));
      }
      if (points.length === 0) return null;
      try {
        return binding.publicKeyCombine(points, false);
      } catch (error) {
        if (reasonOf(error) === IDENTITY) return null;
        throw error;
      }
    },
    compressed: (point) =>
      concatBytes(Uint8Array.of(2 + (point[UNCOMPRESSED_BYTES - 1]! & 1)), point.subarray(1, POINT_BYTES)),
    uncompressed: (point) => point,
    commit: (secret) => binding.publicKeyCreate(secret, true),
  };
}

export type LoadedCurve = {
  readonly curve: SigningCurve;
  /** Why noble does the work; null when the native library does. */
  readonly why: string | null;
};

/** @param load imports the binding; given by tests that take it away or break it */
export async function loadCurve(load: () => Promise<NativeBinding> = importBinding): Promise<LoadedCurve> {
  try {
    const backend = nativeBackend(await load());
    if (agreesWithReference(backend)) return { curve: signingCurve(backend), why: null };
    return { curve: nobleCurve, why: "libsecp256k1 disagrees with the reference and is not used" };
  } catch (error) {
    return { curve: nobleCurve, why: `libsecp256k1 is not there: ${reasonOf(error)}` };
  }
}

const METHODS = [
  "publicKeyVerify",
  "publicKeyConvert",
  "publicKeyCreate",
  "publicKeyTweakMul",
  "publicKeyCombine",
] as const satisfies readonly (keyof NativeBinding)[];

function isBinding(value: unknown): value is NativeBinding {
  return (
    typeof value === "object" &&
    value !== null &&
    METHODS.every((name) => typeof Reflect.get(value, name) === "function")
  );
}

/** @throws Error where the package or its binary is not there */
export async function importBinding(): Promise<NativeBinding> {
  // The binding itself and not the package's front, which falls back on another JavaScript library without a word.
  const module: unknown = await import("secp256k1/bindings.js");
  const binding: unknown = typeof module === "object" && module !== null ? Reflect.get(module, "default") : undefined;
  if (isBinding(binding)) return binding;
  throw new Error(`secp256k1 gives no binding, wanted ${METHODS.join(", ")}`);
}
