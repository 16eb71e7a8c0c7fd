/** Contracts of a market on a devnet's chain, and people who trade there. */
import { readFileSync } from "node:fs";
import { Contract, ContractFactory, JsonRpcProvider, JsonRpcSigner, toQuantity } from "ethers";
import type { Hex } from "../../src/base/bytes.ts";
import { loadArtifact, parseArtifact } from "../../src/chain/artifacts.ts";
import type { Devnet } from "../../src/devnet/devnet.ts";

/** A contract, as an account of the devnet's chain sees it. */
export type Person = {
  readonly address: Hex;
  send(contract: Contract, method: string, ...args: readonly unknown[]): Promise<void>;
};

export class Market {
  readonly provider: JsonRpcProvider;
  readonly #deployer: number;
  readonly #signers = new Map<number, JsonRpcSigner>();

  constructor(devnet: Devnet, deployer: number) {
    this.provider = new JsonRpcProvider(devnet.rpcUrl, undefined, {
      batchMaxCount: 1,
      pollingInterval: 100,
      cacheTimeout: -1,
    });
    this.#deployer = deployer;
  }

  /** @param path of the file under contracts/out, such as Settlement.sol/Settlement */
  async deploy(path: string, ...args: readonly unknown[]): Promise<Contract> {
    const signer = await this.#signer(this.#deployer);
    const file = new URL(`../../contracts/out/${path}.json`, import.meta.url).pathname;
    const { abi, bytecode } = parseArtifact(path, file, readFileSync(file, "utf8"));
    const deployed = await new ContractFactory(abi, bytecode, signer).deploy(...args);
    await deployed.waitForDeployment();
    return new Contract(await deployed.getAddress(), abi, this.provider);
  }

  /** A contract that a command deployed. */
  at(name: Parameters<typeof loadArtifact>[0], address: Hex): Contract {
    return new Contract(address, loadArtifact(name).abi, this.provider);
  }

  async person(index: number): Promise<Person> {
    return await this.#personOf(await this.#signer(index));
  }

  /** Whoever the chain itself holds the keys of: the devnet's owner is one. */
  async holder(address: Hex): Promise<Person> {
    return await this.#personOf(new JsonRpcSigner(this.provider, address));
  }

  async #personOf(signer: JsonRpcSigner): Promise<Person> {
    return {
      address: (await signer.getAddress()) as Hex,
      send: async (contract, method, ...args) => {
        const connected = contract.connect(signer) as Contract;
        const sent = (await connected.getFunction(method).send(...args)) as { wait(): Promise<unknown> };
        await sent.wait();
      },
    };
  }

  async nowSec(): Promise<number> {
    return (await this.provider.getBlock("latest"))!.timestamp;
  }

  async rpc(method: string, ...params: readonly unknown[]): Promise<unknown> {
    return (await this.provider.send(method, [...params])) as unknown;
  }

  close(): void {
    this.provider.destroy();
  }

  /** The chain signs for whoever it is asked to play. */
  async #signer(index: number): Promise<JsonRpcSigner> {
    const known = this.#signers.get(index);
    if (known !== undefined) return known;
    const address = `0x${index.toString(16).padStart(40, "7")}`;
    await this.rpc("anvil_impersonateAccount", address);
    await this.rpc("anvil_setBalance", address, toQuantity(10n ** 20n));
    const signer = new JsonRpcSigner(this.provider, address);
    this.#signers.set(index, signer);
    return signer;
  }
}

export async function read<T>(contract: Contract, method: string, ...args: readonly unknown[]): Promise<T> {
  return (await contract.getFunction(method).staticCall(...args)) as T;
}
