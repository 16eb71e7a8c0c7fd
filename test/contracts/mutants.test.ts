/** The mistakes that `npm run mutate` plants. */
import { describe, expect, test } from "vitest";
import { codeOf, mutantsOf, sampleOf } from "../../scripts/mutants.mjs";

const SOURCE = `// SPDX-License-Identifier: Apache-2.0
contract C {
    uint256 constant MAX = 1 + 2;

    /// a <= b
    function f(uint256 a, uint256 b) external returns (uint256) {
        if (a <= b) revert TooSmall(a, b); // a >= b
        stored = a - b;
        emit Stored("a + b", a);
        return a << 3;
    }
}
`;

const mutants = mutantsOf("C.sol", SOURCE);
const kinds = mutants.map(({ id }) => id.split(": ")[1]);

describe("the mistakes planted", () => {
  test("are in functions' bodies, in code and not in comments or texts", () => {
    expect(new Set(mutants.map(({ line }) => line))).toEqual(new Set([7, 8, 9, 10]));
    expect(codeOf(SOURCE)).toHaveLength(SOURCE.length);
    expect(codeOf(SOURCE)).not.toContain("a >= b");
    expect(mutants.some(({ source }) => source.includes('"a - b"'))).toBe(false);
  });

  test("are those that a careless hand makes: bounds, signs, numbers, guards and statements left out", () => {
    expect(kinds).toEqual([
      "guard left out",
      "<= to <",
      "<= to >",
      "statement left out",
      "- to +",
      "statement left out",
      "<< to >>",
      "one more",
    ]);
    expect(mutants[0]!.source).toContain("if (false) revert TooSmall(a, b);");
    expect(mutants.at(-1)!.source).toContain("return a << (3 + 1);");
  });

  test("change one place each, and have names that differ", () => {
    for (const { source } of mutants) expect(source).not.toBe(SOURCE);
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
  });

  test("in assembly are one function for another, and words left out", () => {
    const source = `contract C {
    function f() external view returns (uint256 a) {
        assembly ("memory-safe") {
            if iszero(sload(0x10)) { a := add(a, 1) }
            mstore(0x40, a)
        }
        a = a | 1;
    }
}
`;
    const planted = mutantsOf("C.sol", source);
    expect(planted.map(({ line, id }) => `${line} ${id.split(": ")[1]}`)).toEqual([
      "4 iszero turned",
      "4 one more",
      "4 add to sub",
      "4 one more",
      "5 statement left out",
      "5 one more",
      "7 statement left out",
      "7 | to &",
      "7 one more",
    ]);
    expect(planted[0]!.source).toContain("if iszero(iszero(sload(0x10))) {");
    expect(planted[1]!.source).toContain("sload(17)");
    expect(planted[4]!.source).not.toContain("mstore");
  });

  test("in a sample are the same ones every time, and stay when others come or go", () => {
    const sample = sampleOf(mutants, 3);
    expect(sample).toHaveLength(3);
    expect(sampleOf(mutants, 3)).toEqual(sample);
    const others = mutants.filter((one) => !sample.includes(one));
    expect(sampleOf([...sample, ...others.slice(1)], 3)).toEqual(sample);
    expect(sampleOf(mutants, 100)).toEqual(mutants);
  });
});
