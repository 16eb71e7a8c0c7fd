/** What a node's interpreter needs of the world. */
import type { Hex } from "../../base/bytes.ts";
import type { OracleEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/messages.ts";
import type { OracleConfig } from "../../protocol/state.ts";
import type { SimGroup } from "./group.ts";
import type { Mutant } from "./mutants.ts";
import type { SimNode } from "./node.ts";
import type { Observers } from "./observers.ts";
import type { Schedule } from "./schedule.ts";

export interface Stage {
  readonly schedule: Schedule;
  readonly observers: Observers;
  readonly mutant: Mutant;
  readonly nodes: readonly SimNode[];
  readonly config: Omit<OracleConfig, "selfId">;
  readonly group: SimGroup;
  readonly nowMs: number;
  instancesOf(id: number): readonly SimNode[];
  /** From now, or from when the node has its hands free; not in a later life. */
  later(node: SimNode, delayMs: number, event: OracleEvent): void;
  call(node: SimNode, delayMs: number, call: () => void): void;
  arrive(atMs: number, node: SimNode, from: number, message: Message, hash: Hex): void;
  kill(node: SimNode, forMs: number, power: boolean): void;
  tell(line: string): void;
  /** How long the node's disk takes to sync now. */
  slowSyncMs(node: SimNode): number;
}
