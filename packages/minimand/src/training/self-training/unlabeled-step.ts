import { numpy as np } from "@jax-js/jax";
import { checkNumber, typeError } from "../../engine/checks.ts";
import { compileWithJit } from "../../engine/compile.ts";
import { differentiate } from "../../engine/differentiate.ts";
import type { OptionNames } from "../../engine/options.ts";
import { constantOf } from "../../engine/parameter.ts";
import { derive, keyOf } from "../../engine/random.ts";
import { refTree, type Tree } from "../../engine/tree.ts";
import { applyUpdates } from "../../optimizers/transformation.ts";
import type { Batch } from "../batches.ts";
import { blockSizeFor } from "../block-size.ts";
import { named } from "../named-hyper.ts";
import type { ObjectiveContext } from "../objective.ts";
import type { Hyper, SupervisedOptions, SupervisedState } from "../supervised.ts";
import { readInit, type TrainStep } from "../train-step.ts";
import { checkUnlabeled, packRows, unlabeledCount, unlabeledOrder } from "./unlabeled-rows.ts";

/** How a training step with unlabelled rows is built. */
export interface UnlabeledStepOptions extends Omit<SupervisedOptions, "objective"> {
  /** Unlabelled rows a step, default as many as the batch has. */
  unlabeledBatch?: number;
}

/** For steps that take these and more. */
export const unlabeledStepOptions: OptionNames<UnlabeledStepOptions> = {
  model: true,
  optimizer: true,
  compile: true,
  unlabeledBatch: true,
};

/** What one step sees. Arrays; `u` holds unlabelled rows, `pseudo` what a method knows of them. */
export interface StepData {
  [name: string]: np.Array;
  key: np.Array;
  x: np.Array;
  y: np.Array;
  weights: np.Array;
  u: np.Array;
  /** `[rows]`, class ids given to the unlabelled rows, -1 where there is none; all -1 for methods without. */
  pseudo: np.Array;
}

type Scalars = ObjectiveContext["hyper"];

/** What makes one method of the family, all traced: the same constants, two terms, and the numbers they need. */
export interface UnlabeledMethod<Prepared extends Tree> {
  /** Hyperparameters with their defaults; `lambda` is one of each. */
  defaults: Hyper;
  /** Throws for hyperparameters outside their ranges. */
  check(hyper: Hyper): void;
  /** What is held constant in the gradient, from the parameters before the step: moved inputs, labels. */
  prepare(one: np.Array, params: Tree, modelState: Tree, hyper: Scalars, data: StepData): Prepared;
  /** The two terms, before the second is weighted by `lambda`. */
  terms(
    params: Tree,
    modelState: Tree,
    hyper: Scalars,
    data: StepData,
    prepared: Prepared,
  ): { labeled: np.Array; unlabeled: np.Array; modelState: Tree };
  /** False for a method of labelled rows alone. */
  usesUnlabeled?: boolean;
  /** Gives unlabelled rows their labels, before a step that asks for it; then steps are made one by one. */
  label?(state: SupervisedState, shape: readonly number[]): void;
}

/**
 * The step of all methods that learn from labelled batches and unlabelled rows: minimises `labeled + lambda unlabeled`. The
 * unlabelled inputs come with the memory, `init(key, { memory: { unlabeled } })`, row by row; the next ones of a shuffled
 * pass go into each step. Preparation, gradient and optimizer are one compiled program.
 */
