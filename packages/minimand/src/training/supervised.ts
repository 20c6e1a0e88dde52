import type { AsyncCompile, Compile } from "../engine/compile.ts";
import { type OptionNames, readOptions } from "../engine/options.ts";
import type { Model } from "../models/model.ts";
import { alongGradient } from "./along-gradient.ts";
import type { Hyper, HyperOptimizer } from "./hyper.ts";
import type { Objective } from "./objective.ts";
import { makeStep } from "./step.ts";
import type { AsyncSupervisedStep, SupervisedStep } from "./train-step.ts";

export type { GivenHyper, Hyper, HyperOptimizer, TracedHyper } from "./hyper.ts";

/** How a step is built. */
export interface SupervisedOptions<H extends Hyper = Hyper> {
  model: Model;
  objective: Objective<NoInfer<H>>;
  /** Or a function of the hyperparameters, so that e.g. the learning rate is an input of the program. */
  optimizer: HyperOptimizer<NoInfer<H>>;
  /**
   * Hyperparameters of objective and optimizer, each with its default; another name then compiles nowhere. Left out, `init`
   * has to be given all that is asked for, and no more.
   */
  hyper?: H;
  /** Default: the engine's `jit`. */
  compile?: Compile;
}

/** How a step is built whose compiler may answer later. */
export interface AsyncSupervisedOptions<H extends Hyper = Hyper>
  extends Omit<SupervisedOptions<H>, "compile"> {
  compile: AsyncCompile;
}

/** For steps that take these and more. */
export const supervisedOptions: OptionNames<SupervisedOptions> = {
  model: true,
  objective: true,
  optimizer: true,
  hyper: true,
  compile: true,
};

/**
 * The plain training step: loss, gradient and optimizer as one compiled program.
 *
 * `init(key, { hyper, memory })` makes a state; `update(state, batch)` consumes it and returns the next one with
 * `metrics: { loss }`, or a promise of both where `compile` is asynchronous. Hyperparameters are inputs of the program: one
 * program serves all their values. With `hyper`, their names and defaults, a name that isn't among them compiles neither in
 * objective and optimizer nor in `init`.
 *
 * @throws TypeError for an option that is none, and for a hyperparameter that isn't declared, from `init`; where none are, one that
 * nobody reads, from the first `update`; RangeError where an example id lies outside the memory
 * @example
 * const step = supervised({
 *   model,
 *   objective: objectiveOf(model, (f, y, { weights, hyper }) => focal(f, y, { gamma: hyper.gamma, weights })),
 *   optimizer: ({ learningRate }) => adamw(learningRate),
 *   hyper: { learningRate: 0.01, gamma: 2 },
 * })
 * let state = step.init(random.key(0), { hyper: { gamma: 1 } })
 */
export function supervised<H extends Hyper = Hyper>(options: SupervisedOptions<H>): SupervisedStep<H>;
export function supervised<H extends Hyper = Hyper>(
  options: AsyncSupervisedOptions<H>,
): AsyncSupervisedStep<H>;
export function supervised(options: SupervisedOptions | AsyncSupervisedOptions): AsyncSupervisedStep {
  readOptions("supervised", options, supervisedOptions);
  return makeStep(options, { name: "supervised", ...alongGradient(options.objective) });
}
