import type { numpy as np } from "@jax-js/jax";
import { typeError } from "../engine/errors.ts";
import { readOptions } from "../engine/options.ts";
import type { Batch } from "./batches.ts";
import { inBlocks } from "./in-blocks.ts";
import { checkOwned } from "./states/check-owned.ts";
import { disposeState } from "./states/keep-state.ts";
import type { AsyncTrainStep } from "./train-step.ts";
import { turnTaker } from "./turns.ts";

/** Training came upon a value that is not finite; the state was given up. */
export class NonFiniteError extends Error {
  override name = "NonFiniteError";
  readonly step: number;
  readonly metric: string;
  readonly value: number;
  constructor(step: number, metric: string, value: number) {
    super(`${metric}: expected a finite number at step ${step}, got ${value}`);
    this.step = step;
    this.metric = metric;
    this.value = value;
  }
}

/** What is reported after each step. */
export interface StepReport<State> {
  /** Counted from 0. */
  step: number;
  /** The logged scalars of the step, `loss` among them. */
  metrics: { loss: number; [name: string]: number };
  /** The state after the step; still owned by `fit`. */
  state: State;
}

/** What is run by {@link fit}. */
export interface FitOptions<State, B = Batch> {
  step: Pick<AsyncTrainStep<State, B>, "update" | "updateAll" | "blockSize" | "reads">;
  /** Consumed. */
  state: State;
  batches: Iterable<B> | AsyncIterable<B>;
  /** Called after each step; may be asynchronous; return `false` to stop. */
  // biome-ignore lint/suspicious/noConfusingVoidType: callbacks that return nothing are the usual case.
  onStep?: (report: StepReport<State>) => void | boolean | Promise<void | boolean>;
  /** Called with the scalars of each step; sees no states, so that steps may be made together. */
  onMetrics?: (metrics: StepReport<State>["metrics"], step: number) => void;
  signal?: AbortSignal;
}

/**
 * Trains on the batches in order and returns the last state. Epochs, validation and early stopping are what `train` adds.
 *
 * Awaits one scalar a step, lets the event loop run every 20 ms, and stops at the first non-finite metric. Without `onStep`
 * several small steps are made in one call where the compiler of the step can; the numbers are the same.
 *
 * @throws NonFiniteError naming the step; the reason of `signal` when aborted. The state is disposed in both cases.
 *   TypeError for an option that is none, a state that was consumed, and what is still a promise
 * @example
 * const state = await fit({ step, state: step.init(random.key(0)), batches: batches.epoch(0) })
 */
export async function fit<State, B = Batch>(options: FitOptions<State, B>): Promise<State> {
  const { step, state, batches, onStep, onMetrics, signal } = readOptions("fit", options, {
    step: true,
    state: true,
    batches: true,
    onStep: true,
    onMetrics: true,
    signal: true,
  });
  if (typeof step?.update !== "function") throw typeError("step", "a training step", step);
  checkOwned("state", state);
  if (!isIterable(batches)) throw typeError("batches", "batches to go through, e.g. data.epoch(0)", batches);
  let current = state;
  let index = 0;
  const takeTurn = turnTaker();
  /** Looks at the scalars of some steps; false where `onStep` has seen enough. */
  const report = async (metrics: { [name: string]: np.Array }, steps: number): Promise<boolean> => {
    const values: [string, ArrayLike<number>][] = [];
    for (const [name, array] of Object.entries(metrics)) values.push([name, await array.data()]);
    for (let i = 0; i < steps; i++, index++) {
      const scalars = { loss: Number.NaN } as StepReport<State>["metrics"];
      for (const [name, data] of values) scalars[name] = data[i];
      for (const [name, value] of Object.entries(scalars)) {
        if (!Number.isFinite(value)) throw new NonFiniteError(index, name, value);
      }
      onMetrics?.(scalars, index);
      if ((await onStep?.({ step: index, metrics: scalars, state: current })) === false) return false;
    }
    await takeTurn();
    return true;
  };
  // Whoever looks at every step gets every state.
  const sizeFor = (batch: B): number =>
    onStep === undefined && step.updateAll !== undefined ? (step.blockSize?.(current, batch) ?? 1) : 1;
  let block: B[] = [];
  try {
    for await (block of inBlocks(batches, sizeFor)) {
      signal?.throwIfAborted();
      const together = block.length > 1 ? step.updateAll!(current, block) : null;
      if (together !== null) {
        const steps = block.length;
        block = [];
        current = together[0];
        await report(together[1], steps);
        continue;
      }
      for (let batch = block.shift(); batch !== undefined; batch = block.shift()) {
        const result = step.update(current, batch);
        // What is there already is not waited for.
        const [next, metrics] = Array.isArray(result) ? result : await result;
        current = next;
        if (!(await report(metrics, 1))) return current;
      }
    }
    signal?.throwIfAborted();
    return current;
  } catch (error) {
    // What the steps would have consumed.
    disposeState(block);
    disposeState(current);
    throw error;
  }
}

function isIterable(batches: unknown): boolean {
  const given = Object(batches);
  return typeof (given[Symbol.iterator] ?? given[Symbol.asyncIterator]) === "function";
}
