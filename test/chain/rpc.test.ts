import { describe, expect, onTestFinished, test } from "vitest";
import { silentLogger } from "../../src/base/ports.ts";
import { QuorumRpc } from "../../src/chain/rpc.ts";
import type { RpcOptions } from "../../src/chain/rpc-options.ts";
import { checkRpcOptions } from "../../src/chain/rpc-options.ts";
import type { Answer, RpcCall } from "./support/rpc-server.ts";
import { startRpcServer } from "./support/rpc-server.ts";

type Behaviour = (call: RpcCall) => Answer | Promise<Answer>;

/** An honest little chain at a height; overrides say how it misbehaves. */
function chainAt(height: number, overrides: Readonly<Record<string, Behaviour>> = {}): Behaviour {
  return (call) => {
    const override = overrides[call.method];
    if (override !== undefined) return override(call);
    switch (call.method) {
      case "eth_chainId":
        return { result: "0x7a69" };
      case "eth_getBlockByNumber": {
        const number = call.params[0] === "latest" ? height : Number(call.params[0]);
        if (number > height) return { result: null };
        const hash = `0x${number.toString(16).padStart(64, "0")}`;
        return { result: { number: hex(number), hash, timestamp: hex(1_000 + number), baseFeePerGas: hex(7) } };
      }
      case "eth_getTransactionCount":
        return { result: "0x5" };
      case "eth_getBalance":
        return { result: "0xde0b6b3a7640000" };
      case "eth_call":
        return { result: "0x2a" };
      case "eth_getTransactionReceipt":
        return { result: null };
      default:
        return { error: { code: -32_601, message: "method not found" } };
    }
  };
}

async function rpcOver(
  behaviours: readonly Behaviour[],
  quorum: number,
  more: Partial<RpcOptions> = {},
): Promise<QuorumRpc> {
  const servers = await Promise.all(behaviours.map((behaviour) => startRpcServer(behaviour)));
  const rpc = new QuorumRpc(
    {
      rpcs: servers.map(({ url }, i) => ({ name: `rpc-${i + 1}`, url })),
      quorum,
      chainId: 31_337,
      finalityDepth: 4,
      timeoutMs: 1_000,
      ...more,
    },
    { log: silentLogger },
  );
  onTestFinished(() => rpc.close());
  return rpc;
}

const ADDRESS = `0x${"11".repeat(20)}` as const;
const hex = (value: number): string => `0x${value.toString(16)}`;

