import { frechetDistance, kernelDistance, neighbourhoodScores } from "minimand/metrics";
import { countOf, type Rows } from "./data.ts";
import { likeliest, type Seen } from "./features.ts";
import { featureSize } from "./settings.ts";

/** Scores of samples. */
export interface Quality {
  /** Frechet and kernel distance of features to those of the test. */
  frechet: number;
  kernel: number;
  precision: number;
  recall: number;
  density: number;
  coverage: number;
  /** Mean of the classifier's highest probability. */
  confidence: number;
  /** Entropy of the classes that the classifier predicts; at most log 10. */
  entropy: number;
  /** Mean distance of a sample to the nearest training row. */
  nearest: number;
  /** Numbers that aren't positive. */
  turned: number;
}

/** Scores rows by a classifier's outputs for them and for test rows. */
export function qualityOf(
  rows: Rows,
  seen: Seen,
  test: { seen: Seen },
  training: Rows,
  turned: number,
): Quality {
  const real = test.seen.features;
  const { probabilities, features } = seen;
  const count = countOf(rows);
  const classes = new Float64Array(10);
  let confidence = 0;
  for (let i = 0; i < count; i++) {
    const k = likeliest(probabilities, i);
    classes[k] += 1 / count;
    confidence += probabilities[10 * i + k] / count;
  }
  return {
    frechet: frechetDistance(features, real, featureSize),
    kernel: kernelDistance(features, real, featureSize),
    ...neighbourhoodScores(real, features, featureSize),
    confidence,
    entropy: -classes.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0),
    nearest: nearestOf(rows, training).distance,
    turned,
  };
}

/** Finds the nearest of other rows to each row, and the mean of the Euclidean distances to them. */
export function nearestOf({ x, d }: Rows, others: Rows): { rows: Int32Array; distance: number } {
  const rows = new Int32Array(x.length / d);
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    let least = Infinity;
    for (let j = 0; j < others.x.length; j += d) {
      let sum = 0;
      for (let k = 0; k < d && sum < least; k++) sum += (x[i * d + k] - others.x[j + k]) ** 2;
      if (sum < least) [least, rows[i]] = [sum, j / d];
    }
    total += Math.sqrt(least);
  }
  return { rows, distance: total / rows.length };
}

/**
 * Energy distance of two samples of points: `2 E|x - y| - E|x - x'| - E|y - y'|`, 0 for equal distributions.
 *
 * @see Szekely, Rizzo 2013, equation (2.4)
 */
export function energyDistance(a: Rows, b: Rows): number {
  return 2 * meanDistance(a, b) - meanDistance(a, a) - meanDistance(b, b);
}

function meanDistance(a: Rows, b: Rows): number {
  let sum = 0;
  for (let i = 0; i < a.x.length; i += a.d)
    for (let j = 0; j < b.x.length; j += b.d) {
      let square = 0;
      for (let k = 0; k < a.d; k++) square += (a.x[i + k] - b.x[j + k]) ** 2;
      sum += Math.sqrt(square);
    }
  return sum / (countOf(a) * (countOf(b) - (a === b ? 1 : 0)));
}
