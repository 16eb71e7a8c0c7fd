/** Why an expiry, or one number of it, cannot be used. */
import type { ExclusionReason } from "../evaluation.ts";

export type ExpiryFault = {
  /** The forward cannot be true: the venue is at fault, not the quotes. */
  readonly isForwardWrong: boolean;
  readonly reason: ExclusionReason;
  readonly detail: string;
};
export type Fault = { readonly ok: false } & ExpiryFault;
export type Found<T> = ({ readonly ok: true } & T) | Fault;

export function fault(reason: ExclusionReason, detail: string, isForwardWrong = false): Fault {
  return { ok: false, isForwardWrong, reason, detail };
}
