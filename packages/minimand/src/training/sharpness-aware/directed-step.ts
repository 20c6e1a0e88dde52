import { numpy as np } from "@jax-js/jax";
import { type Bounds, checkNumber, typeError } from "../../engine/checks.ts";
import { compileWithJit } from "../../engine/compile.ts";
import { differentiate } from "../../engine/differentiate.ts";
import { derive, keyOf } from "../../engine/random.ts";
import { disposeTree, leavesOf, refTree, type Tree } from "../../engine/tree.ts";
import type { Variables } from "../../models/model.ts";
import { applyUpdates } from "../../optimizers/transformation.ts";
import type { Batch } from "../batches.ts";
import { blockSizeFor } from "../block-size.ts";
import { named } from "../named-hyper.ts";
import type { Objective, ObjectiveOutput } from "../objective.ts";
import type { Hyper, SupervisedOptions, SupervisedState } from "../supervised.ts";
import { readInit, type TrainStep } from "../train-step.ts";

/** All that the program of one step is given. Whoever uses an array takes a `.ref`. */
export interface StepInputs {
  one: np.Array;
  params: Tree;
  modelState: Tree;
  /** What the method carries from step to step. */
  carried: Tree;
  hyper: { [name: string]: np.Array };
  key: np.Array;
  x: np.Array;
  y: np.Array;
  weights: np.Array;
  /** What the method adds to this one batch. */
  own: { [name: string]: np.Array };
}

/** What a method makes of a batch: a direction for the optimizer in the place of the gradient. */
export interface Directed {
  loss: np.Array;
  direction: Tree;
  modelState: Tree;
  /** Default: as it was. */
  carried?: Tree;
  /** What {@link Method.record} is given. */
  recorded?: np.Array;
}

/** A method that differs from plain training in the direction it gives to the optimizer. */
export interface Method {
  /** Hyperparameters with their defaults and ranges; without a default they have to be given to `init`. */
  hyper: { [name: string]: Bounds & { default?: number } };
  /** What is carried at the start; looks at the variables. Default: nothing. */
  carry?(variables: Variables): Tree;
  /** Traced. */
  direction(inputs: StepInputs): Directed;
  /**
   * Traced: what is carried after the update, from the new parameters and statistics. Looks at them, consumes
   * `carried`.
   */
  after?(carried: Tree, params: Tree, modelState: Tree, hyper: StepInputs["hyper"]): Tree;
  /**
   * On the host: what is added to a batch, `offset` steps after the state. Numbers are inputs of the program.
   */
  own?(state: SupervisedState, batch: Batch, offset: number): { [name: string]: np.Array | number };
  /** On the host, after the step: what is kept of it. A step that keeps something is made alone. */
  record?(state: SupervisedState, batch: Batch, recorded: np.Array): void;
  /** Throws unless the memory is what the method needs. */
  checkMemory?(memory: SupervisedState["memory"], hyper: Hyper): void;
}

/** How a step with a method is built. */
export type DirectedStepOptions = Pick<SupervisedOptions, "model" | "optimizer" | "compile">;

/** Value, outputs and gradient of an objective on the batch of a step, at any parameters (consumed). */
export type GradientAt = (
  params: Tree,
  inputs: StepInputs,
  memory?: Tree,
) => { loss: np.Array; made: ObjectiveOutput; gradient: Tree };

/** {@link GradientAt} of an objective. */
export function gradientAt(objective: Objective): GradientAt {
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
      const scalars = named(hyper as { [name: string]: np.Array });
      const [scalar, made] = objective(
        params,
        { modelState, memory, key, hyper: scalars },
        { x, y, weights },
      );
      return [scalar, made as unknown as Tree] as [np.Array, Tree];
    },
  );
  return (params, { one, modelState, key, hyper, x, y, weights }, memory = {}) => {
    const [[loss, made], gradient] = gradientOf(
      one.ref,
      params,
      refTree(modelState),
      memory,
      key.ref,
      refTree(hyper),
      x.ref,
      y.ref,
      weights.ref,
    );
    return { loss, made: made as unknown as ObjectiveOutput, gradient };
  };
}

type Data = Pick<StepInputs, "key" | "x" | "y" | "weights" | "own">;
type Carry = [params: Tree, optimizer: Tree, carried: Tree, modelState: Tree];

/**
 * The training step of a method: its direction, the optimizer and what comes after as one compiled program.
 */
