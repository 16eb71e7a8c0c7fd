/**
 * The grid on which nodes report a volatility slice: 17 fixed multiples x of √θ in log-moneyness, k = x·√θ, where θ is
 * the at-the-money total variance that a signed report fixes for the expiry, so that every node samples its own smile at
 * the same strikes relative to its forward. √θ is one standard deviation of the log-return until expiry.
 *
 * Domain: θ in units of 1e-18, THETA_MIN … THETA_MAX. Accuracy: integers throughout; k is cut towards zero to 1e-18.
 */
import { OracleError } from "../base/errors.ts";
import { MS_PER_YEAR } from "./day-count.ts";
import { isqrt } from "./integer-sqrt.ts";

/** One, in the units of every total variance, log-moneyness and SVI parameter that nodes agree on. */
export const UNIT_1E18 = 10n ** 18n;

/**
 * The nodes in quarters of a standard deviation. Half of them lie within one, where options have most of their vega;
 * beyond four no listed option carries a price that the market could correct.
 */
const NODE_QUARTERS = [-16, -12, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 12, 16] as const;

/** x of each node, ascending; quarters are exact in binary. */
export const GRID_NODES: readonly number[] = NODE_QUARTERS.map((quarters) => quarters / 4);
export const GRID_SIZE = NODE_QUARTERS.length;
/** Index of x = 0. */
export const MONEY_NODE = 8;

/** A vol of 0.3 % a day from expiry has θ = 2.5e-8; a vol of 10 % for the last second 3e-10. */
export const THETA_MIN = 10n ** 8n;
/** Signed 64-bit words of 1e-18 end at 9.22. */
export const WORD_MAX = 9n * UNIT_1E18;
export const THETA_MAX = 9n * UNIT_1E18;

/** Whether a node is within one standard deviation of the forward. */
export function isCentral(node: number): boolean {
  const quarters = NODE_QUARTERS[node];
  return quarters !== undefined && quarters >= -4 && quarters <= 4;
}

/** Whether a grid can be drawn for this at-the-money total variance. */
export function isTheta(theta1e18: bigint): boolean {
  return theta1e18 >= THETA_MIN && theta1e18 <= THETA_MAX;
}

/** √θ in 1e-18, cut. @throws OracleError `bad-theta` outside THETA_MIN … THETA_MAX */
export function rootTheta(theta1e18: bigint): bigint {
  if (!isTheta(theta1e18)) {
    throw new OracleError(`no grid for a total variance of ${theta1e18}e-18: wanted ${THETA_MIN} to ${THETA_MAX}`, {
      code: "bad-theta",
      theta1e18,
    });
  }
  return isqrt(theta1e18 * UNIT_1E18);
}

/**
 * Log-moneyness ln(K/F) of the 17 nodes, ascending, in 1e-18; symmetric around a zero in the middle.
 * @throws OracleError `bad-theta`
 */
export function gridLogMoneyness(theta1e18: bigint): readonly bigint[] {
  const root = rootTheta(theta1e18);
  return NODE_QUARTERS.map((quarters) => (BigInt(quarters) * root) / 4n);
}

/**
 * θ for an expiry that no signed report knows yet: vol² times ACT/365 years, cut to 1e-18.
 * @param startVol1e18 an assumed volatility, decimal in 1e-18, > 0
 * @param msToExpiry   > 0, safe integer
 * @returns θ, held inside THETA_MIN … THETA_MAX: it only places the nodes
 * @throws OracleError `bad-bootstrap` for an argument that is not positive
 */
export function bootstrapTheta(startVol1e18: bigint, msToExpiry: number): bigint {
  if (startVol1e18 <= 0n || !Number.isSafeInteger(msToExpiry) || msToExpiry <= 0) {
    throw new OracleError(
      `no grid for a volatility of ${startVol1e18}e-18 and ${msToExpiry} ms: wanted both above zero`,
      {
        code: "bad-bootstrap",
        startVol1e18,
        msToExpiry,
      },
    );
  }
  const theta = (startVol1e18 * startVol1e18 * BigInt(msToExpiry)) / (UNIT_1E18 * BigInt(MS_PER_YEAR));
  if (theta < THETA_MIN) return THETA_MIN;
  return theta > THETA_MAX ? THETA_MAX : theta;
}
