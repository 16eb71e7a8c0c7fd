import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import type { PublishedSlice, SurfaceDetail } from "../../src/report/detail.ts";
import { detailHash, encodeDetail, SLICE_BYTES } from "../../src/report/detail-codec.ts";
import { keccak } from "../../src/base/keccak.ts";
import { merkleTop } from "../../src/report/merkle.ts";
import { encodeSurfaceUpdate } from "../../src/report/surface-update.ts";

const HEAD = 25;
const params = { a: -5n, b: 7n, rho: -11n, m: 13n, sigma: 17n };
const published: PublishedSlice = {
  expiryMs: 1_767_254_400_000,
  round: 3,
  fitTimeMs: 1_767_225_600_000,
  forwardRatio: 10n ** 18n,
  params,
};

function detailOf(count: number, held: number): SurfaceDetail {
  return {
    kind: "surface",
    gridRound: 42,
    spot: 9_500_000_000_000n,
    slices: Array.from({ length: count }, (_, i) => ({
      expiryMs: 1_767_254_400_000 + i * 86_400_000,
      forward: 9_500_000_000_000n + BigInt(i),
      params,
      theta: 19n,
      centreErrorVolBps: 1,
      wingErrorVolBps: 2,
    })),
    published: Array.from({ length: held }, () => published),
  };
}

describe("what VolSurface.update takes", () => {
  test.each([1, 2, 3, 5, 11, 16])(
    "%i slices: with their top in their place it is what the leaf commits to",
    (count) => {
      const detail = detailOf(count, 4);
      const bytes = fromHex(encodeSurfaceUpdate(detail));
      expect(bytes.length).toBe(58 + count * SLICE_BYTES);
      const slices = Array.from({ length: count }, (_, i) =>
        bytes.slice(HEAD + i * SLICE_BYTES, HEAD + (i + 1) * SLICE_BYTES),
      );
      const hashed = [bytes.slice(0, HEAD), merkleTop(slices.map(keccak)), bytes.slice(-33)];
      expect(toHex(keccak(Uint8Array.from(hashed.flatMap((part) => [...part]))))).toBe(toHex(detailHash(detail)));
    },
  );

  test("it is shorter than what messages carry by what the chain does not read", () => {
    const detail = detailOf(11, 11);
    expect(fromHex(encodeSurfaceUpdate(detail)).length).toBeLessThan(encodeDetail(detail).length - 11 * 70);
  });
});
