import { checkNumber, typeError } from "minimand/engine";
import { checkFeatures } from "../checks.ts";
import type { EpisodicSimulator } from "../environments/simulator.ts";
import { hashOf } from "./random-streams.ts";

/** A state that was asked about: its cumulative losses before each episode, as far as they were needed. */
export interface VisitedState {
  actions: number;
  /** `[actions, dim]` */
  features: Float64Array;
  hash: number;
  /** Those before episode `first + i`. Without bonuses the past is not read, and only the last one is kept. */
  before: Float64Array[];
  first: number;
}

/** The states that were asked about. */
export interface VisitedStates<State> {
  lookUp(layer: number, state: State): VisitedState;
  /** Notes one more array of cumulative losses. */
  grown(): void;
  clear(): void;
}

/** Cumulative losses kept; those of states that came first are forgotten and computed again, to the same numbers. */
const mostKept = 500_000;

export function visitedStates<State>(simulator: EpisodicSimulator<State>): VisitedStates<State> {
  const { dim } = simulator;
  const keyOf = simulator.key!.bind(simulator);
  const visited = new Map<string, VisitedState>();
  let kept = 0;

  function forget(): void {
    for (const [name, { before }] of visited) {
      if (kept <= mostKept) return;
      visited.delete(name);
      kept -= before.length;
    }
  }

  return {
    lookUp(layer, state) {
      const key = keyOf(layer, state);
      if (typeof key !== "string") throw typeError("simulator.key", "a function that returns a string", key);
      const name = `${layer} ${key}`;
      const known = visited.get(name);
      if (known !== undefined) return known;
      const actions: unknown = simulator.actions(layer, state);
      checkNumber("simulator.actions", actions, { min: 1, integer: true });
      const features = new Float64Array(actions * dim);
      for (let a = 0; a < actions; a++) features.set(featuresOf(simulator, layer, state, a), a * dim);
      const entry = { actions, features, hash: hashOf(key), before: [new Float64Array(actions)], first: 0 };
      visited.set(name, entry);
      kept++;
      forget();
      return entry;
    },
    grown() {
      kept++;
    },
    clear() {
      visited.clear();
      kept = 0;
    },
  };
}

/** Features of a state's action, checked. */
export function featuresOf<State>(
  simulator: EpisodicSimulator<State>,
  layer: number,
  state: State,
  action: number,
): ArrayLike<number> {
  const phi = simulator.features(layer, state, action);
  checkFeatures("simulator.features", phi, simulator.dim);
  return phi;
}
