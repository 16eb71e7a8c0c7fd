/** A signed report as a node's `/v1/reports/latest` tells it, back in the form that was signed. */
import { fromHex, type Hex } from "../base/bytes.ts";
import { ENTRY_BYTES, SUBMIT_HEADER_BYTES } from "../report/codec.ts";
import type { AgreedSlice, FeedDetail, PublishedSlice, SviWords } from "../report/detail.ts";
import { SLICES_MAX } from "../report/detail.ts";
import type { FeedState, GroupSignature, PushEntry, Report } from "../report/report.ts";
import { statusFromCode } from "../report/report.ts";
import { hex, integer, list, members, oneOf, refuse, whole } from "./reading.ts";

/** What a node claims. Nothing of it counts before `verifyReport` has accepted it. */
export type ClaimedReport = { readonly report: Report; readonly signature: GroupSignature };

const LEAVES_MAX = 65_535;
const U16 = 2 ** 16 - 1;
const U32 = 2 ** 32 - 1;
const U48 = 2 ** 48 - 1;
const SPOKEN = ["ok", "missing", "disputed"] as const;
const PHASES = ["averaging", "pending", "agreed", "final"] as const;

function params(value: unknown, path: string): SviWords {
  const given = members(value, path);
  const word = (name: string): bigint => integer(given[name], `${path}.${name}`, 8, true);
  return { a: word("a"), b: word("b"), rho: word("rho"), m: word("m"), sigma: word("sigma") };
}

function agreedSlice(value: unknown, path: string): AgreedSlice {
  const given = members(value, path);
  return {
    expiryMs: whole(given["expiryMs"], `${path}.expiryMs`, U48),
    forward: integer(given["forward"], `${path}.forward`, 8, false),
    params: params(given["params"], `${path}.params`),
    theta: integer(given["theta"], `${path}.theta`, 8, false),
    centreErrorVolBps: whole(given["centreErrorVolBps"], `${path}.centreErrorVolBps`, U16),
    wingErrorVolBps: whole(given["wingErrorVolBps"], `${path}.wingErrorVolBps`, U16),
  };
}

function publishedSlice(value: unknown, path: string): PublishedSlice {
  const given = members(value, path);
  return {
    expiryMs: whole(given["expiryMs"], `${path}.expiryMs`, U48),
    round: whole(given["round"], `${path}.round`, U48),
    fitTimeMs: whole(given["fitTimeMs"], `${path}.fitTimeMs`, U48),
    forwardRatio: integer(given["forwardRatio"], `${path}.forwardRatio`, 16, false),
    params: params(given["params"], `${path}.params`),
  };
}

function detailOf(value: unknown, path: string): FeedDetail | null {
  if (value === null) return null;
  const given = members(value, path);
  if (oneOf(given["kind"], `${path}.kind`, ["surface", "settlement"]) === "surface") {
    return {
      kind: "surface",
      gridRound: whole(given["gridRound"], `${path}.gridRound`, U48),
      spot: integer(given["spot"], `${path}.spot`, 16, true),
      slices: list(given["slices"], `${path}.slices`, SLICES_MAX, agreedSlice),
      published: list(given["published"], `${path}.published`, SLICES_MAX, publishedSlice),
    };
  }
  return {
    kind: "settlement",
    expiryMs: whole(given["expiryMs"], `${path}.expiryMs`, U48),
    phase: oneOf(given["phase"], `${path}.phase`, PHASES),
    fixed: integer(given["fixed"], `${path}.fixed`, 16, true),
    variable: integer(given["variable"], `${path}.variable`, 16, true),
    coveragePpm: whole(given["coveragePpm"], `${path}.coveragePpm`, U32),
    pubExpiryMs: whole(given["pubExpiryMs"], `${path}.pubExpiryMs`, U48),
  };
}

function leafOf(value: unknown, path: string): FeedState {
  const given = members(value, path);
  return {
    feedId: hex(given["feedId"], `${path}.feedId`, 32),
    definitionDigest: hex(given["definitionDigest"], `${path}.definitionDigest`, 32),
    status: oneOf(given["status"], `${path}.status`, SPOKEN),
    value: integer(given["value"], `${path}.value`, 16, true),
    confidencePpb: whole(given["confidencePpb"], `${path}.confidencePpb`, U32),
    timeMs: whole(given["timeMs"], `${path}.timeMs`, U48),
    pubStatus: oneOf(given["pubStatus"], `${path}.pubStatus`, ["none", ...SPOKEN]),
    pubValue: integer(given["pubValue"], `${path}.pubValue`, 16, true),
    pubConfidencePpb: whole(given["pubConfidencePpb"], `${path}.pubConfidencePpb`, U32),
    pubRound: whole(given["pubRound"], `${path}.pubRound`, U48),
    pubTimeMs: whole(given["pubTimeMs"], `${path}.pubTimeMs`, U48),
    detail: detailOf(given["detail"], `${path}.detail`),
  };
}

/** The entries of a payload, which the digest covers. */
function pushesOf(payload: unknown): readonly PushEntry[] {
  const path = "submitPayload";
  if (typeof payload !== "string" || !/^0x(?:[0-9a-fA-F]{2})*$/.test(payload))
    return refuse(path, "bytes in hex", payload);
  const bytes = fromHex(payload);
  const length = bytes.length - SUBMIT_HEADER_BYTES;
  if (length < 0 || length % ENTRY_BYTES !== 0)
    return refuse(path, "a header and whole entries", `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: length / ENTRY_BYTES }, (_, i) => {
    const at = SUBMIT_HEADER_BYTES + i * ENTRY_BYTES;
    const status = statusFromCode(bytes[at + 2]!);
    if (status === undefined) return refuse(`${path}, entry ${i}`, "a status from 0 to 3", bytes[at + 2]);
    const value = (view.getBigInt64(at + 3) << 64n) | view.getBigUint64(at + 11);
    return { index: view.getUint16(at), status, value, confidencePpb: view.getUint32(at + 19) };
  });
}

/**
 * @param reply what `/v1/reports/latest` answered, parsed
 * @throws OracleError `bad-reply` with the path of what is wrong
 */
export function readReport(reply: unknown): ClaimedReport {
  const given = members(reply, "report");
  const signature = members(given["signature"], "signature");
  return {
    report: {
      round: whole(given["round"], "round", U48),
      reportTimeMs: whole(given["reportTimeMs"], "reportTimeMs", U48),
      leaves: list(given["leaves"], "leaves", LEAVES_MAX, leafOf),
      pushes: pushesOf(given["submitPayload"]),
    },
    signature: {
      rAddress: hex(signature["rAddress"], "signature.rAddress", 20),
      z: hex(signature["z"], "signature.z", 32),
    },
  };
}

/** The leaf of a feed. @throws OracleError `bad-reply` when the report has none */
export function leafIn(report: Report, feedId: Hex): FeedState {
  return (
    report.leaves.find((leaf) => leaf.feedId === feedId) ??
    refuse("leaves", `a leaf of feed ${feedId}`, report.leaves.length)
  );
}
