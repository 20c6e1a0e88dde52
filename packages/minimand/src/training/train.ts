import { checkNumber, rangeError, typeError } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import type { Batch } from "./batches.ts";
import { bestOf } from "./best-epoch.ts";
import { type FitOptions, fit } from "./fit.ts";
import { checkOwned } from "./states/check-owned.ts";
import { disposeState, keepState } from "./states/keep-state.ts";
import type { Validation } from "./validation.ts";

/** How an epoch went. */
export interface EpochRecord {
  /** Counted from 0. */
  epoch: number;
  /** Mean of the losses of its steps. */
  loss: number;
  /** What validation gave after it; null without. */
  validation: number | null;
}

/** What is reported after each epoch. */
export interface EpochReport<State> extends EpochRecord {
  /** Whether no earlier epoch has as good a validation; true without validation. */
  best: boolean;
  /** The state after the epoch; still owned by `train`. */
  state: State;
}

/** What is run by {@link train}. */
export interface TrainOptions<State, B = Batch>
  extends Pick<FitOptions<State, B>, "step" | "onStep" | "signal"> {
  /** Consumed. */
  state: State;
  /** What `minibatches` returns, or anything else that has batches for an epoch. */
  data: { epoch(n: number): FitOptions<State, B>["batches"]; shape?: readonly number[] };
  /** At most, those of `history` included. */
  epochs: number;
  /** A number of the state that says how good it is: `validationOn(...)`, or a function, whose smaller values are better. */
  validation?: Validation<State> | Validation<State>["score"];
  /** Ends training after so many epochs without a better validation; default: it never does. */
  patience?: number;
  /** Share of the state's learning rate at an epoch of all; default all of it. Nothing is compiled anew. */
  schedule?: (epoch: number, epochs: number) => number;
  /** Called after each epoch; may be asynchronous; return `false` to stop. */
  // biome-ignore lint/suspicious/noConfusingVoidType: callbacks that return nothing are the usual case.
  onEpoch?: (report: EpochReport<State>) => void | boolean | Promise<void | boolean>;
  /** Epochs made before: training goes on after them, as if it had not been interrupted. */
  history?: readonly EpochRecord[];
  /** The state of the best epoch of `history`, where that isn't the last one; consumed. */
  best?: State;
}

/** What {@link train} returns. */
export interface Trained<State> {
  /** The state after the best epoch; the last one without validation. Owned by the caller. */
  state: State;
  history: EpochRecord[];
  bestEpoch: number;
  /** What ended training: `epochs` were made, `patience` was lost, or a callback returned `false`. */
  stopped: "epochs" | "patience" | "callback";
}

/**
 * Trains epoch by epoch, keeps the best state, and stops early where validation gets no better.
 *
 * Epoch `n` trains on `data.epoch(n)` by {@link fit}, with all that it promises. Equal validations keep the earlier state; NaN is worse
 * than any number. A state that `onEpoch` has saved after epoch `n` (`saveState`) goes on with `history` up to `n`, bit for bit as
 * without the interruption; between epochs it has its whole learning rate, whatever the schedule.
 *
 * Whoever aborts keeps nothing: save states in `onEpoch`, or return `false` from it to stop with the best one.
 *
 * @param options `step`, `state`, `data` and `epochs`; `validation`, `patience`, `schedule`, `onEpoch`, `onStep`, `signal`; `history` and
 *   `best` of an earlier run
 * @returns the best state, the history of all epochs, which epoch was best, and why training ended
 * @throws RangeError where every validation was NaN, unless a callback has stopped training; TypeError, after the first step, for a
 *   `schedule` where the step reads no learning rate; NonFiniteError as `fit`, with the step counted from the start of its epoch; the reason of `signal` when aborted; what callbacks
 *   and validation throw. All states are disposed then. TypeError, RangeError, before anything is consumed, for options outside their
 *   ranges, and validation examples of another shape
 * @example
 * const { state, bestEpoch } = await train({
 *   step,
 *   state: step.init(random.key(0)),
 *   data: minibatches(rows, { size: 32, seed: 1 }),
 *   validation: validationOn({ step, model, loss, data: minibatches(held, { size: 32, seed: 1 }) }),
 *   epochs: 200,
 *   patience: 20,
 *   schedule: (epoch, epochs) => (1 + Math.cos((Math.PI * epoch) / epochs)) / 2,
 * })
 * @see Goodfellow, Bengio, Courville 2016, Deep Learning, algorithm 7.1
 */
export async function train<State, B = Batch>(options: TrainOptions<State, B>): Promise<Trained<State>> {
  const { score, higherIsBetter } = checkTraining(options);
  const { data, epochs, patience = Infinity, schedule, onEpoch, signal } = options;
  const history = [...(options.history ?? [])];
  let bestEpoch = bestOf(history, higherIsBetter);
  let current = options.state;
  let best = score === null || bestEpoch < 0 ? null : (options.best ?? keepState(current));
  let stopped: Trained<State>["stopped"] = "epochs";
  // A state that is given to `fit` is disposed there where training fails.
  let isOwn = true;
  try {
    for (let epoch = history.length; epoch < epochs; epoch++) {
      if (score !== null && history.length > 0 && epoch - 1 - bestEpoch >= patience) {
        stopped = "patience";
        break;
      }
      const batches = data.epoch(epoch);
      const rate = learningRateOf(current) as number;
      if (schedule !== undefined) current = withRate(current, rate * shareAt(schedule, epoch, epochs));
      isOwn = false;
      const { state, loss, ended } = await trainEpoch(options, current, batches);
      isOwn = true;
      current = schedule === undefined ? state : withRate(state, rate);
      if (Number.isNaN(loss)) throw rangeError("data", `at least one batch in epoch ${epoch}`, 0);
      const validation = score === null ? null : await score(current);
      if (validation !== null && typeof validation !== "number")
        throw typeError("validation", "a number", validation);
      history.push({ epoch, loss, validation });
      bestEpoch = bestOf(history, higherIsBetter);
      const isBest = bestEpoch === epoch;
      if (score !== null && isBest) {
        disposeState(best);
        best = keepState(current);
      }
      const goesOn = await onEpoch?.({ epoch, loss, validation, best: isBest, state: current });
      signal?.throwIfAborted();
      if (goesOn === false || ended) {
        stopped = "callback";
        break;
      }
    }
    if (stopped !== "callback" && history.every(({ validation }) => Number.isNaN(validation)))
      throw rangeError("validation", "a number after at least one epoch", Number.NaN);
  } catch (error) {
    disposeState([best, isOwn ? current : null]);
    throw error;
  }
  if (best === null) return { state: current, history, bestEpoch, stopped };
  disposeState(current);
  return { state: best, history, bestEpoch, stopped };
}

