import type { AsyncCompile, Compile } from "../engine/compile.ts";
import { checkOptions, type OptionNames } from "../engine/options.ts";
import type { Model } from "../models/model.ts";
import { alongGradient } from "./along-gradient.ts";
import type { HyperOptimizer } from "./hyper.ts";
import type { Objective } from "./objective.ts";
import { makeStep } from "./step.ts";
import type { SupervisedState } from "./step-method.ts";
import type { AsyncTrainStep, TrainStep } from "./train-step.ts";

export type { Hyper } from "./hyper.ts";
export type { SupervisedState } from "./step-method.ts";

/** How a step is built. */
export interface SupervisedOptions {
  model: Model;
  objective: Objective;
  /** Or a function of the hyperparameters, so that e.g. the learning rate is an input of the program. */
  optimizer: HyperOptimizer;
  /** Default: the engine's `jit`. */
  compile?: Compile;
}

/** How a step is built whose compiler may answer later. */
export interface AsyncSupervisedOptions extends Omit<SupervisedOptions, "compile"> {
  compile: AsyncCompile;
}

/** For steps that take these and more. */
export const supervisedOptions: OptionNames<SupervisedOptions> = {
  model: true,
  objective: true,
  optimizer: true,
  compile: true,
};

/**
 * The plain training step: loss, gradient and optimizer as one compiled program.
 *
 * `init(key, { hyper, memory })` makes a state; `update(state, batch)` consumes it and returns the next one with
 * `metrics: { loss }`, or a promise of both where `compile` is asynchronous. Hyperparameters are inputs of the program: one
 * program serves all their values.
 *
 * @throws TypeError for an option that is none; RangeError where an example id lies outside the memory
 * @example
 * supervised({ model, objective: objectiveOf(model, loss), optimizer: ({ learningRate }) => adamw(learningRate) })
 */
export function supervised(options: SupervisedOptions): TrainStep<SupervisedState>;
export function supervised(options: AsyncSupervisedOptions): AsyncTrainStep<SupervisedState>;
export function supervised(
  options: SupervisedOptions | AsyncSupervisedOptions,
): AsyncTrainStep<SupervisedState> {
  checkOptions("supervised", options, supervisedOptions);
  return makeStep(options, alongGradient(options.objective));
}
