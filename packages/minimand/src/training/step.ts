import { numpy as np } from "@jax-js/jax";
import { type AsyncCompile, type Compile, compileWithJit } from "../engine/compile.ts";
import { isArrayLike, typeError } from "../engine/errors.ts";
import { keyOf, seedOf } from "../engine/random.ts";
import { disposeTree, leavesOf, type Tree } from "../engine/tree.ts";
import type { KnownLabels } from "../losses/label-classes.ts";
import { checkVocabulary } from "../models/layers/embedding.ts";
import type { Model } from "../models/model.ts";
import { joinedSizeFor } from "./batched/joined-size.ts";
import { joinedHyper } from "./batched/joined-states.ts";
import type { Batch } from "./batches.ts";
import { blockSizeFor } from "./block-size.ts";
import { type Hyper, type HyperOptimizer, hyperInputs, initOptimizer, readHyper } from "./hyper.ts";
import { checkOwned } from "./states/check-owned.ts";
import type { Arrays, StepMethod } from "./step-method.ts";
import { type Carry, type Data, type Fixed, type Outcome, tracedStep } from "./traced-step.ts";
import type { SupervisedState } from "./train-step.ts";
import { type AsyncTrainStep, readInit, type StepResult, type TrainStep } from "./train-step.ts";

/** What all steps are built from. */
export interface StepOptions {
  model: Pick<Model, "init" | "vocabulary">;
  optimizer: HyperOptimizer;
  /** Names and defaults of the hyperparameters beside those of the method; left out, any may be given. */
  hyper?: Hyper;
  compile?: Compile;
}

/** The same, of a compiler that may answer later. */
export interface AsyncStepOptions extends Omit<StepOptions, "compile"> {
  compile: AsyncCompile;
}

/**
 * The training step of a method: direction, optimizer and what comes after as one compiled program, of several steps at once
 * where the compiler can.
 *
 * @param options model, optimizer and compiler
 * @param method how the direction is found
 * @example
 * makeStep({ model, optimizer }, alongGradient(objective)) // supervised
 */