export function unlabeledStep<Prepared extends Tree>(
  { model, optimizer, compile = compileWithJit, unlabeledBatch }: UnlabeledStepOptions,
  method: UnlabeledMethod<Prepared>,
): TrainStep<SupervisedState> {
  if (unlabeledBatch !== undefined) checkNumber("unlabeledBatch", unlabeledBatch, { min: 1, integer: true });
  const optimizerOf = typeof optimizer === "function" ? optimizer : () => optimizer;
  const usesUnlabeled = method.usesUnlabeled !== false;

  type Aux = { labeled: np.Array; unlabeled: np.Array; modelState: Tree };
  const gradientOf = differentiate<Tree, [Tree, Tree, StepData, Prepared], Tree>(
    (params, modelState, hyper, data, prepared) => {
      const scalars = named(hyper as Scalars);
      const made = method.terms(params, modelState, scalars, data, prepared);
      const lambda = constantOf(scalars.lambda, made.unlabeled.dtype);
      return [made.labeled.ref.add(made.unlabeled.ref.mul(lambda)), made as unknown as Tree];
    },
  );
  const makeStep = (one: np.Array, state: Tree[], hyper: Tree, data: StepData): [Tree[], Tree] => {
    const [params, optimizerState, modelState] = state;
    const scalars = (): Scalars => named(refTree(hyper) as Scalars);
    const transformation = optimizerOf(scalars());
    const prepared = method.prepare(one.ref, refTree(params), refTree(modelState), scalars(), refTree(data));
    const [[loss, aux], gradient] = gradientOf(one, refTree(params), modelState, hyper, data, prepared);
    const { labeled, unlabeled, modelState: next } = aux as unknown as Aux;
    const [updates, nextOptimizer] = transformation.update(gradient, optimizerState, refTree(params));
    return [[applyUpdates(params, updates), nextOptimizer, next], { loss, labeled, unlabeled }];
  };
  const program = compile(makeStep);
  const loop =
    method.label === undefined
      ? compile.loop?.(
          (state: Tree[], data: StepData, { one, hyper }: { one: np.Array; hyper: Tree }): [Tree[], Tree] =>
            makeStep(one, state, hyper, data),
        )
      : undefined;

  const orderOf = unlabeledOrder();
  const dataOf = ({ memory, seed, count }: SupervisedState, offset: number, batch: Batch): StepData => {
    const [x, y, weights] = [batch.x, batch.y, batch.weights];
    const shape = x.shape.slice(1);
    const size = unlabeledBatch ?? x.shape[0];
    const rows = usesUnlabeled
      ? orderOf(seed, count + offset, unlabeledCount(memory.unlabeled, shape), size)
      : new Int32Array(0);
    const pseudo = memory.pseudo;
    return {
      key: keyOf(seed, count + offset),
      x,
      y,
      weights,
      u: usesUnlabeled ? packRows(memory.unlabeled, rows, shape) : np.zeros([1]),
      pseudo: np.array(usesUnlabeled ? rows.map((row) => pseudo?.[row] ?? -1) : Int32Array.of(-1)),
    };
  };
  const after = (state: SupervisedState, parts: Tree[], steps: number): SupervisedState => {
    const [params, optimizerState, modelState] = parts;
    return { ...state, params, optimizer: optimizerState, modelState, count: state.count + steps };
  };
  type Metrics = { loss: np.Array; [name: string]: np.Array };

  return {
    init(key, options) {
      const { hyper, memory } = readInit(options);
      const all = { ...method.defaults, ...hyper };
      for (const [name, value] of Object.entries(all)) {
        if (typeof value !== "number" || !Number.isFinite(value))
          throw typeError(`hyper.${name}`, "a finite number", value);
      }
      checkNumber("hyper.lambda", all.lambda, { min: 0 });
      method.check(all);
      if (usesUnlabeled) checkUnlabeled(memory.unlabeled);
      const words = key.ref.dataSync();
      const { params, state } = model.init(key);
      const scalars = Object.entries(all).map(([name, value]) => [name, np.array(value)]);
      return {
        params,
        optimizer: optimizerOf(Object.fromEntries(scalars)).init(params),
        modelState: state,
        hyper: all,
        memory: { ...memory },
        seed: derive(words[0], words[1]),
        count: 0,
      };
    },
    update(state, batch) {
      method.label?.(state, batch.x.shape.slice(1));
      const carried = [state.params, state.optimizer, state.modelState];
      const [parts, metrics] = program(1 as never, carried, state.hyper, dataOf(state, 0, batch));
      return [after(state, parts as Tree[], 1), metrics as Metrics];
    },
    ...(loop && {
      updateAll(state, batches) {
        const xs = batches.map((batch, i) => dataOf(state, i, batch));
        const carry = [state.params, state.optimizer, state.modelState];
        const made = loop(carry, xs, { one: 1 as never, hyper: state.hyper });
        if (made === null) {
          for (const { key, u, pseudo } of xs) for (const array of [key, u, pseudo]) array.dispose();
          return null;
        }
        const [parts, metrics] = made;
        return [after(state, parts, batches.length), metrics as Metrics];
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
