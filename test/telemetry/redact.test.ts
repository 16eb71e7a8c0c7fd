import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OracleError } from "../../src/base/errors.ts";
import { cleanFields, isSecretName, SECRET_TEXT } from "../../src/telemetry/redact.ts";

describe("what counts as a secret's name", () => {
  test.each([
    "passphrase",
    "keystorePassphrase",
    "PASS_PHRASE",
    "password",
    "secret",
    "sharedSecret",
    "privateKey",
    "private_key",
    "share",
    "signingShare",
    "mnemonic",
    "nonces",
    "hiding",
    "binding",
    "apiKey",
    "Authorization",
  ])("%s is one", (name) => expect(isSecretName(name)).toBe(true));

  test.each(["nonce", "sharesFrom", "publicKey", "groupKeyX", "feed", "round", "signature", "txHash", "keyId"])(
    "%s is not",
    (name) => expect(isSecretName(name)).toBe(false),
  );
});

describe("cleaning a log line's fields", () => {
  test("a secret is replaced at any depth, in lists, maps, errors and their causes", () => {
    const needle = "correct horse battery staple";
    const error = new OracleError("keystore: wrong", { code: "x", passphrase: needle }, { privateKey: needle });
    const text = JSON.stringify(
      cleanFields({
        passphrase: needle,
        a: { b: [{ share: needle }] },
        map: new Map([["secret", needle]]),
        error,
      }),
    );
    expect(text).not.toContain(needle);
    expect(text.split(SECRET_TEXT).length - 1).toBe(5);
  });

  test("credentials inside an address are removed, the host stays", () => {
    expect(cleanFields({ rpc: "https://user:k3y@rpc.example/v1" })).toEqual({
      rpc: `https://${SECRET_TEXT}@rpc.example/v1`,
    });
  });

  test("bigint, bytes, dates, infinities and functions become text", () => {
    expect(
      cleanFields({ v: 2n ** 70n, b: Uint8Array.of(1, 255), d: new Date(0), n: Number.NaN, f: () => 1, u: undefined }),
    ).toEqual({ v: "1180591620717411303424", b: "0x01ff", d: "1970-01-01T00:00:00.000Z", n: "NaN", f: "[function]" });
  });

  test("loops and depth end", () => {
    const loop: Record<string, unknown> = {};
    loop["me"] = loop;
    expect(cleanFields(loop)).toEqual({ me: "[loop]" });
    let deep: Record<string, unknown> = {};
    for (let i = 0; i < 50; i++) deep = { deep };
    expect(JSON.stringify(cleanFields(deep))).toContain("[too deep]");
  });

  test("one object in two places is not a loop", () => {
    const twice = { id: 1 };
    expect(cleanFields({ a: twice, b: twice })).toEqual({ a: { id: 1 }, b: { id: 1 } });
  });

  test("long text, long lists and long bytes are cut and say how long they were", () => {
    const cleaned = cleanFields({
      text: "x".repeat(5_000),
      list: Array.from({ length: 500 }, (_, i) => i),
      bytes: new Uint8Array(1_000),
    });
    expect(cleaned["text"]).toMatch(/… \(5000 characters\)$/);
    expect((cleaned["list"] as unknown[]).at(-1)).toBe("… (500 items)");
    expect(cleaned["bytes"]).toMatch(/… \(1000 bytes\)$/);
  });

  test("whatever is logged can be written as JSON and never contains what a secret name held", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.anything({ withBigInt: true, withMap: true, withDate: true })),
        (fields) => {
          const needle = "n33dle-n33dle";
          const text = JSON.stringify(cleanFields({ ...fields, inner: { ...fields, passphrase: needle } }));
          expect(text).not.toContain(needle);
        },
      ),
    );
  });
});
