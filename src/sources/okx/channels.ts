/** OKX's channels: what a source is made of, and the text by which a subscription is told apart from others. */

export type Channel = "tickers" | "index-tickers" | "mark-price" | "funding-rate" | "opt-summary";

/** A subscription's argument as it is sent: JSON, and so also the name of the topic. */
export function okxTopic(channel: Channel, id: string): string {
  return JSON.stringify(channel === "opt-summary" ? { channel, instFamily: id } : { channel, instId: id });
}

/** The topic that an acknowledgement or a push names. @returns null when its `arg` is none of these channels */
export function topicOfArg(arg: Readonly<Record<string, unknown>>): string | null {
  const { channel, instId, instFamily } = arg;
  switch (channel) {
    case "opt-summary":
      return typeof instFamily === "string" ? okxTopic(channel, instFamily) : null;
    case "tickers":
    case "index-tickers":
    case "mark-price":
    case "funding-rate":
      return typeof instId === "string" ? okxTopic(channel, instId) : null;
    default:
      return null;
  }
}

/**
 * Which of the asked topics a refusal means. It says so in words only: `channel:tickers,instId:BTC-USDT doesn't exist`, or
 * the request repeated. Whole words are compared, for BTC-USD begins BTC-USDT.
 */
export function topicsNamedIn(words: string, asked: readonly string[]): readonly string[] {
  const said = new Set(wordsOf(words));
  return asked.filter((topic) => {
    const [, channel = "", , id = ""] = wordsOf(topic);
    return said.has(channel) && said.has(id);
  });
}

function wordsOf(text: string): readonly string[] {
  return text.match(/[A-Za-z0-9-]+/g) ?? [];
}
