import { checkNumber, rangeError, typeError } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import { checkOwned } from "../states/check-owned.ts";
import { disposeState } from "../states/keep-state.ts";
import type { SupervisedState } from "../train-step.ts";
import type { Outcome, TrainAllOptions } from "./options.ts";
import { trainAlone, trainJoined } from "./train-joined.ts";

/**
 * Trains several states of one step on the same data, each as {@link train} would alone: configurations of one loss, for example.
 *
 * Where the compiler of the step can and shapes like these pay, all that still run are one program with batched matrix products;
 * whoever stops early or diverges leaves it. Else they are trained one after the other. Which of both it is depends on nothing but
 * shapes; numbers are the same up to rounding.
 *
 * @param options `step`; `states` that started with the same key; `data`, `epochs`, `validation`, `patience`, `signal`
 * @returns for each state, in order, what `train` gives, or `{ diverged, history }` with the NonFiniteError that ended it
 * @throws as {@link train}, but for NonFiniteError; all states are disposed then. TypeError, RangeError, before anything is consumed, for
 *   options outside their ranges
 * @example
 * const outcomes = await trainAll({
 *   step,
 *   states: [0.01, 0.1].map((learningRate) => step.init(keyOf(0), { hyper: { learningRate } })),
 *   data: minibatches(rows, { size: 32, seed: 1 }),
 *   validation: validationOn({ step, model, loss, data: minibatches(held, { size: 32, seed: 1 }) }),
 *   epochs: 200,
 *   patience: 20,
 * })
 * const [first] = outcomes.filter((outcome) => "state" in outcome)
 * step.params(first.state)
 */
export async function trainAll<State extends SupervisedState>(
  options: TrainAllOptions<State>,
): Promise<Outcome<State>[]>;
export async function trainAll(options: TrainAllOptions): Promise<Outcome[]> {
  check(options);
  const waiting = [...options.states];
  const outcomes: Outcome[] = [];
  try {
    const { most, block } = waiting.length > 1 ? await sizesFor(options) : one;
    let together = most;
    while (waiting.length > 0) {
      const group = waiting.slice(0, together);
      const joined = group.length > 1 ? await trainJoined(options, group, block) : null;
      if (joined === null) {
        together = 1;
        const state = waiting.shift()!;
        outcomes.push(await trainAlone(options, { state }));
      } else {
        waiting.splice(0, group.length);
        outcomes.push(...joined);
      }
    }
    return outcomes;
  } catch (error) {
    for (const state of waiting) disposeState(state);
    for (const outcome of outcomes) if ("state" in outcome) disposeState(outcome.state);
    throw error;
  }
}

const one = { most: 1, block: 1 };

/** How many states are joined, and how many steps are made in a call, for batches like the first one. */
async function sizesFor({
  step,
  data,
  states: [state],
}: TrainAllOptions): Promise<{ most: number; block: number }> {
  if (step.updateJoined === undefined) return one;
  for await (const batch of data.epoch(0)) {
    const most = step.joinedSize?.(state, batch) ?? 1;
    const block = step.blockSize?.(state, batch) ?? 1;
    disposeState(batch);
    return { most, block };
  }
  return one;
}

function check(options: TrainAllOptions): void {
  const { step, states, data, epochs, validation, patience } = readOptions("trainAll", options, {
    step: true,
    states: true,
    data: true,
    epochs: true,
    validation: true,
    patience: true,
    signal: true,
  });
  if (typeof step?.update !== "function") throw typeError("step", "a training step", step);
  if (!Array.isArray(states)) throw typeError("states", "a list of states of the step", states);
  if (states.length === 0) throw rangeError("states", "at least one state", states);
  const twice = states.findIndex((state, i) => states.indexOf(state) < i);
  if (twice >= 0)
    throw rangeError(`states, number ${twice + 1}`, "a state of its own", "one that is in the list before");
  if (typeof data?.epoch !== "function")
    throw typeError("data", "batches by epochs, as of minibatches", data);
  for (const [i, state] of states.entries()) checkOwned(`states, number ${i + 1}`, state);
  checkNumber("epochs", epochs, { min: 1, integer: true });
  if (patience !== undefined) checkNumber("patience", patience, { min: 1, integer: true });
  if (typeof validation?.score !== "function")
    throw typeError("validation", "validationOn(...), or an object with a function score", validation);
}
