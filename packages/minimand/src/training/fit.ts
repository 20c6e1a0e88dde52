import { disposeTree } from "../engine/tree.ts";
import type { Batch } from "./batches.ts";
import type { TrainStep } from "./train-step.ts";

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

/** What is told after each step. */
export interface StepReport<State> {
  /** Counted from 0. */
  step: number;
  /** The logged scalars of the step, `loss` among them. */
  metrics: { loss: number; [name: string]: number };
  /** The state after the step; still owned by `fit`. */
  state: State;
}

/** What is run by {@link fit}. */
export interface FitOptions<State> {
  step: TrainStep<State>;
  /** Consumed. */
  state: State;
  batches: Iterable<Batch> | AsyncIterable<Batch>;
  /** Called after each step; may be asynchronous; return `false` to stop. */
  // biome-ignore lint/suspicious/noConfusingVoidType: callbacks that return nothing are the usual case.
  onStep?: (report: StepReport<State>) => void | boolean | Promise<void | boolean>;
  signal?: AbortSignal;
}

/** Milliseconds of work after which the event loop gets its turn. */
const turn = 20;

/**
 * Trains on the batches in order and returns the last state.
 *
 * Awaits one scalar a step, lets the event loop run every 20 ms, and stops at the first non-finite metric.
 *
 * @throws NonFiniteError naming the step; the reason of `signal` when aborted. The state is disposed in both cases.
 * @example
 * const state = await fit({ step, state: step.init(random.key(0)), batches: batches.epoch(0) })
 */
export async function fit<State>({
  step,
  state,
  batches,
  onStep,
  signal,
}: FitOptions<State>): Promise<State> {
  let current = state;
  let index = 0;
  let lastTurn = performance.now();
  try {
    for await (const batch of batches) {
      // The step would have consumed it.
      if (signal?.aborted) disposeState(batch);
      signal?.throwIfAborted();
      const [next, metrics] = step.update(current, batch);
      current = next;
      const report = { loss: Number.NaN } as StepReport<State>["metrics"];
      for (const [name, array] of Object.entries(metrics)) report[name] = (await array.data())[0];
      for (const [name, value] of Object.entries(report)) {
        if (!Number.isFinite(value)) throw new NonFiniteError(index, name, value);
      }
      if ((await onStep?.({ step: index, metrics: report, state: current })) === false) break;
      index++;
      if (performance.now() - lastTurn > turn) {
        await new Promise((resolve) => setTimeout(resolve));
        lastTurn = performance.now();
      }
    }
    signal?.throwIfAborted();
    return current;
  } catch (error) {
    disposeState(current);
    throw error;
  }
}

/** Disposes the arrays of a state; host memory and numbers need nothing. */
function disposeState(state: unknown): void {
  if (typeof state !== "object" || state === null || ArrayBuffer.isView(state)) return;
  if ("refCount" in state && "dispose" in state) disposeTree(state as never);
  else for (const part of Object.values(state)) disposeState(part);
}
