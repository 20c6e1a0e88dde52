import { rangeError } from "../engine/errors.ts";
import { checkClasses, checkFinite, checkLabels } from "./checks.ts";
import { deviation, mean } from "./moments.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

/** How near features and last-layer weights are to neural collapse; all are 0 at an exact simplex, see {@link neuralCollapse}. */
export interface NeuralCollapse {
  /** `tr(S_W pinv(S_B)) / C`: spread within classes relative to that between them. */
  nc1: number;
  /** `std_k |m_k| / mean_k |m_k|` of the class means, and of the weights. */
  equinormMeans: number;
  equinormWeights: number;
  /** `std_{j<k} cos(m_j, m_k)`. */
  equiangleMeans: number;
  equiangleWeights: number;
  /** `mean_{j<k} |cos(m_j, m_k) + 1 / (C - 1)|`: distance from the largest angle that C directions can have in pairs. */
  maxAngleMeans: number;
  maxAngleWeights: number;
  /** `| W / |W| - M / |M| |^2`: distance of the weights from the class means, both of Frobenius norm 1. */
  selfDuality: number;
  /** Share of samples whose largest logit `<w_k, f>` isn't that of the nearest class mean. */
  nccMismatch: number;
}

/**
 * Measures of neural collapse, the state that features and last layer approach at the end of training with cross-entropy. In it, each class
 * is one point, the points form a regular simplex, and the weights point at them.
 *
 * `mu_k` class means, `m_k = mu_k - mu_G` with the mean `mu_G` over all samples; standard deviations are those of the population.
 *
 * @param features row-major `[samples, d]`, inputs of the last layer
 * @param labels class ids `[samples]`, every class at least once
 * @param weights row-major `[classes, d]`, one row a class (the transpose of a layer's `[d, classes]`), without bias
 * @throws RangeError for lengths that don't fit, fewer than 2 classes, labels out of range, a class without samples, values that
 * are not finite, and where all class means or a weight row are 0, since angles don't exist there
 * @example
 * neuralCollapse([1, 0, -1, 0], [0, 1], [2, 0, -2, 0]).selfDuality // 0
 * @see Papyan, Han, Donoho 2020, arXiv 2008.08186; Yang et al. 2024, arXiv 2411.08937, section 3
 */
export function neuralCollapse(
  features: ArrayLike<number>,
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
): NeuralCollapse {
  const { d, classes } = sizesOf(features, labels, weights);
  const { means, centred } = classMeans(features, labels, classes, d);
  const lengths = norms(centred, classes, d);
  if (lengths.some((v) => v === 0))
    throw rangeError("features", "class means that differ from the global mean", 0);
  const weightLengths = norms(weights, classes, d);
  const zero = weightLengths.indexOf(0);
  if (zero >= 0) throw rangeError(`weights, row ${zero}`, "a direction", 0);
  const meanAngles = cosines(centred, lengths, classes, d);
  const weightAngles = cosines(weights, weightLengths, classes, d);
  return {
    nc1: withinOverBetween(features, labels, means, centred, classes, d),
    equinormMeans: deviation(lengths) / mean(lengths),
    equinormWeights: deviation(weightLengths) / mean(weightLengths),
    equiangleMeans: deviation(meanAngles),
    equiangleWeights: deviation(weightAngles),
    maxAngleMeans: mean(meanAngles.map((c) => Math.abs(c + 1 / (classes - 1)))),
    maxAngleWeights: mean(weightAngles.map((c) => Math.abs(c + 1 / (classes - 1)))),
    selfDuality: duality(weights, centred),
    nccMismatch: mismatch(features, labels.length, means, weights, classes, d),
  };
}

function sizesOf(
  features: ArrayLike<number>,
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
): { d: number; classes: number } {
  if (labels.length === 0) throw rangeError("labels", "at least one sample", "none");
  const d = features.length / labels.length;
  if (!Number.isInteger(d) || d === 0)
    throw rangeError("features", `${labels.length} rows, one a label`, features.length);
  const classes = weights.length / d;
  if (!Number.isInteger(classes) || classes === 0)
    throw rangeError("weights", `rows of ${d} numbers, as the features have`, weights.length);
  checkClasses(classes);
  checkLabels("labels", labels, classes);
  checkFinite("features", features);
  checkFinite("weights", weights);
  return { d, classes };
}

