import { checkNumber, rangeError, typeError } from "minimand/engine";
import { checkVector, innerAt } from "../../vectors.ts";
import type { Estimator } from "../estimators/q-estimate.ts";
import { timesVector } from "../estimators/symmetric.ts";

/** What is kept of one episode and layer. */
export interface LearnedLayer {
  /** Sigma^+. */
  sigma: Float64Array;
  /** Sigma^+ phi_k. */
  direction: Float64Array;
  suffixLoss: number;
  /** Sigma^+ phi_j of the fresh trajectories, row after row; empty for the plain estimator. */
  fresh: Float64Array;
}

/** Returns what an episode taught about one layer: features chosen and their suffix loss, and features of fresh trajectories. */
export function learnedLayer(
  sigma: Float64Array,
  chosen: Float64Array,
  suffixLoss: number,
  others: readonly Float64Array[],
): LearnedLayer {
  const dim = chosen.length;
  const times = (phi: Float64Array): Float64Array => timesVector(sigma, dim, phi, 0, new Float64Array(dim));
  const fresh = new Float64Array(others.length * dim);
  for (const [j, phi] of others.entries()) fresh.set(times(phi), j * dim);
  return { sigma, direction: times(chosen), suffixLoss, fresh };
}

/** Returns the estimate of Q for the features from `at` on. */
export function estimateOf(
  { direction, suffixLoss, fresh }: LearnedLayer,
  features: Float64Array,
  at: number,
  { estimator, horizon }: { estimator: Estimator; horizon: number },
): number {
  const u = innerAt(features, at, direction);
  if (estimator === "plain") return u * suffixLoss;
  const dim = direction.length;
  const count = fresh.length / dim;
  let m = 0;
  for (let j = 0; j < count; j++) {
    let along = 0;
    for (let i = 0; i < dim; i++) along += features[at + i] * fresh[j * dim + i];
    m += Math.min(along, 0) / count;
  }
  return u * suffixLoss + horizon * (m - Math.min(u, 0));
}

/** Episodes as plain data. */
export function savedHistory(history: readonly (readonly LearnedLayer[])[]): unknown {
  return history.map((layers) =>
    layers.map(({ sigma, direction, suffixLoss, fresh }) => ({
      sigma: [...sigma],
      direction: [...direction],
      suffixLoss,
      fresh: [...fresh],
    })),
  );
}

/** Episodes from plain data, checked: `episodes` of them. */
export function restoredHistory(
  saved: unknown,
  episodes: number,
  horizon: number,
  dim: number,
): LearnedLayer[][] {
  if (!Array.isArray(saved)) throw typeError("snapshot.learned", "an array of episodes", saved);
  if (saved.length !== episodes) throw rangeError("snapshot.learned", `${episodes} episodes`, saved);
  return saved.map((layers, k) => {
    if (!Array.isArray(layers)) throw typeError(`snapshot.learned[${k}]`, "an array of layers", layers);
    if (layers.length !== horizon) throw rangeError(`snapshot.learned[${k}]`, `${horizon} layers`, layers);
    return layers.map((layer, h): LearnedLayer => {
      const place = `snapshot.learned[${k}][${h}]`;
      const { sigma, direction, suffixLoss, fresh } = (layer ?? {}) as Record<string, unknown>;
      checkVector(`${place}.sigma`, sigma, dim * dim);
      checkVector(`${place}.direction`, direction, dim);
      checkNumber(`${place}.suffixLoss`, suffixLoss, { min: 0, max: horizon });
      if (!Array.isArray(fresh)) throw typeError(`${place}.fresh`, "an array of numbers", fresh);
      if (fresh.length > 0) checkVector(`${place}.fresh`, fresh);
      if (fresh.length % dim !== 0) throw rangeError(`${place}.fresh`, `vectors of ${dim} numbers`, fresh);
      return {
        sigma: Float64Array.from(sigma),
        direction: Float64Array.from(direction),
        suffixLoss,
        fresh: Float64Array.from(fresh),
      };
    });
  });
}