describe("reads need a quorum of equal answers", () => {
  test("three that agree give the head, with the final block below it", async () => {
    const rpc = await rpcOver([chainAt(100), chainAt(100), chainAt(100)], 2);
    await rpc.checkChain();
    expect(await rpc.head()).toEqual({
      number: 100,
      hash: `0x${"64".padStart(64, "0")}`,
      timeSec: 1_100,
      baseFeeWei: 7n,
      finalNumber: 96,
    });
    expect(await rpc.transactionCount(ADDRESS, 100)).toBe(5);
    expect(await rpc.balanceWei(ADDRESS, 100)).toBe(10n ** 18n);
    expect(rpc.states().map(({ state }) => state)).toEqual(["up", "up", "up"]);
  });

  test("one liar among three is outvoted, and counted", async () => {
    const liar = chainAt(100, { eth_call: () => ({ result: "0xff" }) });
    const rpc = await rpcOver([liar, chainAt(100), chainAt(100)], 2);
    await rpc.head();
    expect(await rpc.call({ to: ADDRESS, data: "0x" }, 100)).toBe("0x2a");
    await expect.poll(() => rpc.disagreements()).toBe(1);
  });

  test("two that differ are believed neither, and the error names who said what", async () => {
    const liar = chainAt(100, { eth_getTransactionCount: () => ({ result: "0x6" }) });
    const rpc = await rpcOver([liar, chainAt(100)], 2);
    await rpc.head();
    await expect(rpc.transactionCount(ADDRESS, 100)).rejects.toMatchObject({
      code: "rpc-disagreement",
      message: expect.stringMatching(/rpc-1 say "0x6"|rpc-1 say .*0x6/),
      fields: { quorum: 2 },
    });
  });

  test("a revert is an answer: it too needs a quorum", async () => {
    const reverting = chainAt(100, {
      eth_call: () => ({ error: { code: 3, message: "execution reverted", data: "0xdeadbeef" } }),
    });
    const both = await rpcOver([reverting, reverting], 2);
    await both.head();
    const call = both.call({ to: ADDRESS, data: "0x" }, 100);
    await expect(call).rejects.toMatchObject({ code: "call-reverted", fields: { data: "0xdeadbeef" } });

    const torn = await rpcOver([reverting, chainAt(100)], 2);
    await torn.head();
    await expect(torn.call({ to: ADDRESS, data: "0x" }, 100)).rejects.toMatchObject({ code: "rpc-disagreement" });
  });

  const failures: readonly (readonly [string, Behaviour])[] = [
    ["hangs", () => "hang"],
    ["answers 429", () => ({ status: 429, body: "slow down" })],
    ["answers 500", () => ({ status: 500, body: "<html>oops</html>" })],
    ["answers HTML", () => ({ status: 200, body: "<html>hello</html>" })],
    ["answers an error", () => ({ error: { code: -32_000, message: "internal" } })],
    ["answers null", () => ({ result: null })],
  ];

  test.each(failures)(
    "an rpc that %s is left out; with it the quorum is lost, never lowered",
    async (_name, failing) => {
      const three = await rpcOver([failing, chainAt(100), chainAt(100)], 2, { timeoutMs: 300 });
      expect((await three.head()).number).toBe(100);
      expect(three.states()[0]).toMatchObject({ state: "down", why: expect.any(String) });
      expect(await three.transactionCount(ADDRESS, 100)).toBe(5);

      const two = await rpcOver([failing, chainAt(100)], 2, { timeoutMs: 300 });
      await expect(two.head()).rejects.toMatchObject({
        code: "rpc-quorum-lost",
        message: expect.stringContaining("rpc-1"),
      });
    },
  );

  test("one that is alone on another fork at the same height is not followed", async () => {
    const fork = chainAt(100, {
      eth_getBlockByNumber: () => ({
        result: { number: hex(100), hash: `0x${"ee".repeat(32)}`, timestamp: hex(1), baseFeePerGas: hex(7) },
      }),
    });
    expect((await (await rpcOver([fork, chainAt(100), chainAt(100)], 2)).head()).timeSec).toBe(1_100);
    const alone = await rpcOver([fork, chainAt(100)], 2);
    await expect(alone.head()).rejects.toMatchObject({ code: "rpc-disagreement" });
  });
});

describe("the block to read at", () => {
  test("is one that a quorum has; one a block behind is not asked there, one 50 behind counts as down", async () => {
    const rpc = await rpcOver([chainAt(101), chainAt(101), chainAt(100), chainAt(50)], 2);
    expect((await rpc.head()).number).toBe(101);
    expect(rpc.states().map(({ state }) => state)).toEqual(["up", "up", "behind", "lagging"]);
  });

  test("a few blocks of difference are read at the lower one, which both have", async () => {
    const rpc = await rpcOver([chainAt(102), chainAt(100)], 2);
    expect(await rpc.head()).toMatchObject({ number: 100, timeSec: 1_100 });
  });

  test("two that are 50 blocks apart have no quorum: which one is right cannot be known", async () => {
    const rpc = await rpcOver([chainAt(100), chainAt(50)], 2);
    await expect(rpc.head()).rejects.toMatchObject({ code: "rpc-quorum-lost" });
  });

  test("one that claims a far height neither moves the head nor is asked", async () => {
    const rpc = await rpcOver([chainAt(1_000_000), chainAt(100), chainAt(100)], 2);
    expect((await rpc.head()).number).toBe(100);
    expect(rpc.states()[0]).toMatchObject({ state: "ahead", headNumber: 1_000_000 });
  });
});