/** Class means, and the same less the mean over all samples. */
function classMeans(
  features: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  d: number,
): { means: Float64Array; centred: Float64Array } {
  const means = new Float64Array(classes * d);
  const global = new Float64Array(d);
  const counts = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) {
    counts[labels[i]]++;
    for (let j = 0; j < d; j++) {
      means[labels[i] * d + j] += features[i * d + j];
      global[j] += features[i * d + j] / labels.length;
    }
  }
  const empty = counts.indexOf(0);
  if (empty >= 0) throw rangeError("labels", `samples of every class, class ${empty} too`, "none");
  const centred = means.map((sum, at) => {
    means[at] = sum / counts[Math.floor(at / d)];
    return means[at] - global[at % d];
  });
  return { means, centred };
}

/**
 * `tr(S_W pinv(S_B)) / C` by the eigenvectors of `S_B = M^T M / C`, which are those of the small matrix `M M^T / C` times `M^T`:
 * along each, the spread within classes over that between them.
 */
function withinOverBetween(
  features: ArrayLike<number>,
  labels: ArrayLike<number>,
  means: Float64Array,
  centred: Float64Array,
  classes: number,
  d: number,
): number {
  const gram = new Float64Array(classes * classes);
  for (let j = 0; j < classes; j++)
    for (let k = 0; k < classes; k++)
      gram[j * classes + k] = dot(centred, j * d, centred, k * d, d) / classes;
  const { values, vectors } = symmetricEigen(gram, classes);
  const largest = values.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  values.forEach((value, e) => {
    if (value <= 1e-12 * largest) return;
    const direction = new Float64Array(d);
    for (let k = 0; k < classes; k++)
      for (let j = 0; j < d; j++)
        direction[j] += (vectors[k * classes + e] * centred[k * d + j]) / Math.sqrt(classes * value);
    let within = 0;
    for (let i = 0; i < labels.length; i++) {
      const own = dot(means, labels[i] * d, direction, 0, d);
      within += (dot(features, i * d, direction, 0, d) - own) ** 2 / labels.length;
    }
    sum += within / value;
  });
  return sum / classes;
}

function duality(weights: ArrayLike<number>, centred: Float64Array): number {
  const size = (x: ArrayLike<number>): number => Math.sqrt(dot(x, 0, x, 0, x.length));
  const [w, m] = [size(weights), size(centred)];
  return centred.reduce((sum, value, at) => sum + (weights[at] / w - value / m) ** 2, 0);
}

function mismatch(
  features: ArrayLike<number>,
  samples: number,
  means: Float64Array,
  weights: ArrayLike<number>,
  classes: number,
  d: number,
): number {
  let different = 0;
  for (let i = 0; i < samples; i++) {
    let [byLogit, logit, byMean, distance] = [0, -Infinity, 0, Infinity];
    for (let k = 0; k < classes; k++) {
      const score = dot(features, i * d, weights, k * d, d);
      if (score > logit) [byLogit, logit] = [k, score];
      let away = 0;
      for (let j = 0; j < d; j++) away += (features[i * d + j] - means[k * d + j]) ** 2;
      if (away < distance) [byMean, distance] = [k, away];
    }
    if (byLogit !== byMean) different++;
  }
  return different / samples;
}

function norms(rows: ArrayLike<number>, count: number, d: number): number[] {
  return Array.from({ length: count }, (_, k) => Math.sqrt(dot(rows, k * d, rows, k * d, d)));
}

/** Cosines of all pairs of rows, each pair once. */
function cosines(rows: ArrayLike<number>, lengths: readonly number[], count: number, d: number): number[] {
  const out: number[] = [];
  for (let j = 0; j < count; j++)
    for (let k = j + 1; k < count; k++)
      out.push(dot(rows, j * d, rows, k * d, d) / (lengths[j] * lengths[k]));
  return out;
}

function dot(a: ArrayLike<number>, from: number, b: ArrayLike<number>, start: number, n: number): number {
  let sum = 0;
  for (let j = 0; j < n; j++) sum += a[from + j] * b[start + j];
  return sum;
}
