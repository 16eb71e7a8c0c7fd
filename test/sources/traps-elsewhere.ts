/** The traps of the venues, by their number in the list, that tests beside their subject already hold. */
export type HeldElsewhere = { readonly trap: number; readonly file: string; readonly title: string };

const held = (file: string, ...titles: readonly (readonly [trap: number, title: string])[]): readonly HeldElsewhere[] =>
  titles.map(([trap, title]) => ({ trap, file: `test/${file}`, title }));

export const HELD_ELSEWHERE: readonly HeldElsewhere[] = [
  ...held(
    "sources/chain-scale.test.ts",
    [1, "with vols in percent for decimal or decimal for percent has no vol at all"],
    [2, "with premiums in the other money, coin for dollars or dollars for coin, is refused or worthless, never dear"],
  ),
  ...held(
    "sources/deribit/options.test.ts",
    [3, "null and 0.0 both mean that side has no quote"],
    [9, "a mark of 0.0 minutes before expiry stays a row"],
  ),
  ...held(
    "sources/deribit/index-price.test.ts",
    [5, "usOut counts microseconds, and other units are refused"],
    [14, "the test network is read only where it is allowed"],
  ),
  ...held("sources/deribit/indices.test.ts", [1, "a volatility index of %d is out of range"]),
  ...held(
    "sources/deribit/tickers.test.ts",
    [9, "a row past its expiry is gone"],
    [10, "a snapshot is a row: premiums in coin, vols from percent, its own forward"],
    [11, "changes one by one end in the row that one snapshot of the last values is"],
  ),
  ...held(
    "sources/deribit/session.test.ts",
    [14, "the test network is refused, and read where it is allowed"],
    [15, "every test request is answered, a heartbeat is not"],
  ),
  ...held("sources/okx/boards.test.ts", [3, "does not take an ask at the venue's cap of 500 % for a price"]),
  ...held(
    "sources/okx/session.test.ts",
    [11, "of a part of the chain change only the instruments in it"],
    [15, "says ping after 20 s in which nothing came, once for each such time, and takes pong in silence"],
  ),
  ...held(
    "sources/bybit/rest.test.ts",
    [2, "each row is divided by its own forward"],
    [3, 'an ask at the cap of 500 % is no price, and no bid is "0"'],
    [10, "each row is divided by its own forward"],
  ),
  ...held(
    "sources/bybit/session.test.ts",
    [3, 'say no quote by "0" and by a vol at its cap'],
    [11, "any run of deltas ends where a snapshot of the same fields would"],
    [15, "say ping every 20 s, and take every form of its answer in silence"],
  ),
  ...held(
    "sources/binance/options-stream.test.ts",
    [2, "a push is its rows, premiums in coins of the row's own index"],
    [9, "an option that was known is gone at its expiry, once"],
  ),
  ...held("sources/binance/spot.test.ts", [12, "an answer for another symbol is refused"]),
  ...held("sources/kraken/spot.test.ts", [12, "%s-%s is asked as %s and answered as %s"]),
  ...held(
    "sources/live-board.test.ts",
    [9, "expired rows leave by themselves"],
    [11, "takes the rows that an update names and leaves the others"],
  ),
  ...held("sources/text-fields.test.ts", [5, "a time is thirteen digits of this century"]),
  ...held(
    "sources/decimal.test.ts",
    [4, "every finite double comes back from its own text"],
    [4, "what Number() reads otherwise than JSON does is refused"],
  ),
  ...held(
    "sources/answer.test.ts",
    [6, "of HTTP 400 is named by its body where the body says more than the status"],
    [7, "keeps the body's own waiting time before the header's"],
  ),
  ...held(
    "sources/venue-gate.test.ts",
    [7, "without Retry-After the pause doubles up to its limit, and an answer starts it anew"],
    [16, "a location refusal is not asked again for minutes"],
  ),
  ...held("sources/stream-line.test.ts", [
    7,
    "a ban at the handshake pauses the venue, over REST too, and the next attempt waits for it",
  ]),
  ...held("sources/collector.test.ts", [14, "the test network is refused unless it is allowed"]),
  ...held(
    "sources/stream-connection.test.ts",
    [15, "the venue's own pings are answered"],
    [15, "pongs keep a line alive that says nothing else, and a peer that stops answering them is silent"],
  ),
  ...held("sources/stream-conformance.ts", [
    15,
    "a line of minutes on which no price moves stays up, with every heartbeat answered and every ping sent",
  ]),
  ...held("sources/cut-off.test.ts", [
    13,
    "the largest chain that was measured passes, and what is larger than any is cut off",
  ]),
  ...held(
    "market/instrument.test.ts",
    [8, "one-digit days and 'd' as decimal point are read"],
    [8, "futures, perpetuals and combos are told apart"],
  ),
  ...held("market/listed-name.test.ts", [8, "no text makes a parser throw, and what it accepts it also writes"]),
  ...held(
    "replay/refusals.test.ts",
    [7, "a ban is a ban, or where the venue has no word for it a rate limit; Binance's says for how long"],
    [16, "a block by country is one at Binance, and a ban elsewhere: a 403 does not say why"],
  ),
];
