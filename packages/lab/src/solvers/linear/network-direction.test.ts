import { numpy as np } from "@jax-js/jax";
import { disposeTree, keyOf } from "minimand/engine";
import { dcdmNet2d } from "minimand/models";
import { adam } from "minimand/optimizers";
import { fit, minibatches, predictor, supervised } from "minimand/training";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { dcdm, dcdmAsync } from "./dcdm.ts";
import { directionObjective } from "./dcdm-loss.ts";
import { networkDirection, networkDirectionAsync } from "./network-direction.ts";
import { poisson2d } from "./poisson.ts";
import { poissonProduct } from "./poisson-array.ts";
import { ritzMixtures } from "./ritz-mixture.ts";
import { normals, rightHandSide } from "./systems.fixture.ts";

const model = dcdmNet2d({ channels: 2 });
const predict = predictor(model);

describe("networkDirection", () => {
  it("is the network, and leaves nothing alive", async () => {
    const { params } = model.init(keyOf(1));
    const r = normals(8 * 6);
    const direction = networkDirection({ predict, params, shape: [8, 6] });
    const image = np.array(Float32Array.from(r), { shape: [1, 8, 6, 1] });
    const [output] = model.apply({ params: model.init(keyOf(1)).params, state: {} }, image, {
      training: false,
    });
    const expected = output.dataSync();
    direction(r);
    Array.from(direction(r)).forEach((value, cell) => {
      expect(value).toBeCloseTo(expected[cell], 5);
    });
    expect(leakOf(() => void direction(r))).toBe(0);
    const later = networkDirectionAsync({ predict, params, shape: [8, 6] });
    expect(await later(r)).toEqual(direction(r));
    disposeTree(params);
  });

  it("pads grids that the network doesn't take", async () => {
    const { params } = model.init(keyOf(1));
    const A = poisson2d({ shape: [7, 5] });
    const b = rightHandSide(A);
    const direction = networkDirection({ predict, params, shape: [7, 5], multiple: 2 });
    expect(direction(b)).toHaveLength(35);
    const options = { maxIterations: 3, tolerance: 0 };
    const { residualNorms } = dcdm(A, b, direction, options);
    expect((await dcdmAsync(A, b, direction, options)).residualNorms).toEqual(residualNorms);
    const odd = networkDirection({ predict, params, shape: [7, 5] });
    expect(() => odd(b)).toThrow("a height and a width that are multiples of 2");
    expect(() => direction(b.subarray(1))).toThrow("r: expected 35 numbers, got 34");
    expect(() => networkDirection({ params, shape: [7, 5] } as never)).toThrow(
      "predict: expected a predictor",
    );
    expect(() => networkDirection({ predict, params, shape: [7] as never })).toThrow(
      "shape: expected [rows, columns]",
    );
    disposeTree(params);
  });
});

describe("directionObjective", () => {
  it("teaches a network directions that take fewer steps", async () => {
    // With two channels training hardly begins.
    const model = dcdmNet2d({ channels: 4 });
    const predict = predictor(model);
    const A = poisson2d({ shape: [8, 8] });
    const examples = ritzMixtures(A, 64, { count: 100, vectors: 32, seed: 1 });
    const batches = minibatches(
      { x: Float32Array.from(examples.flatMap((b) => [...b])), shape: [8, 8, 1], y: new Float32Array(100) },
      { size: 10, seed: 1 },
    );
    const step = supervised({
      model,
      objective: directionObjective(model, poissonProduct(A)),
      optimizer: adam(5e-3),
    });
    const losses: number[] = [];
    let state = step.init(keyOf(2));
    const b = rightHandSide(A, 3);
    const stepsOf = () => {
      const direction = networkDirection({ predict, params: step.params(state), shape: [8, 8] });
      const { iterations } = dcdm(A, b, direction, { maxIterations: 200 });
      return iterations;
    };
    const before = stepsOf();
    for (let epoch = 0; epoch < 8; epoch++)
      state = await fit({
        step,
        state,
        batches: batches.epoch(epoch),
        onMetrics: ({ loss }) => losses.push(loss),
      });
    expect(losses.at(-1)).toBeLessThan(0.2 * losses[0]);
    expect(stepsOf()).toBeLessThan(0.5 * before);
    disposeTree([state.params, state.optimizer, state.modelState]);
    step.dispose();
    predict.dispose();
  });

  it("refuses what is no model", () => {
    expect(() => directionObjective({} as never, (u) => u)).toThrow("model: expected a model, got object");
  });
});
