import type { numpy as np } from "@jax-js/jax";
import type { Tree } from "../engine/tree.ts";
import type { Variables } from "../models/model.ts";
import type { Batch } from "./batches.ts";
import type { HyperRanges, TracedHyper } from "./hyper.ts";
import type { StepMetrics, SupervisedState } from "./train-step.ts";

/** Arrays by name. */
export type Arrays = { [name: string]: np.Array };

/** All that the program of one step is given. Whoever uses an array takes a `.ref`. */
export interface StepInputs<Carried extends Tree = Tree> {
  one: np.Array;
  params: Tree;
  modelState: Tree;
  /** What the method carries from step to step. */
  carried: Carried;
  hyper: TracedHyper;
  key: np.Array;
  x: np.Array;
  y: np.Array;
  weights: np.Array;
  /** What {@link StepMethod.prepare} added to this batch. */
  own: Arrays;
}

/** What a method makes of a batch. */
export interface Directed<Carried extends Tree = Tree> {
  /** What the optimizer is given: the gradient, or what takes its place. */
  direction: Tree;
  metrics: StepMetrics;
  modelState: Tree;
  /** Default: as it was. */
  carried?: Carried;
  /** What {@link StepMethod.record} is given. */
  kept?: Arrays;
}

/** What makes a training step the one it is: how it finds the direction of a batch. The rest of the hooks is for few. */
export interface StepMethod<Carried extends Tree = Tree> {
  /** Of the step. */
  name?: string;
  /** Traced. */
  direction(inputs: StepInputs<Carried>): Directed<Carried>;
  /** Hyperparameters beside those of optimizer and objective. */
  hyper?: HyperRanges;
  /** Throws unless hyperparameters and memory fit together. */
  check?(start: Pick<SupervisedState, "hyper" | "memory">): void;
  /** What is carried at the start; looks at the variables. Default: nothing. */
  carry?(variables: Variables): Carried;
  /** Traced: what is carried after the update. Consumes `carried`, looks at the new parameters and statistics. */
  after?(carried: Carried, params: Tree, modelState: Tree, hyper: TracedHyper): Carried;
  /** Whether the step that comes next has to be made alone; the arrays of the state may be older. Default: none has to. */
  alone?(state: SupervisedState): boolean;
  /** On the host, before a step that is made alone: the state that it starts from. */
  before?(state: SupervisedState, batch: Batch): SupervisedState;
  /**
   * On the host: what is added to a batch, as inputs of the program. Looks at batch and key, the one of this step; the arrays
   * of the state may be older, unless the step is made alone.
   */
  prepare?(state: SupervisedState, batch: Batch, key: np.Array): { [name: string]: np.Array | number };
  /** On the host, after a step that is made alone: takes what was kept of it. */
  record?(state: SupervisedState, batch: Batch, kept: Arrays): void;
  /** Frees what the method has compiled. */
  dispose?(): void;
}
