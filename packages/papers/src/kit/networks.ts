import type { numpy as np } from "@jax-js/jax";
import {
  type BatchLoss,
  crossEntropy,
  type Objective,
  objectiveOf,
  predictor,
  type SupervisedOptions,
  type SupervisedState,
  supervised,
  type TrainStep,
} from "minimand";
import type { Compile } from "minimand/engine";
import { programsOf } from "./programs.ts";

/** A network's compiled training step and forward pass. */
export interface Network {
  step: TrainStep<SupervisedState>;
  predict: ReturnType<typeof predictor>;
}

/** What a network is made of: a model, its loss or objective, an optimizer. */
export type NetworkParts = Pick<SupervisedOptions, "model" | "optimizer" | "hyper"> &
  ({ loss: BatchLoss } | { objective: Objective });

/**
 * Networks of a thread, compiled once for each compiler and name: trials that differ in numbers only share them.
 *
 * @example
 * const networks = networksOf();
 * const { step, predict } = networks(host.compile, `${inputs}`, () => ({ model, loss: meanCrossEntropy, optimizer }));
 */
export function networksOf(): (
  compile: Compile | undefined,
  name: string,
  parts: () => NetworkParts,
) => Network {
  const programs = programsOf<Network>();
  return (compile, name, parts) => programs(compile, name, () => networkOf(parts(), compile));
}

/** Compiles one network. */
export function networkOf(parts: NetworkParts, compile: Compile | undefined): Network {
  const { model, optimizer, hyper } = parts;
  const objective = "loss" in parts ? objectiveOf(model, parts.loss) : parts.objective;
  return {
    step: supervised({ model, objective, optimizer, hyper, compile }),
    predict: predictor(model, compile),
  };
}

/** Cross-entropy of a batch. */
export const batchCrossEntropy = (f: np.Array, y: np.Array, { weights }: { weights: np.Array }): np.Array =>
  crossEntropy(f, y, { weights });
