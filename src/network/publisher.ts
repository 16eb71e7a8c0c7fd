/** Which way a message for all members goes. [R61] */
import type { Direct } from "./direct.ts";
import type { Gossip } from "./gossip.ts";
import { isAnyLineBroken, type LineDoors } from "./line-doubts.ts";
import type { Topic } from "./topics.ts";

export type PublisherDoors = LineDoors & {
  readonly gossip: Pick<Gossip, "publish">;
  /** The members' own lines for observations. */
  readonly observations: Pick<Direct, "publish" | "takes">;
};

export class Publisher {
  readonly #doors: PublisherDoors;

  constructor(doors: PublisherDoors) {
    this.#doors = doors;
  }

  /**
   * An observation, of which every member sends one in every slot, leaves over the members' own lines while none of them is
   * doubted, without gossip's bookkeeping for each. All else, and an observation that a line might swallow, is gossiped.
   */
  publish(topic: Topic, bytes: Uint8Array): void {
    const { gossip, observations } = this.#doors;
    const isDirect = topic === "observe" && !isAnyLineBroken(this.#doors, (member) => observations.takes(member));
    if (!isDirect || observations.publish(bytes) === 0) gossip.publish(topic, bytes);
  }
}