export function directedStep(
  { model, optimizer, compile = compileWithJit }: DirectedStepOptions,
  method: Method,
): TrainStep<SupervisedState> {
  const optimizerOf = typeof optimizer === "function" ? optimizer : () => optimizer;
  const makeStep = (
    one: np.Array,
    [params, optimizerState, carriedBefore, modelState]: Carry,
    hyper: StepInputs["hyper"],
    data: Data,
  ): { next: Carry; loss: np.Array; recorded: Tree } => {
    const scalars = named(hyper);
    const inputs = { one, params, modelState, carried: carriedBefore, hyper: scalars, ...data };
    const { loss, direction, modelState: nextModelState, carried, recorded } = method.direction(inputs);
    const transformation = optimizerOf(named(refTree(hyper)));
    const [updates, nextOptimizer] = transformation.update(direction, optimizerState, refTree(params));
    const nextParams = applyUpdates(params, updates);
    const kept = carried ?? carriedBefore;
    const after = method.after?.(kept, nextParams, nextModelState, scalars) ?? kept;
    const next: Carry = [nextParams, nextOptimizer, after, nextModelState];
    return { next, loss, recorded: recorded === undefined ? [] : [recorded] };
  };
  const program = compile(
    (one: np.Array, carry: Tree[], hyper: { [name: string]: np.Array }, data: { [name: string]: Tree }) => {
      const { next, loss, recorded } = makeStep(one, carry as Carry, hyper, data as unknown as Data);
      return [next as Tree[], loss, recorded] as Tree[];
    },
  );
  const loop =
    method.record === undefined
      ? compile.loop?.((carry: Tree[], data: { [name: string]: Tree }, fixed: { [name: string]: Tree }) => {
          const { one, hyper } = fixed as { one: np.Array; hyper: StepInputs["hyper"] };
          const { next, loss } = makeStep(one, carry as Carry, hyper, data as unknown as Data);
          return [next as Tree[], loss] as [Tree[], Tree];
        })
      : undefined;

  const carryOf = ({ params, optimizer: both, modelState }: SupervisedState): Carry => {
    const { optimizer: own, carried } = both as { optimizer: Tree; carried: Tree };
    return [params, own, carried, modelState];
  };
  const after = (state: SupervisedState, carry: Carry, steps: number): SupervisedState => {
    const [params, own, carried, modelState] = carry;
    return {
      ...state,
      params,
      optimizer: { optimizer: own, carried },
      modelState,
      count: state.count + steps,
    };
  };
  /** In float64 where the parameters are: as plain numbers they are float32 inputs of the program. */
  const hyperOf = ({ params, hyper }: SupervisedState): { [name: string]: np.Array } => {
    if (leavesOf(params)[0]?.dtype !== np.float64) return hyper as never;
    const exact = Object.entries(hyper).map(([name, value]) => [
      name,
      np.array(value, { dtype: np.float64 }),
    ]);
    return Object.fromEntries(exact);
  };
  const dataOf = (state: SupervisedState, batch: Batch, offset: number): { [name: string]: Tree } => {
    const { x, y, weights } = batch;
    const own = method.own?.(state, batch, offset) ?? {};
    return { key: keyOf(state.seed, state.count + offset), x, y, weights, own };
  };

  return {
    init(key, options) {
      const { hyper, memory } = readInit(options);
      const all = withDefaults(method.hyper, hyper);
      method.checkMemory?.(memory, all);
      const words = key.ref.dataSync();
      const { params, state } = model.init(key);
      const transformation = optimizerOf(
        Object.fromEntries(Object.entries(all).map(([name, value]) => [name, np.array(value)])),
      );
      const carried = method.carry?.({ params, state }) ?? {};
      return {
        params,
        optimizer: { optimizer: transformation.init(params), carried },
        modelState: state,
        hyper: all,
        memory,
        seed: derive(words[0], words[1]),
        count: 0,
      };
    },
    update(state, batch) {
      const data = dataOf(state, batch, 0);
      const [next, loss, recorded] = program(1 as never, carryOf(state), hyperOf(state), data);
      for (const output of recorded as np.Array[]) method.record?.(state, batch, output);
      return [after(state, next as unknown as Carry, 1), { loss: loss as np.Array }];
    },
    ...(loop && {
      updateAll(state, batches) {
        const data = batches.map((batch, i) => dataOf(state, batch, i));
        const hyper = hyperOf(state);
        const made = loop(carryOf(state), data, { one: 1, hyper });
        if (made === null) {
          disposeTree(hyper);
          for (const { key, own } of data) disposeTree([key, own]);
          return null;
        }
        return [after(state, made[0] as unknown as Carry, batches.length), { loss: made[1] as np.Array }];
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

/** The hyperparameters given, with the method's defaults, checked. */
function withDefaults(of: Method["hyper"], given: Hyper): Hyper {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== "number" || !Number.isFinite(value))
      throw typeError(`hyper.${name}`, "a finite number", value);
  }
  const all: Hyper = { ...given };
  for (const [name, { default: usual, ...bounds }] of Object.entries(of)) {
    const value = given[name] ?? usual;
    checkNumber(`hyper.${name}`, value, bounds);
    all[name] = value;
  }
  return all;
}
