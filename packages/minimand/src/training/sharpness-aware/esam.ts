import { numpy as np, random } from "@jax-js/jax";
import { checkNumber } from "../../engine/checks.ts";
import { oneOf, readOptions } from "../../engine/options.ts";
import { constantOf } from "../../engine/parameter.ts";
import { keyOf } from "../../engine/random.ts";
import { leavesOf, mapTree, refTree, type Tree } from "../../engine/tree.ts";
import { gradientAt } from "../gradient-at.ts";
import type { Hyper, TracedHyper } from "../hyper.ts";
import type { ArrayBatch, BatchLoss } from "../objective.ts";
import { makeStep } from "../step.ts";
import type { Directed, StepInputs } from "../step-method.ts";
import type { SupervisedOptions } from "../supervised.ts";
import type { SupervisedStep } from "../train-step.ts";
import { addTrees, discard, esamPerturbation } from "./perturbations.ts";

/** How an {@link esam} step is built: a loss of each example in the place of an objective of the batch. */
export interface EsamOptions<H extends Hyper = Hyper> extends Omit<SupervisedOptions<H>, "objective"> {
  /** Values `[batch]`, already multiplied by the weights. */
  loss: BatchLoss<NoInfer<H>>;
  /** Share of a batch that the second gradient is taken on, in (0, 1]; default 0.5. */
  gamma?: number;
  /**
   * What is perturbed or left out as one: a whole array, as in the official code (default), or a single
   * number, as in the paper, which draws as many random numbers an update as there are parameters.
   */
  granularity?: "scalar" | "tensor";
}

/**
 * The examples whose loss rises most: the first `floor(share n)` (at least one) of the `n` examples with a weight. They are given as row
 * numbers `[floor(share batch)]` in falling order of the rise, and 1 for those that count, 0 for the rest.
 *
 * @param rise of the loss, `[batch]`; consumed
 * @param weights `[batch]`; consumed
 * @param share in (0, 1]
 * @example
 * sharpestExamples(np.array([0.1, 0.5, 0.2, 0.4]), np.ones([4]), 0.5) // rows [1, 3]
 */
export function sharpestExamples(
  rise: np.Array,
  weights: np.Array,
  share: number,
): { rows: np.Array; counted: np.Array } {
  checkNumber("share", share, { above: 0, max: 1 });
  const batch = rise.shape[0];
  const most = Math.max(1, Math.floor(share * batch + 1e-9));
  const present = weights.notEqual(0);
  const size = present.ref.astype(np.float32).sum();
  const ranked = np.argsort(np.where(present, rise.neg(), Infinity));
  const allowed = np.maximum(np.floor(size.mul(share).add(1e-6)), 1);
  return {
    rows: ranked.slice([0, most]),
    counted: np.arange(most).astype(np.float32).less(allowed).astype(np.float32),
  };
}

/**
 * Efficient sharpness-aware minimisation (ESAM): SAM that perturbs a random part of the parameters and takes
 * the second gradient on a part of the batch.
 *
 * (1) the gradient `g` of the batch; (2) `epsilon` of {@link esamPerturbation} with a mask that keeps each
 * array (or parameter) with probability `beta`; (3) a forward pass at `theta + epsilon`: the `gamma` share of
 * examples whose loss rises most is kept ({@link sharpestExamples}); (4) the optimizer's step with the
 * gradient of their mean loss at `theta + epsilon`.
 *
 * Hyperparameters: `rho >= 0`, default 0.05; `beta` in (0, 1], default 0.6. `beta = gamma = 1` is SAM.
 *
 * @param options as for `supervised` with a `loss` per example; `gamma`, `granularity`
 * @returns a train step; `init` throws TypeError, RangeError for hyperparameters out of range
 * @throws RangeError for `gamma` outside of (0, 1], an unknown `granularity`
 * @example
 * esam({ model, loss: (f, y, { weights }) => crossEntropy(f, y, { weights }), optimizer: sgd(0.1, { momentum: 0.9 }) })
 * @see Du et al. 2022, arXiv 2110.03141, algorithm 1 (the official code drops the k-th example, here it
 * counts)
 */
