/**
 * Gossip's topics. A REPORT has two: on the first nobody passes it on, for its author hands it to every member itself; on the
 * onward one three do, because the author doubts one of its lines. An OBSERVE comes by gossip only then.
 */
export type Topic = "observe" | "report" | "relay" | "evidence";
export type OnwardTopic = "report-onward";

/** As what a message of the topic is judged. */
export const CHANNELS: Readonly<Record<Topic | OnwardTopic, Topic>> = {
  observe: "observe",
  report: "report",
  relay: "relay",
  evidence: "evidence",
  "report-onward": "report",
};
export const TOPICS = Object.keys(CHANNELS) as readonly (Topic | OnwardTopic)[];
/** Without these a member takes no part in a round; one that does not know of evidence yet still does. */
export const NEEDED_TOPICS: readonly (Topic | OnwardTopic)[] = TOPICS.filter((topic) => topic !== "evidence");
/** Rare, and needed just when lines are broken: everybody passes them on. */
export const FLOODED_TOPICS: readonly (Topic | OnwardTopic)[] = ["relay", "evidence"];
