import type { numpy as np } from "@jax-js/jax";

/*
 * While a program is traced, class ids can't be looked at. What they are is known where batches are cut, so that a network without an
 * output for one of them is found there.
 */

/** What is known of class ids. */
export interface KnownLabels {
  /** How many classes there are. */
  classes?: number;
  /** Smallest and largest of the rows that count. */
  range?: readonly [smallest: number, largest: number];
}

const known = new WeakMap<np.Array, KnownLabels & { weights: np.Array }>();

/**
 * Says of traced class ids, or any array of labels, what they are.
 *
 * @param weights those of the batch; under others, rows of any labels may be left out
 */
export function haveLabels(labels: np.Array, facts: KnownLabels | undefined, weights: np.Array): void {
  if (facts !== undefined) known.set(labels, { ...facts, weights });
}

/** What is known of labels, where it was said; of their range only under the weights of their batch, or none. */
export function knownOf(labels: np.Array, weights?: np.Array): KnownLabels | undefined {
  const facts = known.get(labels);
  if (facts === undefined || weights === undefined || weights === facts.weights) return facts;
  return { classes: facts.classes };
}
