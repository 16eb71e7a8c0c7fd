/** A transaction that reverts is explained: by the error's name and fields, in words and as data. */
import { AbiCoder, Interface, isError } from "ethers";
import type { Hex } from "../base/bytes.ts";
import { OracleError, reasonOf } from "../base/errors.ts";
import { loadArtifact } from "./artifacts.ts";
import { fieldOf, shortText } from "./wire.ts";

export type RevertReason = {
  /** The contract's own error name; `Error` or `Panic` for Solidity's, `unknown` when there is none. */
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
  /** One line for people. */
  readonly text: string;
};

const ERROR_SELECTOR = "0x08c379a0";
const PANIC_SELECTOR = "0x4e487b71";

const EXPLAINED = ["OracleHub", "FeedReader", "VolSurface", "Settlement", "FeedRegistry", "Committee"] as const;

/** Solidity's own panics, from its documentation ("Panic via assert and Error via require"). */
const PANICS: Readonly<Record<number, string>> = {
  1: "assertion failed",
  17: "arithmetic overflow",
  18: "division by zero",
  50: "index out of bounds",
};

let interfaces: readonly Interface[] | undefined;

/** @param error whatever a read, a send or ethers threw */
export function explainRevert(error: unknown): RevertReason {
  const data = revertData(error);
  if (data === undefined) return { name: "unknown", fields: {}, text: shortText(error) };
  return explainRevertData(data);
}

export function explainRevertData(data: Hex): RevertReason {
  if (data === "0x") return { name: "unknown", fields: {}, text: "reverted without a reason" };
  try {
    if (data.startsWith(ERROR_SELECTOR)) {
      const message = String(AbiCoder.defaultAbiCoder().decode(["string"], `0x${data.slice(10)}`)[0]);
      return { name: "Error", fields: { message }, text: `reverted: ${message}` };
    }
    if (data.startsWith(PANIC_SELECTOR)) {
      const code = Number(AbiCoder.defaultAbiCoder().decode(["uint256"], `0x${data.slice(10)}`)[0]);
      const meaning = PANICS[code] ?? "see Solidity's list";
      return { name: "Panic", fields: { code: String(code) }, text: `panic ${code}: ${meaning}` };
    }
    interfaces ??= EXPLAINED.map((name) => new Interface(loadArtifact(name).abi));
    for (const contract of interfaces) {
      const parsed = contract.parseError(data);
      if (parsed === null) continue;
      const fields: Record<string, string> = {};
      for (const [i, input] of parsed.fragment.inputs.entries()) {
        fields[input.name === "" ? String(i) : input.name] = String(parsed.args[i]);
      }
      const list = Object.entries(fields).map(([name, value]) => `${name} ${value}`);
      return {
        name: parsed.name,
        fields,
        text: [parsed.name, list.join(", ")].filter((part) => part !== "").join(": "),
      };
    }
  } catch (cause) {
    return { name: "unknown", fields: { data }, text: `reverted with ${data.slice(0, 74)} (${reasonOf(cause)})` };
  }
  return {
    name: "unknown",
    fields: { data },
    text: `reverted with ${data.slice(0, 74)}, an error of no contract here`,
  };
}

/** ethers, nodes and this room put the bytes into different places. */
function revertData(error: unknown): Hex | undefined {
  if (error instanceof OracleError) return asData(error.fields["data"]);
  if (isError(error, "CALL_EXCEPTION") && error.data !== null) return asData(error.data);
  for (const path of [["data"], ["error", "data"], ["info", "error", "data"], ["data", "data"]]) {
    const data = asData(path.reduce(fieldOf, error));
    if (data !== undefined) return data;
  }
  return undefined;
}

function asData(value: unknown): Hex | undefined {
  return typeof value === "string" && /^0x([0-9a-f]{2})*$/i.test(value) ? (value as Hex) : undefined;
}