/** Makes the steps of an epoch; `ended` where `onStep` has seen enough. Consumes the state. */
async function trainEpoch<State, B>(
  { step, schedule, onStep, signal }: TrainOptions<State, B>,
  state: State,
  batches: FitOptions<State, B>["batches"],
): Promise<{ state: State; loss: number; ended: boolean }> {
  let [sum, steps, ended] = [0, 0, false];
  const watched: FitOptions<State, B>["onStep"] =
    onStep &&
    (async (report) => {
      ended = (await onStep(report)) === false;
      return !ended;
    });
  const onMetrics = ({ loss }: { loss: number }): void => {
    sum += loss;
    steps++;
    if (schedule !== undefined && step.reads?.()?.has("learningRate") === false)
      throw typeError(
        "schedule",
        "a step that reads hyper.learningRate, e.g. of the optimizer ({ learningRate }) => adamw(learningRate)",
        `one that reads ${[...step.reads()!].join(", ") || "none"}`,
      );
  };
  const trained = await fit({ step, state, batches, onMetrics, onStep: watched, signal });
  return { state: trained, loss: sum / steps, ended };
}

function checkTraining<State, B>(
  options: TrainOptions<State, B>,
): {
  score: Validation<State>["score"] | null;
  higherIsBetter: boolean;
} {
  const { state, data, epochs, validation, patience, schedule, history, best } = readOptions(
    "train",
    options,
    {
      step: true,
      state: true,
      data: true,
      epochs: true,
      validation: true,
      patience: true,
      schedule: true,
      onEpoch: true,
      onStep: true,
      signal: true,
      history: [[]],
      best: true,
    },
  );
  if (typeof options.step?.update !== "function") throw typeError("step", "a training step", options.step);
  if (typeof state !== "object" || state === null)
    throw typeError("state", "a state of the step, e.g. step.init(keyOf(0))", state);
  checkOwned("state", state);
  checkNumber("epochs", epochs, { min: 1, integer: true });
  if (typeof data?.epoch !== "function")
    throw typeError("data", "batches by epochs, as of minibatches", data);
  if (patience !== undefined) {
    checkNumber("patience", patience, { min: 1, integer: true });
    if (validation === undefined) throw typeError("patience", "a validation to be looked at", undefined);
  }
  for (const [name, callback] of Object.entries({
    schedule,
    onEpoch: options.onEpoch,
    onStep: options.onStep,
  }))
    if (callback !== undefined && typeof callback !== "function")
      throw typeError(name, "a function", callback);
  if (schedule !== undefined && learningRateOf(state) === undefined)
    throw typeError("schedule", "a state with the hyperparameter learningRate", undefined);
  const given = typeof validation === "function" ? { score: validation } : validation;
  const { score = null, shape, higherIsBetter = false } = given ?? ({} as Partial<Validation<State>>);
  if (given !== undefined && typeof score !== "function")
    throw typeError("validation", "validationOn(...) or a function of the state", validation);
  if (shape !== undefined && data.shape !== undefined && shape.join() !== data.shape.join())
    throw rangeError("validation", `examples of shape [${data.shape.join(", ")}], as in training`, {
      shape,
      dtype: "",
    });
  history.forEach(({ epoch }, i) => {
    if (epoch !== i) throw rangeError(`history[${i}]`, `epoch ${i}`, epoch);
  });
  if (best !== undefined && (validation === undefined || history.length === 0))
    throw typeError("best", "nothing without validation and history", best);
  if (
    validation !== undefined &&
    best === undefined &&
    bestOf(history, higherIsBetter) !== history.length - 1
  )
    throw typeError("best", "the state of the best epoch of history", undefined);
  return { score, higherIsBetter };
}

function learningRateOf(state: unknown): number | undefined {
  return (state as { hyper?: { learningRate?: number } }).hyper?.learningRate;
}

function shareAt(schedule: (epoch: number, epochs: number) => number, epoch: number, epochs: number): number {
  let share: unknown;
  try {
    share = schedule(epoch, epochs);
  } catch (error) {
    // A schedule of optimizers counts steps, in an array.
    if (error instanceof TypeError)
      throw new TypeError(
        `schedule: expected a function (epoch, epochs) => share of the learning rate (schedules of steps, as oneCycleSchedule, are given to an optimizer), got one that throws: ${error.message}`,
        { cause: error },
      );
    throw error;
  }
  checkNumber("schedule", share, { min: 0 });
  return share as number;
}

function withRate<State>(state: State, learningRate: number): State {
  return { ...state, hyper: { ...(state as { hyper: object }).hyper, learningRate } };
}