export function makeStep<Carried extends Tree = Tree>(
  options: StepOptions,
  method: StepMethod<Carried>,
): TrainStep<SupervisedState>;
export function makeStep<Carried extends Tree = Tree>(
  options: StepOptions | AsyncStepOptions,
  method: StepMethod<Carried>,
): AsyncTrainStep<SupervisedState>;
export function makeStep<Carried extends Tree = Tree>(
  options: StepOptions | AsyncStepOptions,
  method: StepMethod<Carried>,
): AsyncTrainStep<SupervisedState> {
  const { model, optimizer } = options;
  if (typeof model?.init !== "function") throw typeError("model", "a model", model);
  if (typeof optimizer !== "function" && typeof optimizer?.update !== "function")
    throw typeError(
      "optimizer",
      "an optimizer, or a function of the hyperparameters that makes one",
      optimizer,
    );
  const compile: AsyncCompile = options.compile ?? compileWithJit;
  let reads: ReadonlySet<string> | null = null;
  let labels: KnownLabels | undefined;
  const traced = tracedStep(
    options,
    method,
    (read) => {
      reads = read;
    },
    () => labels,
  );
  const program = compile(traced);
  const loop = compile.loop?.(traced);
  // Programs of several states know nothing of memories and of what the host does before a step.
  const together = method.before === undefined ? compile.together?.(traced) : undefined;

  const carryOf = ({ params, optimizer, modelState }: SupervisedState): Carry => ({
    params,
    optimizer,
    modelState,
  });
  // Numbers are inputs of a program as arrays are.
  const fixedOf = ({ params, hyper }: SupervisedState): Fixed => ({
    one: 1 as never,
    hyper: hyperInputs(hyper, params),
  });
  const dataOf = (state: SupervisedState, batch: Batch): Data => {
    const key = keyOf(state.seed, state.count);
    try {
      const own = method.prepare?.(state, batch, key) ?? {};
      const { x, y, weights } = batch;
      labels = { classes: batch.classes, range: batch.labelRange };
      return { key, x, y, weights, own: own as Arrays };
    } catch (error) {
      key.dispose();
      throw error;
    }
  };
  const later = (state: SupervisedState, steps: number): SupervisedState => ({
    ...state,
    count: state.count + steps,
  });

  return {
    name: method.name,
    init(key, start) {
      if (!isArrayLike(key)) throw typeError("key", "a key, e.g. keyOf(0)", key);
      const { hyper: given, memory } = readInit(start);
      const hyper = readHyper(method.hyper ?? {}, given, options.hyper);
      method.check?.({ hyper, memory });
      const seed = seedOf(key);
      const { params, state: modelState } = model.init(key);
      const states = initOptimizer(optimizer, hyper, params);
      const carried = method.carry?.({ params, state: modelState });
      const both = carried === undefined ? states : { optimizer: states, carried };
      return { params, optimizer: both, modelState, hyper, memory, seed, count: 0 };
    },
    update(given, batch) {
      let state = given;
      let data: Data;
      try {
        if (typeof given?.seed !== "number")
          throw typeError("state", "a state of the step, e.g. step.init(keyOf(0))", given);
        checkVocabulary(model, batch.x);
        state = method.before?.(given, batch) ?? given;
        data = dataOf(state, batch);
      } catch (error) {
        // The state stays the caller's; the batch was ours.
        disposeTree([batch.x, batch.y, batch.weights]);
        throw error;
      }
      const fixed = fixedOf(state);
      const after = ([next, { metrics, kept }]: [Carry, Outcome]): StepResult<SupervisedState> => {
        method.record?.(state, batch, kept);
        return [{ ...later(state, 1), ...next }, metrics];
      };
      // A program that fails leaves what it was given.
      const failed = (error: unknown): never => {
        for (const leaf of leavesOf([data, fixed])) if (leaf.refCount > 0) leaf.dispose();
        // As the engine says of arrays that were consumed before.
        if (error instanceof ReferenceError) checkOwned("state", given);
        throw error;
      };
      try {
        const result = program(carryOf(state), data, fixed);
        return Array.isArray(result) ? after(result) : result.then(after, failed);
      } catch (error) {
        return failed(error);
      }
    },
    ...(loop && {
      updateAll(state, batches) {
        const states = batches.map((_, i) => later(state, i));
        if (method.alone !== undefined && states.some(method.alone)) return null;
        for (const { x } of batches) checkVocabulary(model, x);
        const data = batches.map((batch, i) => dataOf(states[i], batch));
        const fixed = fixedOf(state);
        const result = loop(carryOf(state), data, fixed);
        if (result === null) {
          disposeTree(fixed);
          for (const { key, own } of data) disposeTree([key, own]);
          return null;
        }
        const [next, { metrics }] = result;
        return [{ ...later(state, batches.length), ...next }, metrics];
      },
      blockSize: (state, { weights }) =>
        method.alone?.(state) ? 1 : blockSizeFor(state.params, weights.shape[0]),
    }),
    ...(together && {
      updateJoined(states, batches) {
        const of = (i: number): SupervisedState => ({
          ...states,
          hyper: states.hyper[i],
          memory: {},
          count: states.count,
        });
        if (method.alone !== undefined && states.hyper.some((_, i) => method.alone!(of(i)))) return null;
        for (const { x } of batches) checkVocabulary(model, x);
        const data = batches.map((batch, i) => dataOf(later(of(0), i), batch));
        const fixed: Fixed = {
          one: np.ones([states.hyper.length]),
          hyper: joinedHyper(states),
        };
        // What the host prepares may differ from state to state.
        const result = data.some(({ own }) => Object.keys(own).length > 0)
          ? null
          : together(carryOf(of(0)), data, fixed);
        if (result === null) {
          disposeTree(fixed);
          for (const { key, own } of data) disposeTree([key, own]);
          return null;
        }
        const [next, { metrics }] = result;
        return [{ ...states, ...next, count: states.count + batches.length }, metrics];
      },
      joinedSize: (state, { weights }) => joinedSizeFor(state.params, weights.shape[0]),
    }),
    reads: () => reads,
    params: (state) => state.params,
    modelState: (state) => state.modelState,
    dispose() {
      program.dispose();
      loop?.dispose();
      together?.dispose();
      method.dispose?.();
    },
  };
}
