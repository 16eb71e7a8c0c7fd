/** What SQLite says, in words an operator can act on. */
import Database from "better-sqlite3";
import { OracleError } from "../base/errors.ts";

type Explanation = { readonly code: string; readonly text: string };

const EXPLANATIONS: readonly (readonly [prefix: string, Explanation])[] = [
  [
    "SQLITE_CORRUPT",
    {
      code: "store-corrupt",
      text: "is damaged; keep the file aside and restore a backup, or start empty in quarantine",
    },
  ],
  [
    "SQLITE_NOTADB",
    {
      code: "store-corrupt",
      text: "is not a SQLite database, or its first page is damaged; keep it aside and restore a backup",
    },
  ],
  ["SQLITE_FULL", { code: "store-full", text: "cannot grow: the disk is full" }],
  ["SQLITE_IOERR", { code: "store-io", text: "cannot be read or written: the disk reports an error" }],
  ["SQLITE_READONLY", { code: "store-read-only", text: "cannot be written: the file or its folder is read-only" }],
  [
    "SQLITE_CANTOPEN",
    { code: "store-cannot-open", text: "cannot be opened: check that the folder exists and may be written" },
  ],
  ["SQLITE_BUSY", { code: "store-busy", text: "is locked by another program" }],
  ["SQLITE_CONSTRAINT", { code: "store-constraint", text: "refused a row that breaks one of its rules" }],
];

const ERRNO: Readonly<Record<string, Explanation>> = {
  ENOSPC: { code: "store-full", text: "cannot grow: the disk is full" },
  EDQUOT: { code: "store-full", text: "cannot grow: the quota is used up" },
  EROFS: { code: "store-read-only", text: "cannot be written: its folder is on a read-only mount" },
  EACCES: { code: "store-read-only", text: "cannot be written: its folder may not be written by this user" },
  EIO: { code: "store-io", text: "cannot be read or written: the disk reports an error" },
};

/** The files beside the database are written without SQLite. */
function fileFailure(path: string, doing: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  const known = ERRNO[error.code];
  if (known === undefined) return error;
  const text = `${path} ${known.text} (while ${doing}: ${error.message})`;
  return new OracleError(text, { code: known.code, path, doing, errno: error.code }, error);
}

/** The OracleError for a failure of SQLite or of a file beside it; any other error is returned as it is. */
export function storeFailure(path: string, doing: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return fileFailure(path, doing, error);
  const known = EXPLANATIONS.find(([prefix]) => error.code.startsWith(prefix))?.[1];
  const text = known?.text ?? "failed";
  return new OracleError(
    `database ${path} ${text} (while ${doing}: ${error.message})`,
    { code: known?.code ?? "store-failed", path, doing, sqlite: error.code },
    error,
  );
}

/** Runs one piece of database work; SQLite's errors leave as OracleErrors. */
export type Guard = <T>(doing: string, work: () => T) => T;

/** Failures of the disk, which the next write will not cure; the rest are bugs or other programs. */
const DISK_FAULTS: ReadonlySet<unknown> = new Set(["store-corrupt", "store-full", "store-io", "store-read-only"]);

/** @param onFault told of every failure of the disk itself, before it is thrown */
export function guardFor(path: string, onFault: (failure: OracleError) => void = () => undefined): Guard {
  return (doing, work) => {
    try {
      return work();
    } catch (error) {
      const failure = storeFailure(path, doing, error);
      if (failure instanceof OracleError && DISK_FAULTS.has(failure.code)) onFault(failure);
      throw failure;
    }
  };
}
