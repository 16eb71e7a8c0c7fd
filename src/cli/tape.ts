/** `--tape DIR`: which recorded history of a folder a market plays. */
import { OracleError } from "../base/errors.ts";
import { findTapeFiles } from "../replay/tape-files.ts";

export type TapeFlags = {
  readonly tape?: string;
  readonly chain?: string;
  readonly tapeMinutes?: string;
  readonly tapeChain?: string;
};

export type TapeChoice = { readonly minutes?: string; readonly chain?: string };

/**
 * A folder is played by its minute bars, or with `--chain` by that option chain: spot of one year beside the chain of
 * another would be a market that never was. Both files may still be named one by one.
 * @returns null without a tape
 * @throws OracleError `bad-argument`, `cannot-read`
 */
export function chooseTape({ tape, chain, tapeMinutes, tapeChain }: TapeFlags): TapeChoice | null {
  if (tape === undefined) {
    if (chain !== undefined)
      throw new OracleError("--chain names a file of --tape DIR; no --tape was given", { code: "bad-argument" });
    if (tapeMinutes === undefined && tapeChain === undefined) return null;
    return {
      ...(tapeMinutes === undefined ? {} : { minutes: tapeMinutes }),
      ...(tapeChain === undefined ? {} : { chain: tapeChain }),
    };
  }
  const { minutes, chains } = findTapeFiles(tape);
  if (chain === undefined) {
    const first = minutes[0];
    if (first !== undefined) return { minutes: first };
    throw new OracleError(
      `${tape} holds no minute bars (btc_1m_*.csv); name one of its ${chains.length} chains with --chain`,
      {
        code: "bad-argument",
        seen: tape,
      },
    );
  }
  const found = chains.filter((path) => path.includes(chain));
  if (found.length === 1) return { chain: found[0]! };
  throw new OracleError(`--chain ${chain} fits ${found.length} of the ${chains.length} chains in ${tape}, wanted one`, {
    code: "bad-argument",
    seen: chain,
  });
}
