import { numpy as np } from "@jax-js/jax";
import {
  type FeatEnhancerOptions,
  featEnhancer,
  oneScaleEnhancer,
  stackEnhancer,
  withEnhancer,
} from "@minimand/lab/vision";
import { adam, type Layer, objectiveOf, sequential, supervised } from "minimand";
import { type Compile, compileWithJit, disposeTree, keyOf, leavesOf, type Tree } from "minimand/engine";
import { conv2d, relu, resizeBilinear } from "minimand/models";
import { expect, it } from "vitest";
import { toOnnx } from "../../export/to-onnx.ts";
import { nativeCompiler } from "../compile.ts";
import { loadModel } from "../load-model.ts";
import { close } from "./training.fixture.ts";

const waves = (shape: readonly number[], shift: number): np.Array =>
  np.array(
    Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => 0.5 + 0.5 * Math.sin(12.9898 * i + shift),
    ),
    { shape: [...shape] },
  );

/** Losses and parameters of some steps of an enhancer and a network behind it, whose answer is brought back to the image's size. */
function trained(enhancer: Layer, compile: Compile): { losses: number[]; params: number[] } {
  const model = withEnhancer(
    enhancer,
    sequential([
      conv2d({ inputs: 1, outputs: 4, kernel: 3, stride: 2, padding: 1 }),
      relu,
      conv2d({ inputs: 4, outputs: 2, kernel: 3, padding: "same" }),
      (x) => resizeBilinear(x, [15, 17]),
    ]),
  );
  const step = supervised({
    model,
    objective: objectiveOf(model, (output, y, { weights }) => {
      weights?.dispose();
      return np.square(output.sub(y)).mean([1, 2, 3]);
    }),
    optimizer: adam(0.01),
    compile,
  });
  let state = step.init(keyOf(1));
  const losses: number[] = [];
  for (let i = 0; i < 4; i++) {
    const [next, { loss }] = step.update(state, {
      x: waves([2, 15, 17, 1], 0),
      y: waves([2, 15, 17, 2], 1),
      weights: np.ones([2]),
      ids: new Int32Array(2),
      rows: 2,
    });
    state = next;
    losses.push(loss.item());
  }
  const params = leavesOf(state.params).flatMap((leaf) => [...(leaf.ref.dataSync() as Float32Array)]);
  disposeTree([state.params, state.optimizer, state.modelState]);
  step.dispose();
  return { losses, params };
}

const small = { inChannels: 1, width: 2, groups: 2, heads: 2 } as const;
const others: FeatEnhancerOptions = { ...small, fusion: ["average", "safa"], downsample: "maxpool" };

it.each([
  featEnhancer(small),
  featEnhancer(others),
  oneScaleEnhancer({ inChannels: 1, width: 2, groups: 2 }),
  stackEnhancer({ inChannels: 1, width: 2, groups: 2, dilations: [1, 2, 1] }),
])("$name before a network trains as under jit", async (enhancer) => {
  const warnings: string[] = [];
  const native = await nativeCompiler({ warn: (message) => void warnings.push(message) });
  const [natively, engine] = [trained(enhancer, native), trained(enhancer, compileWithJit)];
  expect(warnings).toEqual([]);
  expect(engine.losses[3]).toBeLessThan(engine.losses[0]);
  close(natively.losses, engine.losses, 1e-5);
  close(natively.params, engine.params, 1e-3);
});

it("an enhancer written as ONNX computes what the engine does", () => {
  const enhancer = featEnhancer(small);
  const { params } = enhancer.init(keyOf(2));
  const apply = (params: Tree, x: np.Array): np.Array =>
    enhancer.apply({ params, state: {} }, x, { training: false })[0];
  const model = loadModel(
    toOnnx(apply, params, [{ name: "x", shape: [3, 15, 17, 1] }], { dynamicBatch: false }),
  );
  const x = waves([3, 15, 17, 1], 0);
  const { output } = model.run({ x: { data: x.ref.dataSync() as Float32Array, shape: [3, 15, 17, 1] } });
  close([...(output.data as Float32Array)], [...(apply(params, x).dataSync() as Float32Array)], 1e-5);
  model.dispose();
});
