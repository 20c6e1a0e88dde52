import type { numpy as np } from "@jax-js/jax";
import { checkOptions } from "../engine/options.ts";
import type { Tree } from "../engine/tree.ts";
import type { Batch } from "./batches.ts";

/** What a run starts from beside a key: hyperparameters by name, and memory per example by name. */
export interface InitOptions {
  hyper?: { [name: string]: number };
  memory?: { [name: string]: Float32Array };
}

/** Scalars of a step to be logged. */
export type StepMetrics = { loss: np.Array; [name: string]: np.Array };

/** What an update returns: the next state and scalars to log, of which `loss` is always one. */
export type StepResult<State> = [State, StepMetrics];

/** One way of making a training step. `update` consumes state and batch. */
export interface TrainStep<State, B = Batch, Result = StepResult<State>> {
  init(key: np.Array, options?: InitOptions): State;
  update(state: State, batch: B): Result;
  /**
   * Several updates in one call, with the scalars of all steps stacked; null, with nothing consumed, where that can't be
   * done. How many batches to give is for {@link blockSize} to say, so that results never depend on the clock.
   */
  updateAll?(state: State, batches: B[]): StepResult<State> | null;
  /** Most batches to give to `updateAll` at once: as many as make the work worth a call, 1 where one is enough. */
  blockSize?(state: State, batch: B): number;
  /** The trained parameters; still owned by the state. */
  params(state: State): Tree;
  /** Running statistics of the model; still owned by the state. */
  modelState(state: State): Tree;
  /** Frees the compiled programs. */
  dispose(): void;
}

/**
 * A training step whose updates may come later, as those of an {@link AsyncCompile} do. State and batch belong to the
 * step until then. `fit` takes both kinds.
 */
export type AsyncTrainStep<State, B = Batch> = TrainStep<
  State,
  B,
  StepResult<State> | Promise<StepResult<State>>
>;

/** What `init` was given, with an empty object for what was left out. */
export function readInit(options: InitOptions = {}): Required<InitOptions> {
  checkOptions("init", options, { hyper: true, memory: true });
  const { hyper = {}, memory = {} } = options;
  return { hyper, memory };
}
