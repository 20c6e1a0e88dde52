import type { numpy as np } from "@jax-js/jax";

/*
 * While a program is traced, class ids can't be looked at. How many classes they are of is known where batches are cut, so that a
 * network with fewer outputs is found there.
 */

const known = new WeakMap<np.Array, number>();

/** Says of traced class ids, or any array of labels, of how many classes they are. */
export function haveClasses(labels: np.Array, classes: number | undefined): void {
  if (classes !== undefined) known.set(labels, classes);
}

/** Of how many classes labels are, where it was said. */
export const classesOf = (labels: np.Array): number | undefined => known.get(labels);
