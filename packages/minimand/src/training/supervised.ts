import { numpy as np } from "@jax-js/jax";
import { rangeError, typeError } from "../engine/checks.ts";
import { type AsyncCompile, type Compile, compileWithJit } from "../engine/compile.ts";
import { differentiate } from "../engine/differentiate.ts";
import { checkOptions, type OptionNames } from "../engine/options.ts";
import { derive, keyOf } from "../engine/random.ts";
import type { Tree } from "../engine/tree.ts";
import { refTree } from "../engine/tree.ts";
import type { Model } from "../models/model.ts";
import { applyUpdates, type GradientTransformation } from "../optimizers/transformation.ts";
import type { Batch } from "./batches.ts";
import { blockSizeFor } from "./block-size.ts";
import { named } from "./named-hyper.ts";
import type { Objective, ObjectiveOutput } from "./objective.ts";
import { type AsyncTrainStep, readInit, type StepResult, type TrainStep } from "./train-step.ts";

/** Hyperparameters of a run: numbers that are inputs of the compiled step. */
export type Hyper = { [name: string]: number };

/** Everything a supervised step carries from one batch to the next. Arrays are owned by the state. */
export interface SupervisedState {
  params: Tree;
  optimizer: Tree;
  modelState: Tree;
  hyper: Hyper;
  /** One number per example and name, on the host, indexed by example ids. */
  memory: { [name: string]: Float32Array };
  /** The stream of step keys, and how many steps were made. */
  seed: number;
  count: number;
}

/** How a step is built. */
export interface SupervisedOptions {
  model: Model;
  objective: Objective;
  /** Or a function of the hyperparameters, so that e.g. the learning rate is an input of the program. */
  optimizer: GradientTransformation | ((hyper: { [name: string]: np.Array }) => GradientTransformation);
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
  const { model, objective, optimizer } = options;
  const compile: AsyncCompile = options.compile ?? compileWithJit;
  const optimizerOf = typeof optimizer === "function" ? optimizer : () => optimizer;
  const gradientOf = differentiate(
    (
      params: Tree,
      modelState: Tree,
      memory: Tree,
      key: np.Array,
      hyper: Tree,
      x: np.Array,
      y: np.Array,
      weights: np.Array,
    ) => {
      const [scalar, output] = objective(
        params,
        { modelState, memory, key, hyper: named(hyper as { [name: string]: np.Array }) },
        { x, y, weights },
      );
      return [scalar, output as unknown as Tree] as [np.Array, Tree];
    },
  );
  const makeStep = (
    one: np.Array,
    params: Tree,
    optimizerState: Tree,
    modelState: Tree,
    memory: Tree,
    key: np.Array,
    hyper: Tree,
    x: np.Array,
    y: np.Array,
    weights: np.Array,
  ) => {
    const transformation = optimizerOf(named(refTree(hyper) as { [name: string]: np.Array }));
    const [[loss, aux], gradient] = gradientOf(
      one,
      refTree(params),
      modelState,
      memory,
      key,
      hyper,
      x,
      y,
      weights,
    );
    const { modelState: nextModelState, memory: nextMemory } = aux as unknown as ObjectiveOutput;
    const [updates, nextOptimizer] = transformation.update(gradient, optimizerState, refTree(params));
    return [loss, applyUpdates(params, updates), nextOptimizer, nextModelState, nextMemory] as Tree[];
  };
  const program = compile(makeStep);
  // Without memory: what a step leaves there, the next one would have to find.
  const loop = compile.loop?.(
    (
      [params, optimizerState, modelState]: Tree[],
      [key, x, y, weights]: np.Array[],
      { one, hyper }: { one: np.Array; hyper: Tree },
    ): [Tree[], Tree] => {
      const [loss, ...next] = makeStep(
        one,
        params,
        optimizerState,
        modelState,
        {},
        key,
        hyper,
        x,
        y,
        weights,
      );
      return [next.slice(0, 3), loss];
    },
  );

  return {
    init(key, options) {
      const { hyper, memory } = readInit(options);
      for (const [name, value] of Object.entries(hyper)) {
        if (typeof value !== "number" || !Number.isFinite(value))
          throw typeError(`hyper.${name}`, "a finite number", value);
      }
      const words = key.ref.dataSync();
      const { params, state } = model.init(key);
      // Only the shapes matter here: learning rates have no part in an initial optimizer state.
      const transformation = optimizerOf(
        Object.fromEntries(Object.keys(hyper).map((name) => [name, np.array(hyper[name])])),
      );
      return {
        params,
        optimizer: transformation.init(params),
        modelState: state,
        hyper,
        memory,
        seed: derive(words[0], words[1]),
        count: 0,
      };
    },
    update(state, batch) {
      const { hyper, seed, count } = state;
      const memory = gather(state.memory, batch);
      const made = program(
        1 as never,
        state.params,
        state.optimizer,
        state.modelState,
        memory,
        keyOf(seed, count),
        hyper,
        batch.x,
        batch.y,
        batch.weights,
      );
      const after = ([loss, params, optimizer, modelState, next]: Tree[]): StepResult<SupervisedState> => {
        scatter(state.memory, next as { [name: string]: np.Array }, batch);
        return [
          { params, optimizer, modelState, hyper, memory: state.memory, seed, count: count + 1 },
          { loss: loss as np.Array },
        ];
      };
      return Array.isArray(made) ? after(made) : made.then(after);
    },
    ...(loop && {
      updateAll(state, batches) {
        const { params, optimizer, modelState, hyper, seed, count } = state;
        if (Object.keys(state.memory).length > 0) return null;
        const xs = batches.map(({ x, y, weights }, i) => [keyOf(seed, count + i), x, y, weights]);
        const made = loop([params, optimizer, modelState], xs, { one: 1 as never, hyper });
        if (made === null) {
          for (const [key] of xs) key.dispose();
          return null;
        }
        const [next, loss] = made;
        return [
          {
            params: next[0],
            optimizer: next[1],
            modelState: next[2],
            hyper,
            memory: state.memory,
            seed,
            count: count + batches.length,
          },
          { loss: loss as np.Array },
        ];
      },
      blockSize: ({ params }, { weights }) => blockSizeFor(params, weights.shape[0]),
    }),
    params: (state) => state.params,
    modelState: (state) => state.modelState,
    dispose() {
      program.dispose();
      loop?.dispose();
    },
  };
}

function gather(memory: SupervisedState["memory"], { ids, weights }: Batch): { [name: string]: np.Array } {
  const size = weights.shape[0];
  return Object.fromEntries(
    Object.entries(memory).map(([name, values]) => {
      const taken = new Float32Array(size);
      ids.forEach((id, i) => {
        if (id < 0 || id >= values.length)
          throw rangeError("ids", `example ids from 0 to ${values.length - 1}`, id);
        taken[i] = values[id];
      });
      // Padding repeats the first example's entry, which is a legal value of whatever the memory holds.
      taken.fill(taken[0], ids.length);
      return [name, np.array(taken)];
    }),
  );
}

function scatter(
  memory: SupervisedState["memory"],
  next: { [name: string]: np.Array },
  { ids }: Batch,
): void {
  for (const [name, values] of Object.entries(memory)) {
    const updated = next[name].dataSync();
    ids.forEach((id, i) => {
      values[id] = updated[i];
    });
  }
}
