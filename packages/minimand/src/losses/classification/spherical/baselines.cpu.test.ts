import { numpy as np } from "@jax-js/jax";
import { describe, it } from "vitest";
import { compiledValueAndGrad } from "../../../engine/differentiate.ts";
import { expectSlopes } from "../../../engine/slopes.fixture.ts";
import { hierarchicalSoftmaxLoss, sampledSoftmaxLoss } from "./index.ts";

const filled = (shape: number[], phase: number) =>
  np.array(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(7.3 * i + phase)),
    { shape },
  );
type Inputs = Record<string, np.Array>;

/** Checks the compiled gradient of a scalar function of named arrays against differences. */
function expectGradient(make: () => Inputs, f: (inputs: Inputs) => np.Array): void {
  const run = compiledValueAndGrad(f);
  const [value, gradient] = run(make());
  value.dispose();
  const names = Object.keys(gradient);
  const start = make();
  const shapes = names.map((name) => [...start[name].shape]);
  expectSlopes(
    (moved) =>
      f(Object.fromEntries(names.map((name, k) => [name, np.array(moved[k], { shape: shapes[k] })]))).item(),
    names.map((name) => start[name].dataSync()),
    names.map((name) => gradient[name].dataSync()),
    { tolerance: 1e-6 },
  );
  run.dispose();
}

describe("gradients of the baselines over hidden layer and weights", () => {
  const labels = () => np.array(Int32Array.of(0, 5, 5, 3));

  it("are those of finite differences for the hierarchical softmax, a group occurring twice", () => {
    expectGradient(
      () => ({
        h: filled([4, 3], 9),
        topW: filled([3, 3], 1),
        topB: filled([3], 2),
        leafW: filled([3, 3, 2], 3),
        leafB: filled([3, 2], 4),
      }),
      ({ h, topW, topB, leafW, leafB }) =>
        hierarchicalSoftmaxLoss(h, labels(), { topW, topB, leafW, leafB }).mean(),
    );
  });

  it("are those of finite differences for the sampled softmax, with labels among the negatives", () => {
    expectGradient(
      () => ({ h: filled([4, 3], 9), w: filled([6, 3], 1), b: filled([6], 2) }),
      ({ h, w, b }) =>
        sampledSoftmaxLoss(
          h,
          labels(),
          { w, b },
          { negatives: np.array(Int32Array.of(0, 1, 1, 5, 4)) },
        ).mean(),
    );
  });
});
