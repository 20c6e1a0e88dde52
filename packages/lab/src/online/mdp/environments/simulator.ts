import { checkNumber, type RandomSource, rangeError, typeError } from "minimand/engine";

/**
 * A process of `horizon` steps whose dynamics are fixed and known as far as they can be simulated, with known features in
 * which the Q-function of every policy is linear. Losses are no part of it: they may be anything in every episode.
 *
 * Layers count from 0 to `horizon - 1`. Methods draw randomness from the source given, nothing else.
 */
export interface EpisodicSimulator<State> {
  /** H, the number of steps of an episode. */
  readonly horizon: number;
  /** Length of the feature vectors. */
  readonly dim: number;
  /** A state of layer 0. */
  start(random: RandomSource): State;
  /** Number of actions in a state. */
  actions(layer: number, state: State): number;
  /** Features of a state and action, of norm at most 1. */
  features(layer: number, state: State, action: number): ArrayLike<number>;
  /** A state of the next layer; never asked after the last one. */
  step(layer: number, state: State, action: number, random: RandomSource): State;
  /** The same text for the same state, other texts for others: what policies are remembered by in lazy mode. */
  key?(layer: number, state: State): string;
}

/** A simulator whose states are numbered in each layer, so that policies can be tables. */
export interface FiniteSimulator extends EpisodicSimulator<number> {
  /** Number of states of each layer. */
  readonly states: readonly number[];
  /** Distribution over the states of layer 0, where it is known. */
  readonly startDistribution?: ArrayLike<number>;
  /** Distribution over the states of the next layer, where it is known: then covariances and bonuses can be exact. */
  transition?(layer: number, state: number, action: number): ArrayLike<number>;
}

/** Throws unless this has what an {@link EpisodicSimulator} has. */
export function checkSimulator(simulator: unknown): asserts simulator is EpisodicSimulator<unknown> {
  const given = simulator as Partial<EpisodicSimulator<unknown>> | null | undefined;
  const expected = "a simulator with horizon, dim, start, actions, features and step";
  if (typeof given !== "object" || given === null) throw typeError("simulator", expected, simulator);
  checkNumber("simulator.horizon", given.horizon, { min: 1, integer: true });
  checkNumber("simulator.dim", given.dim, { min: 1, integer: true });
  for (const name of ["start", "actions", "features", "step"] as const)
    if (typeof given[name] !== "function") throw typeError(`simulator.${name}`, "a function", given[name]);
}

/** Throws unless the simulator's states are numbered. */
export function checkFinite(simulator: unknown): asserts simulator is FiniteSimulator {
  checkSimulator(simulator);
  const { states } = simulator as Partial<FiniteSimulator>;
  const { horizon } = simulator;
  if (!Array.isArray(states)) throw typeError("simulator.states", "numbers of states by layer", states);
  if (states.length !== horizon) throw rangeError("simulator.states", `${horizon} numbers`, states);
  for (const [h, count] of states.entries())
    checkNumber(`simulator.states[${h}]`, count, { min: 1, integer: true });
}

/** Draws an index from probabilities, `count` of them from `at` on. */
export function drawIndex(
  probabilities: ArrayLike<number>,
  at: number,
  count: number,
  random: RandomSource,
): number {
  let left = random();
  let last = 0;
  for (let i = 0; i < count; i++) {
    const p = probabilities[at + i];
    if (p <= 0) continue;
    left -= p;
    last = i;
    if (left < 0) break;
  }
  return last;
}
