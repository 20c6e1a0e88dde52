import { random } from "@jax-js/jax";
import { type Batch, type FitOptions, type SupervisedState, type TrainStep, train } from "minimand";
import { derive, disposeTree } from "minimand/engine";
import { NonFiniteError } from "minimand/training";
import type { Schedule } from "./schedules.ts";

/** What is trained, and how long. */
export interface Training<State extends SupervisedState>
  extends Pick<FitOptions<State>, "onStep" | "signal"> {
  step: TrainStep<State>;
  /** Consumed. */
  state: State;
  batches: { epoch(n: number): Iterable<Batch> };
  epochs: number;
  /** Share of the state's learning rate at each epoch; default all of it. */
  schedule?: Schedule;
  /** Called after each epoch; the state then has its whole learning rate. */
  after?: (state: State, epoch: number) => void | Promise<void>;
}

/** Trains epoch by epoch, the learning rate by a schedule; returns the last state. */
export async function trainNetwork<State extends SupervisedState>(training: Training<State>): Promise<State> {
  const { step, state, batches, epochs, schedule, after, onStep, signal } = training;
  const trained = await train({
    step,
    state,
    data: batches,
    epochs,
    schedule,
    onStep,
    signal,
    onEpoch: async ({ state: reached, epoch }) => after?.(reached, epoch),
  });
  return trained.state;
}

/** Makes a number of batches of all rows, for {@link fit}. */
export function* fullBatches(
  { at, count }: { at(rows: Int32Array): Batch; count: number },
  steps: number,
): Generator<Batch> {
  const all = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < steps; i++) yield at(all);
}

/** Returns the result of training, or null where it came upon a number that isn't finite. */
export async function unlessDiverged<T>(training: Promise<T>): Promise<T | null> {
  try {
    return await training;
  } catch (error) {
    if (error instanceof NonFiniteError) return null;
    throw error;
  }
}

/** {@link trainNetwork}, null where it came upon a number that isn't finite. */
export const trainOrNull = <State extends SupervisedState>(
  training: Training<State>,
): Promise<State | null> => unlessDiverged(trainNetwork(training));

/** Returns the key of a seed for one of its uses. */
export const keyFor = (seed: number, use: number) => random.key(derive(seed, use) | 0);

/** Gives up what a state owns. */
export function discard({
  params,
  optimizer,
  modelState,
}: Pick<SupervisedState, "params" | "optimizer" | "modelState">): void {
  disposeTree([params, optimizer, modelState]);
}
