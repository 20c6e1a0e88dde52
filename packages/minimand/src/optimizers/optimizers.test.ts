import { jit, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tree } from "../engine/tree.ts";
import { adam, adamw } from "./adam.ts";
import { addDecayedWeights, clipByGlobalNorm, globalNorm, matricesOnly } from "./scale.ts";
import { constantSchedule, cosineSchedule, piecewiseSchedule, type Schedule, warmup } from "./schedules.ts";
import { sgd } from "./sgd.ts";
import { applyUpdates, type GradientTransformation } from "./transformation.ts";

const vector = (values: number[]) => np.array(Float32Array.from(values));
const gradients = [
  [0.5, -1, 2],
  [-0.3, 0.2, 1],
  [1, 1, -1],
  [0.1, -0.7, 0.4],
];

/** Parameters after the gradients above, from [1, -2, 3]. */
function follow(optimizer: GradientTransformation): number[] {
  let params: Tree = vector([1, -2, 3]);
  let state = optimizer.init(params);
  for (const g of gradients) {
    const [updates, next] = optimizer.update(vector(g), state, (params as np.Array).ref);
    params = applyUpdates(params, updates);
    state = next;
  }
  return [...((params as np.Array).dataSync() as Float32Array)];
}

function expectClose(actual: number[], expected: number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((x, i) => {
    expect(x).toBeCloseTo(expected[i], 5);
  });
}

describe("sgd", () => {
  it.each([
    { momentum: 0, nesterov: false, weightDecay: 0 },
    { momentum: 0.9, nesterov: false, weightDecay: 0 },
    { momentum: 0.9, nesterov: true, weightDecay: 0 },
    { momentum: 0.8, nesterov: false, weightDecay: 0.1 },
  ])("follows its formula in plain numbers, %o", ({ momentum, nesterov, weightDecay }) => {
    const p = [1, -2, 3];
    const v = [0, 0, 0];
    for (const gradient of gradients) {
      for (let i = 0; i < 3; i++) {
        const g = gradient[i] + weightDecay * p[i];
        v[i] = momentum * v[i] + g;
        p[i] -= 0.1 * (nesterov ? momentum * v[i] + g : v[i]);
      }
    }
    expectClose(follow(sgd(0.1, { momentum, nesterov, weightDecay })), p);
  });

  it("takes learning rate and momentum as inputs of a compiled program", () => {
    const once = jit((p: np.Array, g: np.Array, rate: np.Array) => {
      const optimizer = sgd(rate);
      const [updates] = optimizer.update(g, optimizer.init(p), p.ref);
      return applyUpdates(p, updates) as np.Array;
    });
    expectClose([...(once(vector([1]), vector([2]), 0.5 as never).dataSync() as Float32Array)], [0]);
    expectClose([...(once(vector([1]), vector([2]), 0.25 as never).dataSync() as Float32Array)], [0.5]);
  });

  it("refuses values outside of their ranges by name", () => {
    expect(() => sgd(-1)).toThrow("learningRate: expected a finite number >= 0, got -1");
    expect(() => sgd(0.1, { momentum: 1 })).toThrow("momentum: expected a finite number >= 0 and < 1, got 1");
    expect(() => sgd(0.1, { weightDecay: Number.NaN })).toThrow(
      "weightDecay: expected a finite number >= 0, got NaN",
    );
  });
});

