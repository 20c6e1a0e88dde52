import type { numpy as np } from "@jax-js/jax";
import { readOptions } from "../engine/options.ts";
import { constantOf } from "../engine/parameter.ts";
import { type AldrOptions, aldrKl } from "../losses/classification/ldr/aldr.ts";
import { truncatedGce } from "../losses/classification/robust/generalized-cross-entropy.ts";
import type { Model } from "../models/model.ts";
import type { Hyper, TracedHyper } from "./hyper.ts";
import type { Objective } from "./objective.ts";

/** A loss with memory: the remembered entries of the batch come in, `[batch]` each, and go out renewed. */
export type MemoryLoss<H extends Hyper = Hyper> = (
  output: np.Array,
  y: np.Array,
  memory: { [name: string]: np.Array },
  options: { weights: np.Array; hyper: TracedHyper<H> },
) => [values: np.Array, memory: { [name: string]: np.Array }];

/**
 * The objective of a per-example loss with memory: the weighted mean of its values.
 *
 * The memory lives on the host, one number per example id; `supervised` gathers the batch's entries before the compiled
 * step and scatters the renewed ones after it (`step.init(key, { memory })`).
 *
 * @example
 * objectiveWithMemory(model, (f, y, { lambda }, { weights }) => {
 *   const [values, next] = aldrKl(f, y, lambda, { weights });
 *   return [values, { lambda: next }];
 * })
 */
export function objectiveWithMemory<H extends Hyper = Hyper>(
  model: Model,
  loss: MemoryLoss<H>,
): Objective<H> {
  return (params, { modelState, memory, key, hyper }, { x, y, weights }) => {
    const [output, nextState] = model.apply({ params, state: modelState }, x, {
      training: true,
      key,
      weights: weights.ref,
    });
    const [values, renewed] = loss(output.ref, y, memory, { weights: weights.ref, hyper });
    const scalar = values.sum().div(constantOf(weights.sum(), values.dtype));
    return [scalar, { output, modelState: nextState, memory: renewed }];
  };
}

/**
 * The objective of {@link aldrKl}, for `step.init(key, { memory: aldrInit(examples, { lambda0 }) })`.
 *
 * @param options of the loss, or a function of the hyperparameters, so that one program serves all their values
 * @example
 * supervised({ model, objective: aldrObjective(model, ({ lambda0 }) => ({ lambda0 })), optimizer })
 * @see Zhu, Ying, Yang 2021, arXiv 2112.14869, section 4
 */
export function aldrObjective<H extends Hyper = Hyper>(
  model: Model,
  options: Omit<AldrOptions, "weights"> | ((hyper: TracedHyper<H>) => Omit<AldrOptions, "weights">) = {},
): Objective<H> {
  if (typeof options !== "function")
    readOptions("aldrObjective", options, {
      lambda0: true,
      alpha: true,
      lambdaUpdate: true,
      margin: true,
      normalize: true,
    });
  return objectiveWithMemory(model, (output, y, { lambda }, { weights, hyper }) => {
    const chosen = typeof options === "function" ? options(hyper) : options;
    const [values, next] = aldrKl(output, y, lambda, { ...chosen, weights });
    return [values, { lambda: next }];
  });
}

/**
 * The objective of {@link truncatedGce}, for `step.init(key, { memory: truncatedGceInit(examples) })`. A pruning pass writes the
 * decisions of `truncatedGcePrune` into the memory with {@link remember}.
 *
 * @param options of the loss, or a function of the hyperparameters
 * @example
 * supervised({ model, objective: truncatedGceObjective(model, { q: 0.7 }), optimizer })
 * @see Zhang, Sabuncu 2018, arXiv 1805.07836, algorithm 1
 */
export function truncatedGceObjective<H extends Hyper = Hyper>(
  model: Model,
  options: { q?: number } | ((hyper: TracedHyper<H>) => { q?: np.Array }) = {},
): Objective<H> {
  if (typeof options !== "function") readOptions("truncatedGceObjective", options, { q: true });
  return objectiveWithMemory(model, (output, y, { keep }, { weights, hyper }) => {
    const chosen = typeof options === "function" ? options(hyper) : options;
    return [truncatedGce(output, y, { ...chosen, keep: keep.ref, weights }), { keep }];
  });
}

/** Writes the first `ids.length` of the values `[batch]` into a memory at those example ids. Consumes the values. */
export async function remember(memory: Float32Array, ids: Int32Array, values: np.Array): Promise<void> {
  const numbers = await values.data();
  ids.forEach((id, i) => {
    memory[id] = numbers[i];
  });
}
