import { rangeError } from "../../engine/checks.ts";
import { bestOf } from "../best-epoch.ts";
import { NonFiniteError } from "../fit.ts";
import { inBlocks } from "../in-blocks.ts";
import { disposeState, keepState } from "../states/keep-state.ts";
import { type EpochRecord, train } from "../train.ts";
import type { JoinedStates, StepMetrics, SupervisedState } from "../train-step.ts";
import { turnTaker } from "../turns.ts";
import { joinStates, stateAt, statesAt } from "./joined-states.ts";
import type { Outcome, TrainAllOptions, ValidationOfAll } from "./options.ts";

/** A state among joined ones, and how its training went. */
interface Run {
  /** Its place among them. */
  place: number;
  history: EpochRecord[];
  /** Where its best state is. */
  best: { states: JoinedStates; place: number } | null;
  /** Sum of the losses of the epoch. */
  sum: number;
  outcome: Outcome | null;
}

/**
 * Trains states as one program, in blocks of so many steps, until all are done or one is left, which goes on alone.
 *
 * @param states consumed, unless the outcome is null
 * @returns null where that can't be done
 */
export async function trainJoined(
  options: TrainAllOptions,
  states: readonly SupervisedState[],
  block: number,
): Promise<Outcome[] | null> {
  const { step, data, epochs, patience = Infinity, validation, signal } = options;
  const higherIsBetter = validation.higherIsBetter ?? false;
  const start = joinStates(states);
  if (start === null) return null;
  let joined = start;
  const runs = states.map((_, place): Run => ({ place, history: [], best: null, sum: 0, outcome: null }));
  const running = (): Run[] => runs.filter(({ outcome }) => outcome === null);
  const takeTurn = turnTaker();
  const end = (run: Run, outcome: Outcome): void => {
    run.outcome = outcome;
    if (run.best !== null) disposeState(run.best.states);
    run.best = null;
  };

  /** Makes the steps of an epoch; false, with nothing changed, where the program can't be made. */
  const steps = async (epoch: number): Promise<boolean> => {
    for (const run of runs) run.sum = 0;
    let made = 0;
    let before: JoinedStates | null = keepState(joined);
    try {
      for await (const batches of inBlocks(data.epoch(epoch), () => block)) {
        let result: [JoinedStates, StepMetrics] | null;
        try {
          signal?.throwIfAborted();
          result = step.updateJoined!(joined, batches);
        } catch (error) {
          disposeState(batches);
          throw error;
        }
        if (result === null) {
          disposeState([batches, joined]);
          joined = before;
          before = null;
          return false;
        }
        joined = result[0];
        const values: [string, ArrayLike<number>][] = [];
        for (const [name, array] of Object.entries(result[1])) values.push([name, await array.data()]);
        const width = joined.hyper.length;
        for (const run of running())
          for (let i = 0; i < batches.length && run.outcome === null; i++)
            for (const [name, all] of values) {
              const value = all[i * width + run.place];
              if (!Number.isFinite(value)) {
                end(run, { diverged: new NonFiniteError(made + i, name, value), history: run.history });
                break;
              }
              if (name === "loss") run.sum += value;
            }
        made += batches.length;
        await takeTurn();
        if (running().length === 0) break;
      }
    } finally {
      disposeState(before);
    }
    if (made === 0) throw rangeError("data", `at least one batch in epoch ${epoch}`, 0);
    signal?.throwIfAborted();
    for (const run of runs) run.sum /= made;
    return true;
  };

  try {
    for (let epoch = 0; epoch < epochs && running().length > 1; epoch++) {
      if (!(await steps(epoch))) {
        if (epoch > 0) break;
        disposeState(joined);
        return null;
      }
      const scores = await scoresOf(validation, joined, running());
      for (const [i, run] of running().entries()) {
        const score = scores[i];
        if (score instanceof NonFiniteError) {
          end(run, { diverged: score, history: run.history });
          continue;
        }
        run.history.push({ epoch, loss: run.sum, validation: score });
        const bestEpoch = bestOf(run.history, higherIsBetter);
        if (bestEpoch === epoch || run.best === null) {
          if (run.best !== null) disposeState(run.best.states);
          run.best = { states: keepState(joined), place: run.place };
        }
        const last = epoch === epochs - 1;
        if (!last && epoch - bestEpoch < patience) continue;
        const { history, best } = run;
        const state = stateAt(best.states, best.place);
        end(run, { state, history, bestEpoch, stopped: last ? "epochs" : "patience" });
      }
      joined = packed(joined, running());
    }
    for (const run of running()) {
      const { history, best } = run;
      const state = stateAt(joined, run.place);
      const isLast = history.length === 0 || bestOf(history, higherIsBetter) === history.length - 1;
      const earlier = isLast || best === null ? {} : { best: stateAt(best.states, best.place) };
      end(run, await trainAlone(options, { state, history, ...earlier }));
    }
    disposeState(joined);
  } catch (error) {
    disposeState(joined);
    for (const { best, outcome } of runs) {
      if (best !== null) disposeState(best.states);
      if (outcome !== null && "state" in outcome) disposeState(outcome.state);
    }
    throw error;
  }
  for (const state of states) disposeState(state);
  return runs.map(({ outcome }) => outcome!);
}

/** Trains one state alone, from the start or where it was left. */
export async function trainAlone(
  { step, data, epochs, patience, validation, signal }: TrainAllOptions,
  run: { state: SupervisedState; history?: EpochRecord[]; best?: SupervisedState },
): Promise<Outcome> {
  const { score, higherIsBetter } = validation;
  const history = [...(run.history ?? [])];
  try {
    return await train({
      step,
      data,
      epochs,
      patience,
      signal,
      ...run,
      validation: { score: async (state) => score(state), higherIsBetter: higherIsBetter ?? false },
      onEpoch: ({ epoch, loss, validation }) => void history.push({ epoch, loss, validation }),
    });
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    return { diverged: error, history };
  }
}

/** How good the states of some runs are, or the errors that ended them. */
async function scoresOf(
  validation: ValidationOfAll,
  joined: JoinedStates,
  runs: readonly Run[],
): Promise<(number | NonFiniteError)[]> {
  const all = runs.length === 0 ? null : await validation.scoreAll?.(joined);
  if (all) return runs.map(({ place }) => all[place]);
  const scores: (number | NonFiniteError)[] = [];
  for (const { place } of runs) {
    const state = stateAt(joined, place);
    try {
      scores.push(await validation.score(state));
    } catch (error) {
      if (!(error instanceof NonFiniteError)) throw error;
      scores.push(error);
    } finally {
      disposeState(state);
    }
  }
  return scores;
}

/**
 * Without states that nobody runs any more, where half of them or more are; a power of two is left, so that few numbers of states
 * are compiled.
 */
function packed(joined: JoinedStates, runs: readonly Run[]): JoinedStates {
  const size = 2 ** Math.ceil(Math.log2(runs.length));
  if (runs.length < 2 || size >= joined.hyper.length) return joined;
  // What fills it up is trained in vain.
  const places = Array.from({ length: size }, (_, i) => (runs[i] ?? runs[0]).place);
  const next = statesAt(joined, places);
  disposeState(joined);
  for (const [i, run] of runs.entries()) run.place = i;
  return next;
}
