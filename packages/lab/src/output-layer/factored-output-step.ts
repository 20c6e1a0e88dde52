import { numpy as np } from "@jax-js/jax";
import {
  type Compile,
  checkNumber,
  compileWithJit,
  disposeTree,
  type OptionNames,
  rangeError,
  readOptions,
  refTree,
  type Tree,
} from "minimand/engine";
import { gradientAt, makeStep, withPresentNames } from "minimand/internals";
import type { SphericalLossSpec } from "minimand/losses";
import type { Model } from "minimand/models";
import type { GradientTransformation } from "minimand/optimizers";
import type { Batch, ObjectiveContext, SupervisedState, TrainStep } from "minimand/training";
import { type FitOptions, fit } from "minimand/training";
import type { FactoredOutputLayer } from "./factored-output-layer.ts";

/** A body, an output layer on top of it, and how each is trained. */
export interface FactoredTrainingOptions {
  /** From `[batch, ...]` to the layer's `[batch, features]`. */
  body: Model;
  /** Changed in place. */
  layer: FactoredOutputLayer;
  loss: SphericalLossSpec;
  /** Of the body. */
  optimizer: GradientTransformation;
  /** Learning rate of the output layer, for which there is plain gradient descent only; may depend on the steps made. */
  learningRate: number | ((count: number) => number);
  /** L2 weight decay of the output layer; default 0. */
  outputDecay?: number;
  /** Largest norm of the gradient of the output layer; default: any. */
  outputClip?: number;
  /** Of the two programs of the body; default: the engine's `jit`. */
  compile?: Compile;
}

/** Old names of the options. */
const renamed = { outputRate: "learningRate" } as const;

const factoredOutputOptions: OptionNames<FactoredTrainingOptions> = {
  body: true,
  layer: true,
  loss: true,
  optimizer: true,
  compile: true,
  learningRate: true,
  outputDecay: true,
  outputClip: true,
};

/** What the body carries from step to step; the arrays are owned by the state. */
export type FactoredTrainingState = SupervisedState;

/**
 * Returns the training step of a network whose output layer is a {@link FactoredOutputLayer}, for `fit`.
 *
 * The body computes the hidden values `h`; the layer makes its own step on them and gives `G = dL/dh`; the body follows
 * the gradient of `sum(G h)`, with G held constant. So `h` is computed twice, which costs less than holding what the first
 * time left.
 *
 * `saveState` saves the body alone: the layer isn't in the state.
 *
 * Batches hold class ids and weights as those of `minibatches` do; reads of `h` are synchronous, so not for WebGPU. A step
 * that throws has not changed the layer.
 *
 * @returns a step whose `loss` is the mean loss of the batch before the step
 * @throws RangeError where the body's output is not `[batch, features]`; as {@link FactoredOutputLayer.step}
 * @example
 * factoredOutputStep({ body: mlp({ inputs: 8, hidden: [64], outputs: 64 }), layer, loss: zLossSpec(), optimizer: adamw(1e-3), learningRate: 0.1 })
 * @see Vincent, de Brébisson, Bouthillier 2015, arXiv 1412.7091, section 3
 */
export function factoredOutputStep(options: FactoredTrainingOptions): TrainStep<FactoredTrainingState> {
  const {
    body,
    layer,
    loss,
    optimizer,
    learningRate,
    outputDecay,
    outputClip,
    compile = compileWithJit,
  } = readOptions("factoredOutputStep", withPresentNames(options, renamed), factoredOutputOptions);
  if (typeof learningRate === "number") checkNumber("learningRate", learningRate, { min: 0 });
  const forward = compile((params: Tree, state: Tree, x: np.Array, key: np.Array, weights: np.Array) => {
    const [hidden, next] = body.apply({ params, state }, x, { training: true, key, weights });
    disposeTree(next);
    return hidden;
  });
  const at = gradientAt((params, { modelState, memory, key }: ObjectiveContext, { x, weights }) => {
    const variables = { params, state: modelState };
    const [hidden, next] = body.apply(variables, x, { training: true, key, weights });
    return [hidden.mul(memory.gradHidden).sum(), { modelState: next }];
  });

  /** The layer's step on the hidden values of a batch; its gradient in the body's precision, and the mean loss. */
  function stepOfLayer(
    state: FactoredTrainingState,
    { x, y, weights }: Batch,
    key: np.Array,
  ): { gradHidden: np.Array; loss: np.Array } {
    const hidden = forward(refTree(state.params), refTree(state.modelState), x.ref, key.ref, weights.ref);
    const { shape, dtype } = hidden;
    const values = hidden.dataSync() as Float32Array | Float64Array;
    const size = weights.shape[0];
    if (shape.length !== 2 || shape[0] !== size || shape[1] !== layer.features)
      throw rangeError("body", `an output [${size}, ${layer.features}]`, { shape, dtype });
    const own = weights.ref.dataSync() as Float32Array;
    const result = layer.step(values, y.ref.dataSync() as Int32Array, {
      loss,
      weights: own,
      learningRate: typeof learningRate === "number" ? learningRate : learningRate(state.count),
      weightDecay: outputDecay,
      clipNorm: outputClip,
    });
    const total = own.reduce((a, b) => a + b, 0);
    const Floats = values instanceof Float64Array ? Float64Array : Float32Array;
    return {
      gradHidden: np.array(new Floats(result.gradHidden), { shape }),
      loss: np.array(result.losses.reduce((a, b) => a + b, 0) / total),
    };
  }

  return makeStep(
    { model: body, optimizer, compile },
    {
      name: "factoredOutputStep",
      // The layer's step is on the parameters of the moment.
      alone: () => true,
      prepare: stepOfLayer,
      direction(inputs) {
        const { gradHidden, loss } = refTree(inputs.own);
        const { loss: inner, aux, gradient } = at(refTree(inputs.params), inputs, { gradHidden });
        inner.dispose();
        return { metrics: { loss }, direction: gradient, ...aux };
      },
      dispose: () => forward.dispose(),
    },
  );
}

/**
 * Trains a body and a {@link FactoredOutputLayer} on top of it on the batches in order; {@link factoredOutputStep} and
 * `fit` in one call.
 *
 * @param options those of the step, `key` for the initial body (consumed), and `batches`, `onStep`, `signal` as `fit` has them
 * @returns the trained body, for `predictor(body)(params, state, x)`; the layer is changed in place
 * @throws as `fit` and {@link factoredOutputStep}
 * @example
 * const { params, state } = await trainWithFactoredOutput({ body, layer, loss, optimizer, learningRate: 0.1, key, batches: batches.epoch(0) });
 */
export async function trainWithFactoredOutput(
  options: FactoredTrainingOptions & { key: np.Array } & Pick<
      FitOptions<FactoredTrainingState>,
      "batches" | "onStep" | "signal"
    >,
): Promise<{ params: Tree; state: Tree }> {
  const { key, batches, onStep, signal, ...own } = readOptions(
    "trainWithFactoredOutput",
    withPresentNames(options, renamed),
    {
      ...factoredOutputOptions,
      key: true,
      batches: true,
      onStep: true,
      signal: true,
    },
  );
  const step = factoredOutputStep(own);
  try {
    const trained = await fit({ step, state: step.init(key), batches, onStep, signal });
    disposeTree(trained.optimizer);
    return { params: trained.params, state: trained.modelState };
  } finally {
    step.dispose();
  }
}
