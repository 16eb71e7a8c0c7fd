/** One JSON-RPC provider. Its answers are replies, never exceptions: an RPC that fails is everyday life. */
import { FetchRequest, JsonRpcProvider, Network, isError, type JsonRpcPayload, type JsonRpcResult } from "ethers";
import type { Hex } from "../base/bytes.ts";
import { reasonOf } from "../base/errors.ts";
import { shortText } from "./wire.ts";

export type RpcReply =
  | { readonly kind: "value"; readonly value: unknown }
  /** `eth_call` ran and the contract refused. */
  | { readonly kind: "revert"; readonly data: Hex }
  | { readonly kind: "failed"; readonly why: string; readonly error: unknown };

export type RpcEndpointOptions = {
  /** For logs and metrics: names the provider. */
  readonly name: string;
  readonly url: string;
  readonly chainId: number;
  readonly timeoutMs: number;
};

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** ethers reads an answer letter by letter: of a hundred feeds 45 kB, every second. */
class Provider extends JsonRpcProvider {
  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    const request = this._getConnection();
    request.body = JSON.stringify(payload);
    request.setHeader("content-type", "application/json");
    const response = await request.send();
    response.assertOk();
    const said = JSON.parse(UTF8.decode(response.body ?? new Uint8Array())) as JsonRpcResult | JsonRpcResult[];
    return Array.isArray(said) ? said : [said];
  }
}

export class RpcEndpoint {
  readonly name: string;
  readonly #timeoutMs: number;
  readonly #provider: JsonRpcProvider;

  constructor(options: RpcEndpointOptions) {
    this.name = options.name;
    this.#timeoutMs = options.timeoutMs;
    const request = new FetchRequest(options.url);
    request.timeout = options.timeoutMs;
    // ethers would sleep and ask a 429 again up to twelve times; the quorum goes on without this one instead.
    request.setThrottleParams({ maxAttempts: 1 });
    const network = Network.from(options.chainId);
    this.#provider = new Provider(request, network, {
      staticNetwork: network,
      batchMaxCount: 1,
      cacheTimeout: -1,
    });
  }

  async ask(method: string, params: readonly unknown[]): Promise<RpcReply> {
    let timer: NodeJS.Timeout | undefined;
    // ethers' own timeout restarts with every byte; this one does not.
    const late = new Promise<RpcReply>((resolve) => {
      const why = `no answer in ${this.#timeoutMs} ms`;
      timer = setTimeout(() => resolve({ kind: "failed", why, error: undefined }), this.#timeoutMs);
    });
    try {
      return await Promise.race([this.#ask(method, params), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask(method: string, params: readonly unknown[]): Promise<RpcReply> {
    try {
      return { kind: "value", value: await this.#provider.send(method, [...params]) };
    } catch (error) {
      if (method === "eth_call" && isError(error, "CALL_EXCEPTION")) {
        return { kind: "revert", data: (error.data ?? "0x") as Hex };
      }
      return { kind: "failed", why: shortReason(error), error };
    }
  }

  close(): void {
    this.#provider.destroy();
  }
}

/** The RPC's own words where it gave some; ethers' message carries the whole request and is no log field. */
function shortReason(error: unknown): string {
  if (isError(error, "UNKNOWN_ERROR") && error.error !== undefined) return reasonOf(error.error).slice(0, 200);
  return shortText(error);
}