describe("adam", () => {
  const adamByHand = (decay: number) => {
    const p = [1, -2, 3];
    const m = [0, 0, 0];
    const v = [0, 0, 0];
    gradients.forEach((gradient, t) => {
      for (let i = 0; i < 3; i++) {
        m[i] = 0.9 * m[i] + 0.1 * gradient[i];
        v[i] = 0.999 * v[i] + 0.001 * gradient[i] ** 2;
        const step = m[i] / (1 - 0.9 ** (t + 1)) / (Math.sqrt(v[i] / (1 - 0.999 ** (t + 1))) + 1e-8);
        p[i] -= 0.1 * (step + decay * p[i]);
      }
    });
    return p;
  };

  it("follows algorithm 1 of Kingma and Ba in plain numbers", () =>
    expectClose(follow(adam(0.1)), adamByHand(0)));

  it("decays weights beside the adaptive step, not through it", () => {
    expectClose(follow(adamw(0.1, { weightDecay: 0.3 })), adamByHand(0.3));
  });

  it("refuses moments and eps outside of their ranges", () => {
    expect(() => adam(0.1, { b1: 1 })).toThrow(RangeError);
    expect(() => adam(0.1, { eps: 0 })).toThrow("eps: expected a finite number > 0, got 0");
  });
});

describe("weight decay", () => {
  it("leaves out what the mask leaves out", () => {
    const params = { weight: np.array([[1, 2]]), bias: np.array([5, 6]) };
    const zeros = { weight: np.zeros([1, 2]), bias: np.zeros([2]) };
    const [updates] = addDecayedWeights(0.5, matricesOnly).update(zeros, {}, params) as [typeof params, Tree];
    expect(updates.weight.js()).toEqual([[0.5, 1]]);
    expect(updates.bias.js()).toEqual([0, 0]);
  });
});

describe("clipByGlobalNorm", () => {
  it("scales to the norm where it is exceeded and does nothing elsewhere, at any magnitude", () => {
    const number = fc.float({ noNaN: true, min: Math.fround(-1e30), max: Math.fround(1e30) });
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 2, maxLength: 6 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (g, limit) => {
          const [out] = clipByGlobalNorm(limit).update([vector(g)], {}, []);
          const clipped = [...((out as np.Array[])[0].dataSync() as Float32Array)];
          const norm = Math.hypot(...g);
          g.forEach((x, i) => {
            const expected = norm > limit ? (x / norm) * limit : x;
            expect(Math.abs(clipped[i] - expected)).toBeLessThanOrEqual(1e-4 * Math.abs(expected) + 1e-30);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it("leaves the smallest numbers that there are", () => {
    const [out] = clipByGlobalNorm(0.01).update([vector([1.401298464324817e-45, 0])], {}, []);
    expect([...((out as np.Array[])[0].dataSync() as Float32Array)]).toEqual([1.401298464324817e-45, 0]);
  });

  it("measures all leaves together", () => {
    expect(globalNorm([np.array([3, 0]), np.array([[4]])]).item()).toBeCloseTo(5, 5);
  });

  it("refuses a norm that is not positive", () => expect(() => clipByGlobalNorm(0)).toThrow(RangeError));
});

describe("schedules", () => {
  const at = (schedule: Schedule, count: number) => schedule(np.array(count, { dtype: np.float32 })).item();

  it("are what their formulas say", () => {
    expect(at(constantSchedule(0.3), 17)).toBeCloseTo(0.3, 6);
    for (const t of [0, 10, 50, 99])
      expect(at(cosineSchedule(2, 100), t)).toBeCloseTo(1 + Math.cos((Math.PI * t) / 100), 4);
    expect(at(cosineSchedule(2, 100, 0.5), 250)).toBeCloseTo(0.5, 5);
    expect(at(warmup(4, constantSchedule(1)), 0)).toBeCloseTo(0.25, 6);
    expect(at(warmup(4, constantSchedule(1)), 9)).toBeCloseTo(1, 6);
    expect(
      [0, 9, 10, 25].map((t) => at(piecewiseSchedule(1, [10, 20]), t)).map((x) => Number(x.toFixed(4))),
    ).toEqual([1, 1, 0.1, 0.01]);
  });

  it("refuse nonsense", () => {
    expect(() => cosineSchedule(1, 0)).toThrow("steps: expected an integer >= 1, got 0");
    expect(() => warmup(1.5, constantSchedule(1))).toThrow(RangeError);
    expect(() => piecewiseSchedule(1, [-1])).toThrow(RangeError);
  });
});
