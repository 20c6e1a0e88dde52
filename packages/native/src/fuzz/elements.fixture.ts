import { lax, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import type { Tree } from "minimand/engine";
import { numbers, type Steps, specials } from "./kernels.fixture.ts";

interface Values {
  float(): np.Array;
  whole(): np.Array;
  truth(): np.Array;
  /** Adds 0 in a way that the engine doesn't see. */
  plusZero(x: np.Array): np.Array;
}

/**
 * Operations on each element by itself: of floats, integers and booleans, and between them. Their results are exact, numbers among them
 * float32, but for the sign of 0, which the engine doesn't keep. Quotients are left out: the engine multiplies by a rounded reciprocal.
 */
const operations: Readonly<Record<string, (values: Values) => np.Array>> = {
  add: ({ float }) => float().add(float()),
  subtract: ({ float }) => float().sub(float()),
  multiply: ({ float }) => float().mul(float()),
  reciprocal: ({ float, plusZero }) => plusZero(np.reciprocal(plusZero(float()))),
  scale: ({ float }) => float().mul(-0.375),
  shift: ({ float }) => float().add(2 ** -20),
  negative: ({ float }) => float().neg(),
  maximum: ({ float }) => np.maximum(float(), float()),
  minimum: ({ float }) => np.minimum(float(), float()),
  clip: ({ float }) => np.clip(float(), -0.5, 0.75),
  sqrt: ({ float }) => np.sqrt(float()),
  floor: ({ float }) => np.floor(float()),
  ceil: ({ float }) => np.ceil(float()),
  sign: ({ float }) => np.sign(float()),
  abs: ({ float }) => np.abs(float()),
  where: ({ float, truth }) => np.where(truth(), float(), float()),
  less: ({ float }) => float().less(float()),
  lessEqual: ({ float }) => float().lessEqual(float()),
  equal: ({ float }) => float().equal(float()),
  notEqual: ({ float }) => float().notEqual(float()),
  toFloat: ({ whole }) => whole().astype(np.float32),
  toWhole: ({ float }) =>
    float()
      .mul(2 ** 30)
      .astype(np.int32),
  fromTruth: ({ truth }) => truth().astype(np.float32),
  countTruth: ({ truth }) => truth().astype(np.int32),
  addWhole: ({ whole }) => whole().add(whole()),
  negativeWhole: ({ whole }) => whole().neg(),
  maximumWhole: ({ whole }) => np.maximum(whole(), whole()),
  lessWhole: ({ whole }) => whole().less(whole()),
  both: ({ truth }) => np.logicalAnd(truth(), truth()),
  either: ({ truth }) => np.logicalOr(truth(), truth()),
  not: ({ truth }) => np.logicalNot(truth()),
  stop: ({ float }) => lax.stopGradient(float()),
  // Nothing that is computed element by element.
  flip: ({ float }) => np.flip(float()),
};

const sizes = [2, 3, 4, 5, 7, 8, 19, 64];

interface ElementProgram {
  size: number;
  steps: { op: string; picks: number[] }[];
  seed: number;
}

/** Random programs on vectors and numbers, which give all values that they make. */
export const elementPrograms: fc.Arbitrary<ElementProgram> = fc.record({
  size: fc.constantFrom(...sizes),
  steps: fc.array(
    fc.record({
      op: fc.constantFrom(...Object.keys(operations)),
      picks: fc.array(fc.nat(99), { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 3, maxLength: 20, size: "max" },
  ),
  seed: fc.nat(1000),
});

/** Each operation, of the first two vectors, of a vector and a number, and of its own result. */
export const everyOperation: readonly ElementProgram[] = Object.keys(operations).map((op) => ({
  size: specials.length ** 2 + 3,
  steps: [[0, 1], [0, 2], [2, 0], [3]].map((picks) => ({ op, picks })),
  seed: 5,
}));

export function elementSteps({ size, steps, seed }: ElementProgram): Steps {
  const given = (special: boolean) => (): Tree => ({
    x: numbers([size], seed, special),
    y: numbers([size], seed + 1, special),
    a: numbers([], seed + 2, special),
    zero: np.array([0, 1]).slice(0),
  });
  const pairs = (): Tree => {
    // A part of an array is in memory also where all its values are the same, which the engine computes with more digits.
    const specialAt = (place: (i: number) => number): np.Array => {
      const values = Array.from({ length: size }, (_, i) => specials[place(i) % specials.length]);
      return np.array(Float32Array.of(...values, 0.5)).slice([0, size]);
    };
    return {
      x: specialAt((i) => i),
      y: specialAt((i) => Math.floor(i / specials.length)),
      a: numbers([], seed + 2, true),
      zero: np.array([0, 1]).slice(0),
    };
  };
  return {
    state: () => [],
    inputs: [given(false), given(true), pairs],
    step(_, input) {
      const { x, y, a, zero } = input as Record<string, np.Array>;
      const made: np.Array[] = [x, y, a];
      let drawn = 0;
      for (const { op, picks } of steps) {
        const pick = (fits: (x: np.Array) => boolean, other: () => np.Array): np.Array => {
          const candidates = made.filter(fits);
          const n = picks[drawn++ % picks.length];
          return candidates.length === 0 ? other() : candidates[n % candidates.length].ref;
        };
        const float = (): np.Array =>
          pick(
            ({ dtype }) => dtype === np.float32,
            () => x.ref,
          );
        made.push(
          operations[op]({
            float,
            whole: () =>
              pick(
                ({ dtype }) => dtype === np.int32,
                () => float().mul(7).astype(np.int32),
              ),
            truth: () =>
              pick(
                ({ dtype }) => dtype === np.bool,
                () => float().less(0.125),
              ),
            plusZero: (value) => value.add(zero.ref),
          }),
        );
      }
      zero.dispose();
      return [[], made];
    },
  };
}