describe("sends", () => {
  const refusing =
    (message: string, code = -32_000): Behaviour =>
    (call) =>
      call.method === "eth_sendRawTransaction" ? { error: { code, message } } : chainAt(100)(call);
  const taking = chainAt(100, { eth_sendRawTransaction: () => ({ result: `0x${"aa".repeat(32)}` }) });

  test("go to every rpc, and each verdict is told by its words, whichever field they stand in", async () => {
    const rpc = await rpcOver(
      [
        taking,
        refusing("already known"),
        refusing("nonce too low: next nonce 4, tx nonce 3"),
        refusing("replacement transaction underpriced"),
        refusing("insufficient funds for gas * price + value"),
        refusing("tx type not supported"),
        () => ({ status: 503, body: "" }),
        (call) =>
          call.method === "eth_sendRawTransaction"
            ? { error: { code: -32_000, message: "failed", data: { details: "ReplacementUnderpriced: underpriced" } } }
            : chainAt(100)(call),
      ],
      2,
    );
    expect((await rpc.send("0x02")).map(({ verdict }) => verdict)).toEqual([
      "accepted",
      "known",
      "nonce-used",
      "underpriced",
      "no-funds",
      "refused",
      "no-answer",
      "underpriced",
    ]);
  });
});

describe("configuration", () => {
  const good: RpcOptions = {
    rpcs: [
      { name: "a", url: "https://a.example/key" },
      { name: "b", url: "https://b.example" },
    ],
    quorum: 2,
    chainId: 1,
    finalityDepth: 64,
    timeoutMs: 2_000,
  };
  const bad: readonly (readonly [string, Partial<RpcOptions>, string])[] = [
    ["a quorum of one off the local chain", { quorum: 1 }, "quorum"],
    ["a quorum above the number of rpcs", { quorum: 3 }, "quorum"],
    ["a fractional quorum", { quorum: 1.5 }, "quorum"],
    ["one host twice", { rpcs: [good.rpcs[0]!, { name: "c", url: "https://a.example/other" }] }, "rpcs[].url"],
    ["one name twice", { rpcs: [good.rpcs[0]!, { name: "a", url: "https://b.example" }] }, "rpcs[].name"],
    ["no address", { rpcs: [good.rpcs[0]!, { name: "b", url: "secret-key" }] }, "rpcs[b].url"],
    ["a negative finality depth", { finalityDepth: -1 }, "finalityDepth"],
    ["no timeout", { timeoutMs: 0 }, "timeoutMs"],
  ];

  test("two providers with a quorum of two are accepted, and one provider on the local chain", () => {
    checkRpcOptions(good);
    checkRpcOptions({ ...good, rpcs: [good.rpcs[0]!], quorum: 1, chainId: 31_337 });
  });

  test.each(bad)("%s is refused by field, and no address is printed whole", (_name, change, field) => {
    expect(() => checkRpcOptions({ ...good, ...change })).toThrowError(
      expect.objectContaining({ code: "rpc-config", fields: expect.objectContaining({ field }) }),
    );
    try {
      checkRpcOptions({ ...good, ...change });
    } catch (error) {
      expect(String(error)).not.toContain("key");
    }
  });

  test("an rpc on another chain is never asked again, and without it the quorum is lost", async () => {
    const wrong = chainAt(100, { eth_chainId: () => ({ result: "0x1" }) });
    const three = await rpcOver([wrong, chainAt(100), chainAt(100)], 2);
    await three.checkChain();
    expect((await three.head()).number).toBe(100);
    expect(three.states()[0]).toMatchObject({ state: "down", why: expect.stringContaining("0x1") });
    const two = await rpcOver([wrong, chainAt(100)], 2);
    await expect(two.checkChain()).rejects.toMatchObject({ code: "rpc-quorum-lost" });
  });
});
