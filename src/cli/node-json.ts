/** What a running node's API answers. */
import { OracleError, reasonOf } from "../base/errors.ts";

const TIMEOUT_MS = 5_000;

/** @throws OracleError `unreachable`, `not-a-node` */
export async function getJson(url: string, stop: AbortSignal): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]) });
  } catch (error) {
    // Of `fetch failed` the cause says what failed.
    const reason = error instanceof Error && error.cause !== undefined ? reasonOf(error.cause) : reasonOf(error);
    throw new OracleError(`no node answers at ${url}: ${reason}`, { code: "unreachable", url });
  }
  if (!response.ok) {
    throw new OracleError(`${url} answers ${response.status}: is a node of this version there?`, {
      code: "not-a-node",
      url,
      status: response.status,
    });
  }
  try {
    return await response.json();
  } catch {
    throw new OracleError(`${url} answers with what is no JSON: is a node there?`, { code: "not-a-node", url });
  }
}
