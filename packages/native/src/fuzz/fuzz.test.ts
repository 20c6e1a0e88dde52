import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agree, type Part } from "./agree.fixture.ts";
import { type FuzzProgram, programs } from "./program.fixture.ts";

/** More programs: `FUZZ_RUNS=20000 FUZZ_SEED=7 npx vitest run packages/native/src/fuzz`. */
const runs = Number(process.env.FUZZ_RUNS ?? 150);
const seed = Number(process.env.FUZZ_SEED ?? 1);

describe("random programs", () => {
  it.each(["values", "gradient"] as const)(
    "give natively the %s of exact eager evaluation, in float64 and float32",
    async (part) => {
      let compared = 0;
      await fc.assert(
        fc.asyncProperty(programs, async (program) => {
          compared += Number(await agree(part, program));
          // What weak references were made to is kept until the turn ends, and promises alone end none.
          await nextTurn();
        }),
        { numRuns: runs, seed: 2 * seed + Number(part === "gradient") },
      );
      expect(compared).toBeGreaterThan(0.95 * runs);
    },
    3_600_000,
  );
});

const step = (op: FuzzProgram["steps"][number]["op"], a = 0, b = 0, c = 0) => ({ op, a, b, c });

/** Programs that once went wrong, or that chance rarely makes. */
const named: [string, Part, FuzzProgram][] = [
  [
    "the gradient of products of a matrix in another order of its axes, all as long",
    "gradient",
    {
      shapes: [[2, 4, 2]],
      seed: 0,
      steps: [
        ...[step("neg"), step("matmulT"), step("bitwise"), step("neg"), step("neg", 22), step("neg")],
        step("cumsum", 50),
      ],
    },
  ],
  [
    "the gradient of a product that is summed along an axis before the last of its result",
    "gradient",
    { shapes: [[3, 3], []], seed: 0, steps: [step("einsum", 3, 0, 78), step("neg")] },
  ],
  [
    "the gradient of a mean beside a choice, in float64",
    "gradient",
    { shapes: [[3, 3]], seed: 0, steps: [step("mean", 0, 45, 10), step("choose", 21), step("neg")] },
  ],
  [
    "numbers that are no float32, in float64",
    "gradient",
    { shapes: [[3]], seed: 0, steps: [step("variance"), step("neg")] },
  ],
  [
    "the gradient of overlapping slices",
    "gradient",
    { shapes: [[4]], seed: 0, steps: [step("slice", 0, 0, 8), step("slice", 1, 0, 5)] },
  ],
  [
    "a product of integers beyond 2^63",
    "values",
    { shapes: [[4, 4, 3]], seed: 0, steps: [step("toInt"), step("prodInt", 0, 0, 2)] },
  ],
  [
    "a comparison along an axis that is repeated no times",
    "values",
    {
      shapes: [
        [3, 1, 1],
        [2, 0, 1],
      ],
      seed: 0,
      steps: [step("sum", 0, 3, 1), step("less", 2, 0)],
    },
  ],
  [
    "a split of a repeated axis, with another one that is repeated afterwards",
    "values",
    {
      shapes: [[], [2, 3]],
      seed: 0,
      steps: [step("repeatAll", 1, 0, 2), step("expand", 0, 0, 1), step("split", 0, 0, 0), step("add", 0, 4)],
    },
  ],
  [
    "a position outside of its axis",
    "values",
    { shapes: [[3]], seed: 0, steps: [step("lookAnywhere", 0, 0, 1)] },
  ],
  [
    "a remainder of integers that is differentiated",
    "gradient",
    { shapes: [[3]], seed: 0, steps: [step("modInt", 0, 0, 1)] },
  ],
];

describe("named programs", () => {
  it.each(named)("are right: %s", async (_, part, program) => {
    expect(await agree(part, program)).toBe(true);
  });
});
