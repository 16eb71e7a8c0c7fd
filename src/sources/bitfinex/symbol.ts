/** Bitfinex's pairs: tBTCUSD, tBTCUST (USDT), and with a colon as soon as one name is not of three letters: tAAVE:USD. */

const COINS: Readonly<Record<string, string>> = { USDT: "UST", USDC: "UDC" };

export function bitfinexSymbol({ base, quote }: { readonly base: string; readonly quote: string }): string {
  const [left, right] = [COINS[base] ?? base, COINS[quote] ?? quote];
  return `t${left}${left.length === 3 && right.length === 3 ? "" : ":"}${right}`;
}
