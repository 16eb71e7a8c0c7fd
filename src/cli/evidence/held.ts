/** Evidence that a node holds: asked of the running node, or read from its data folder. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "../../base/bytes.ts";
import { OracleError, reasonOf } from "../../base/errors.ts";
import { decodeEvidence } from "../../evidence/codec.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import { parseGroupFile, type GroupFile } from "../../evidence/group-file.ts";
import { parseEvidenceJson } from "../../evidence/json-form.ts";
import { isHex, isRecord, parseJson } from "../../evidence/json-values.ts";
import { readEvidence } from "../../store/evidence.ts";

const TIMEOUT_MS = 5_000;
const LISTED_MAX = 10_000;

export type Where = { readonly node?: string; readonly data?: string };

export type HeldRow = {
  readonly name: Hex;
  readonly kind: string;
  readonly accused: number;
  readonly round: number;
  readonly firstSeenMs: number;
};

function databaseIn(folder: string): string {
  const path = join(folder, "tenor.sqlite");
  if (existsSync(path)) return path;
  throw new OracleError(`${folder} holds no tenor.sqlite: is it a node's data folder?`, { code: "cannot-read", path });
}

/** One of both, and not both. */
function choose<T>(where: Where, doors: { node: (url: string) => T; data: (path: string) => T }): T {
  const { node, data } = where;
  if (node !== undefined && data === undefined) return doors.node(node.replace(/\/+$/, ""));
  if (data !== undefined && node === undefined) return doors.data(databaseIn(data));
  throw new OracleError("wanted either --node or --data", { code: "bad-argument" });
}

/** The body as text; null where the node knows nothing of this name. */
async function ask(url: string): Promise<string | null> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new OracleError(`no node answers at ${url}: ${reasonOf(cause)}`, { code: "unreachable", url });
  }
  if (response.status === 404) return null;
  if (response.ok) return await response.text();
  throw new OracleError(`${url} answers ${response.status}: is a node of this version there?`, {
    code: "not-a-node",
    url,
    status: response.status,
  });
}

function readRow(value: unknown): HeldRow | null {
  if (!isRecord(value)) return null;
  const { name, kind, accused, round, firstSeenMs } = value;
  if (!isHex(name, 32) || typeof kind !== "string" || typeof accused !== "number") return null;
  if (typeof round !== "number" || typeof firstSeenMs !== "number") return null;
  return { name, kind, accused, round, firstSeenMs };
}

function readRows(text: string | null, url: string): readonly HeldRow[] {
  const body = text === null ? undefined : parseJson(text);
  const listed: unknown = isRecord(body) ? body["evidence"] : undefined;
  const rows = Array.isArray(listed) ? listed.map(readRow) : [null];
  const good = rows.filter((row) => row !== null);
  if (good.length === rows.length) return good;
  throw new OracleError(`${url} answers with what is no list of evidence`, { code: "not-a-node", url });
}

/** Newest first. */
export async function listHeld(where: Where): Promise<readonly HeldRow[]> {
  return await choose<Promise<readonly HeldRow[]>>(where, {
    node: async (url) => readRows(await ask(`${url}/v1/evidence`), url),
    data: async (path) => readEvidence(path, (rows) => rows.list(LISTED_MAX)),
  });
}

/** @throws OracleError `cannot-read` when nothing is held under this name, or nothing that is evidence */
export async function findHeld(where: Where, name: Hex): Promise<Evidence> {
  const found = await choose<Promise<Evidence | null>>(where, {
    node: async (url) => parseEvidenceJson((await ask(`${url}/v1/evidence/${name}`)) ?? ""),
    data: async (path) => {
      const stored = readEvidence(path, (rows) => rows.find(name));
      return stored === undefined ? null : decodeEvidence(stored.bytes);
    },
  });
  if (found !== null) return found;
  throw new OracleError(`nothing is held under ${name}`, { code: "cannot-read", name });
}

/** @throws OracleError `cannot-read` when the node has no group file to give */
export async function askGroup(node: string): Promise<GroupFile> {
  const url = `${node.replace(/\/+$/, "")}/v1/group`;
  const text = await ask(url);
  const file = text === null ? null : parseGroupFile(text);
  if (file !== null) return file;
  throw new OracleError(`${url} gives no group file: the configuration is not active yet, or ask another member`, {
    code: "cannot-read",
    url,
  });
}
