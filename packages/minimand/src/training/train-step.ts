import type { numpy as np } from "@jax-js/jax";
import { typeError } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import type { Tree } from "../engine/tree.ts";
import type { Batch } from "./batches.ts";
import type { GivenHyper, Hyper } from "./hyper.ts";

/** What a run starts from in addition to a key: hyperparameters by name, and memory per example by name. */
export interface InitOptions<H extends object = GivenHyper> {
  hyper?: H;
  memory?: { [name: string]: Float32Array };
}

/** The arguments of `init` after the key: none where every hyperparameter has a default. */
export type InitArguments<H extends object = GivenHyper> =
  Record<never, never> extends H ? [options?: InitOptions<H>] : [options: InitOptions<H> & { hyper: H }];

/** Everything a step carries from one batch to the next. Arrays are owned by the state. */
export interface SupervisedState<H extends Hyper = Hyper> {
  params: Tree;
  /** The optimizer's state; of methods that carry something of their own, `{ optimizer, carried }`. */
  optimizer: Tree;
  modelState: Tree;
  hyper: H;
  /** One number per example and name, on the host, indexed by example ids. */
  memory: { [name: string]: Float32Array };
  /** The stream of step keys, and how many steps were made. */
  seed: number;
  count: number;
}

/**
 * Several states of one training step as one, which are given the same batches: all arrays have a new first axis, along which the states
 * are. Arrays are owned as those of a state.
 */
export interface JoinedStates {
  params: Tree;
  optimizer: Tree;
  modelState: Tree;
  /** Of each state. */
  hyper: readonly Hyper[];
  seed: number;
  count: number;
  /** Which arrays of a state have the weak type of numbers of JavaScript. */
  weak: readonly boolean[];
}

/** Scalars of a step to be logged. */
export type StepMetrics = { loss: np.Array; [name: string]: np.Array };

/** What an update returns: the next state and scalars to log, of which `loss` is always one. */
export type StepResult<State> = [State, StepMetrics];

/**
 * One way of making a training step. `update` consumes state and batch. `H` are the hyperparameters that `init` takes, those
 * without a default as required ones.
 */
export interface TrainStep<State, B = Batch, Result = StepResult<State>, H extends object = GivenHyper> {
  /** Names the method, so that a saved state isn't taken for one of another. */
  name?: string;
  init(key: np.Array, ...options: InitArguments<H>): State;
  update(state: State, batch: B): Result;
  /**
   * Several updates in one call, with the scalars of all steps stacked; null, with nothing consumed, where that can't be
   * done. How many batches to give is for {@link blockSize} to say, so that results never depend on the clock.
   */
  updateAll?(state: State, batches: B[]): StepResult<State> | null;
  /** Most batches to give to `updateAll` at once: as many as make the work worth a call, 1 where one is enough. */
  blockSize?(state: State, batch: B): number;
  /**
   * As `updateAll`, of several states that are given the same batches, with the scalars `[steps, states]`. How many states to join
   * is for {@link joinedSize} to say.
   */
  updateJoined?(states: JoinedStates, batches: B[]): [JoinedStates, StepMetrics] | null;
  /** Most states to join for batches like this one, 1 where it doesn't pay. */
  joinedSize?(state: State, batch: B): number;
  /** Names of the hyperparameters that the program reads; null before the first update. */
  reads?(): ReadonlySet<string> | null;
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
export type AsyncTrainStep<State, B = Batch, H extends object = GivenHyper> = TrainStep<
  State,
  B,
  StepResult<State> | Promise<StepResult<State>>,
  H
>;

/**
 * A training step of `supervised` and its kin. `H` are the hyperparameters declared in its options, each with a default; `Own`
 * those of the method, as `init` takes them.
 */
export type SupervisedStep<H extends Hyper = Hyper, Own extends object = object> = TrainStep<
  SupervisedState<StateHyper<H, Own>>,
  Batch,
  StepResult<SupervisedState<StateHyper<H, Own>>>,
  InitHyper<H, Own>
>;

/** A {@link SupervisedStep} whose updates may come later. */
export type AsyncSupervisedStep<H extends Hyper = Hyper, Own extends object = object> = AsyncTrainStep<
  SupervisedState<StateHyper<H, Own>>,
  Batch,
  InitHyper<H, Own>
>;

/** All hyperparameters of a state, by name where they are declared. */
type StateHyper<H extends Hyper, Own extends object> = string extends keyof H ? Hyper : H & Required<Own>;

/** What is declared may be left out, that of the method, too. */
export type InitHyper<H extends Hyper, Own extends object> = string extends keyof H
  ? GivenHyper & Own
  : Partial<H> & Omit<Own, keyof H>;

/** What `init` was given, with an empty object for what was left out. */
export function readInit(options: InitOptions = {}): { hyper: Hyper; memory: SupervisedState["memory"] } {
  const { hyper, memory } = readOptions("init", options, { hyper: [{}], memory: [{}] });
  if (typeof hyper !== "object" || hyper === null) throw typeError("hyper", "numbers by name", hyper);
  const given = Object.entries(hyper).filter(([, value]) => value !== undefined);
  return { hyper: Object.fromEntries(given) as Hyper, memory };
}
