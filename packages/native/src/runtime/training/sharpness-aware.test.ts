import { numpy as np } from "@jax-js/jax";
import { sharpness } from "@minimand/lab/theory";
import { crossEntropy, type Hyper, type SupervisedOptions, type SupervisedStep } from "minimand";
import { compileWithJit, disposeTree, keyOf, leavesOf, type Tree } from "minimand/engine";
import { mlp } from "minimand/models";
import { sgd } from "minimand/optimizers";
import {
  asam,
  type BatchLoss,
  esam,
  fit,
  gsam,
  lookSam,
  mesa,
  minibatches,
  objectiveOf,
  outputHistory,
  saf,
  sam,
} from "minimand/training";
import { describe, expect, it } from "vitest";
import { nativeCompiler } from "../compile.ts";
import { close, examples, expectSame, inputs, type Run, rows } from "./training.fixture.ts";

const model = mlp({ inputs, hidden: [8], outputs: 3 });
const loss: BatchLoss = (f, y, { weights }) => crossEntropy(f, y, { weights });
const parts = { model, objective: objectiveOf(model, loss), optimizer: sgd(0.05, { momentum: 0.9 }) };
const ring = () => outputHistory({ examples: rows, outputs: 3, lag: 1 });

describe("a sharpness-aware step", () => {
  it.each<[string, Run]>([
    ["sam", { data: examples(3), make: (compile) => sam({ ...parts, compile }) }],
    ["asam", { data: examples(3), make: (compile) => asam({ ...parts, compile }) }],
    ["gsam", { data: examples(3), make: (compile) => gsam({ ...parts, compile }) }],
    ["lookSam", { data: examples(3), make: (compile) => lookSam({ ...parts, k: 2, compile }) }],
    [
      "esam",
      { data: examples(3), make: (compile) => esam({ model, loss, optimizer: parts.optimizer, compile }) },
    ],
    [
      "esam of single parameters",
      {
        data: examples(3),
        make: (compile) => esam({ model, loss, optimizer: parts.optimizer, granularity: "scalar", compile }),
      },
    ],
    [
      "saf",
      {
        data: examples(3),
        // Two epochs of three steps: the second looks back at the first.
        init: { hyper: { stepsPerEpoch: 3, startEpoch: 1, lambda: 2 }, memory: ring() },
        make: (compile) => saf({ ...parts, compile }),
      },
    ],
    [
      "mesa",
      {
        data: examples(3),
        init: { hyper: { stepsPerEpoch: 3, startEpoch: 1, lambda: 2, decay: 0.5 } },
        make: (compile) => mesa({ ...parts, compile }),
      },
    ],
  ])("%s: trains as under jit", async (_, run) => {
    await expectSame(run);
  });
});

describe("several steps in one call", () => {
  it.each<[string, (own: SupervisedOptions) => SupervisedStep, Hyper]>([
    ["sam", (own) => sam(own), {}],
    // The term starts within a block.
    ["mesa", (own) => mesa(own), { stepsPerEpoch: 5, startEpoch: 1, lambda: 2, decay: 0.5 }],
  ])("are those of %s made alone", async (_, make, hyper) => {
    const native = await nativeCompiler();
    const found = await Promise.all(
      [true, false].map(async (together) => {
        const step = make({ ...parts, compile: native });
        const batches = minibatches(examples(3), { size: 16, seed: 3 });
        const given = [0, 1, 2, 3].flatMap((epoch) => [...batches.epoch(epoch)]);
        const state = step.init(keyOf(1), { hyper });
        const end = await fit({ step, state, batches: given, ...(together ? {} : { onStep: () => {} }) });
        const params = leavesOf(end.params).flatMap((leaf) => [...(leaf.ref.dataSync() as Float32Array)]);
        disposeTree([end.params, end.optimizer, end.modelState]);
        step.dispose();
        return params;
      }),
    );
    close(found[0], found[1], 1e-5);
  });
});

describe("measures of sharpness", () => {
  it("are those of jit", async () => {
    const { x, y } = examples(3);
    const data = {
      x: np.array(x as Float32Array<ArrayBuffer>, { shape: [rows, inputs] }),
      y: np.array(y as Int32Array<ArrayBuffer>),
    };
    const { params } = model.init(keyOf(3));
    const native = await nativeCompiler({
      warn: (message) => {
        throw new Error(message);
      },
    });
    const [own, expected] = await Promise.all(
      [native, compileWithJit].map(async (compile) => {
        const measure = sharpness(
          (p: Tree, d: { x: np.Array; y: np.Array }) =>
            np.mean(crossEntropy(model.apply({ params: p, state: {} }, d.x, { training: false })[0], d.y)),
          { compile },
        );
        const { curves } = await measure.along(params, data, { directions: 2, alphas: [-1, 0, 1] });
        const found = [
          await measure.firstOrder(params, data),
          await measure.ascent(params, data),
          await measure.lambdaMax(params, data),
          await measure.trace(params, data),
          ...curves.flat(),
        ];
        measure.dispose();
        return found;
      }),
    );
    expect(own.every(Number.isFinite)).toBe(true);
    close(own, expected, 1e-3);
    disposeTree([params, data]);
  });
});
