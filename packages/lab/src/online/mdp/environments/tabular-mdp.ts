import type { RandomSource } from "minimand/engine";
import { rangeError, typeError } from "minimand/engine";
import { checkDistribution, checkFeatures, checkRows } from "../checks.ts";
import type { LayerTable, TransitionTable } from "./dynamic-programming.ts";
import { drawIndex, type FiniteSimulator } from "./simulator.ts";

/** An MDP of numbered states with known dynamics. */
export interface TabularMdp {
  /** `[layers][states][actions][dim]`, each vector of norm at most 1. */
  features: readonly LayerTable[];
  /** `[layers - 1][states][actions][next states]`. */
  transition: TransitionTable;
  /** Distribution over the states of layer 0; default: always state 0. */
  start?: ArrayLike<number>;
}

/** A simulator that knows its dynamics. */
export type TabularSimulator = FiniteSimulator & {
  readonly startDistribution: ArrayLike<number>;
  transition(layer: number, state: number, action: number): ArrayLike<number>;
};

/**
 * Returns a simulator of an MDP that is known whole: covariances, bonuses and values can then be computed exactly.
 *
 * @throws TypeError, RangeError for tables whose shapes don't fit, features longer than 1, rows that are no distributions
 *
 * @example
 * const { horizon, states } = tabularSimulator({ features: [[[[1], [0.5]]]], transition: [] });
 */
export function tabularSimulator({ features, transition, start }: TabularMdp): TabularSimulator {
  if (!Array.isArray(features)) throw typeError("features", "vectors by layer, state and action", features);
  if (features.length === 0) throw rangeError("features", "at least one layer", features);
  if (!Array.isArray(transition))
    throw typeError("transition", "distributions by layer, state and action", transition);
  const horizon = features.length;
  if (transition.length < horizon - 1)
    throw rangeError("transition", `at least ${horizon - 1} layers`, transition);
  const dim = checkRows("features[0][0]", features[0]?.[0]);
  for (const [h, layer] of features.entries()) {
    if (!Array.isArray(layer)) throw typeError(`features[${h}]`, "vectors by state and action", layer);
    if (layer.length === 0) throw rangeError(`features[${h}]`, "at least one state", layer);
    for (const [s, vectors] of layer.entries()) {
      checkRows(`features[${h}][${s}]`, vectors, dim);
      for (const [a, phi] of vectors.entries()) {
        checkFeatures(`features[${h}][${s}][${a}]`, phi, dim);
        if (h + 1 < horizon)
          checkDistribution(
            `transition[${h}][${s}][${a}]`,
            transition[h]?.[s]?.[a],
            (features[h + 1] as unknown[] | undefined)?.length,
          );
      }
    }
  }
  const states: number[] = features.map((layer) => layer.length);
  const startDistribution = start ?? Float64Array.from({ length: states[0] }, (_, s) => Number(s === 0));
  checkDistribution("start", startDistribution, states[0]);
  return {
    horizon,
    dim,
    states,
    startDistribution,
    start: (random: RandomSource) => drawIndex(startDistribution, 0, states[0], random),
    actions: (layer, state) => features[layer][state].length,
    features: (layer, state, action) => features[layer][state][action],
    transition: (layer, state, action) => transition[layer][state][action],
    step: (layer, state, action, random) =>
      drawIndex(transition[layer][state][action], 0, states[layer + 1], random),
    key: (_, state) => String(state),
  };
}
