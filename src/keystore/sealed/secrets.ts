/**
 * Where this room keeps secret bytes apart from the objects that own them: an owner has no field that could be printed,
 * cloned or serialised. Only files of this room may import this one.
 */
import { inspect } from "node:util";
import { OracleError } from "../../base/errors.ts";

const SECRETS = new WeakMap<object, Uint8Array>();

/** Hands the bytes over: the caller keeps no copy. */
export function keepSecret(owner: object, bytes: Uint8Array): void {
  SECRETS.set(owner, bytes);
}

/** The bytes themselves, not a copy. @throws OracleError `secret-destroyed` */
export function secretOf(owner: object): Uint8Array {
  const bytes = SECRETS.get(owner);
  if (bytes === undefined) throw new OracleError("this secret was destroyed", { code: "secret-destroyed" });
  return bytes;
}

export function destroySecret(owner: object): void {
  SECRETS.get(owner)?.fill(0);
  SECRETS.delete(owner);
}

const SECRET_TEXT = "[secret]";

/** A base for objects that own secrets: every way of printing them says `[secret]`. */
export class Secretive {
  toString(): string {
    return SECRET_TEXT;
  }

  toJSON(): string {
    return SECRET_TEXT;
  }

  [inspect.custom](): string {
    return SECRET_TEXT;
  }
}
