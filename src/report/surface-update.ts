/**
 * The second argument of `VolSurface.update`: a surface's detail with its agreed slices in full and only the top of the
 * published ones, which a chain that reads the agreed ones does not need. All integers big-endian.
 *
 *   0x04 | 0x01 | gridRound u48 | spot i128 | count u8 | slice … 67 each | count u8 | top of published 32   58 + 67·n
 */
import type { Hex } from "../base/bytes.ts";
import { ByteWriter, toHex } from "../base/bytes.ts";
import type { SurfaceDetail } from "./detail.ts";
import { DETAIL_PREFIX, encodePublishedSlice, encodeSlice, SURFACE_CODE } from "./detail-codec.ts";
import { keccak } from "../base/keccak.ts";
import { merkleTop } from "./merkle.ts";

/** @throws OracleError `field-range` */
export function encodeSurfaceUpdate({ gridRound, spot, slices, published }: SurfaceDetail): Hex {
  const writer = new ByteWriter()
    .uint(DETAIL_PREFIX, 1)
    .uint(SURFACE_CODE, 1)
    .uint(gridRound, 6)
    .bigInt(spot, 16, true);
  writer.uint(slices.length, 1);
  for (const slice of slices) writer.raw(encodeSlice(slice));
  const top = merkleTop(published.map((slice) => keccak(encodePublishedSlice(slice))));
  return toHex(writer.uint(published.length, 1).raw(top).done());
}