export function esam<H extends Hyper = Hyper>(
  options: EsamOptions<H>,
): SupervisedStep<H, { rho?: number; beta?: number }>;
export function esam(options: EsamOptions): SupervisedStep {
  const { loss, gamma, granularity } = readOptions("esam", options, {
    model: true,
    loss: true,
    optimizer: true,
    hyper: true,
    compile: true,
    gamma: [0.5, { above: 0, max: 1 }],
    granularity: ["tensor", oneOf(["scalar", "tensor"])],
  });
  return makeStep(options, {
    name: "esam",
    hyper: { rho: { default: 0.05, min: 0 }, beta: { default: 0.6, above: 0, max: 1 } },
    // Draws of its own, apart from those of model and loss.
    prepare: ({ seed, count }) => ({ maskKey: keyOf(seed, count, maskStream) }),
    direction: esamDirection({ model: options.model, loss, gamma }, (gradient, { own, hyper }) =>
      randomMask(gradient, own.maskKey.ref, hyper.beta.ref, granularity),
    ),
  });
}

const maskStream = 0x3a5c;

/** A mask of zeros and ones for a tree that is only looked at. Consumes key and share. */
function randomMask(like: Tree, key: np.Array, beta: np.Array, granularity: "scalar" | "tensor"): Tree {
  const count = leavesOf(like).length;
  const keys = random.split(key, count);
  let i = 0;
  const mask = mapTree((leaf) => {
    const shape = granularity === "scalar" ? leaf.shape : [];
    const drawn = random.uniform(keys.ref.slice(i++), shape);
    leaf.dispose();
    return drawn.less(beta.ref).astype(np.float32);
  }, refTree(like));
  discard(keys, beta);
  return mask;
}

/** The direction of ESAM with any mask, which may look at the gradient. */
export function esamDirection(
  { model, loss, gamma }: Pick<EsamOptions, "model" | "loss"> & { gamma: number },
  maskFor: (gradient: Tree, inputs: StepInputs) => Tree,
) {
  const perExample = (
    params: Tree,
    modelState: Tree,
    { x, y, weights }: ArrayBatch,
    key: np.Array,
    hyper: TracedHyper,
  ): [np.Array, Tree, np.Array] => {
    const [output, next] = model.apply({ params, state: modelState }, x, {
      training: true,
      key: key.ref,
      weights: weights.ref,
    });
    return [loss(output.ref, y, { weights, key, hyper }), next, output];
  };
  const at = gradientAt((params: Tree, { modelState, key, hyper }, { x, y, weights }: ArrayBatch) => {
    const [values, next, output] = perExample(params, modelState, { x, y, weights: weights.ref }, key, hyper);
    output.dispose();
    const scalar = values.ref.sum().div(constantOf(weights.sum(), values.dtype));
    return [scalar, { values, modelState: next }];
  });
  return (inputs: StepInputs): Directed => {
    const { params, hyper, key, x, y, weights } = inputs;
    const first = at(refTree(params), inputs, {});
    const mask = maskFor(first.gradient, inputs);
    const sizes = { rho: hyper.rho.ref, beta: hyper.beta.ref };
    const perturbed = addTrees(esamPerturbation(first.gradient, mask, sizes), refTree(params));
    const [after, afterState, output] = perExample(
      refTree(perturbed),
      refTree(inputs.modelState),
      { x: x.ref, y: y.ref, weights: weights.ref },
      key.ref,
      hyper,
    );
    discard(afterState, output);
    const { rows, counted } = sharpestExamples(after.sub(first.aux.values), weights.ref, gamma);
    const chosen = {
      ...inputs,
      x: np.take(x.ref, rows.ref, 0),
      y: np.take(y.ref, rows.ref, 0),
      weights: np.take(weights.ref, rows, 0).mul(counted),
    };
    const second = at(perturbed, chosen, {});
    discard(second.loss);
    return { metrics: { loss: first.loss }, direction: second.gradient, modelState: first.aux.modelState };
  };
}
