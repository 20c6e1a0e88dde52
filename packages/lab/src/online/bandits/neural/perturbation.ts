import { checkNumber, expit, log1pExp, rangeError, readOptions } from "minimand/engine";
import { checkVector } from "../../vectors.ts";
import type { LayerRange } from "./network.ts";
import { addSigns, type Signs, signProducts } from "./signs.ts";

/** A network's output at one input, with what its perturbation needs. */
export interface PerturbedPoint {
  /** f(theta; x). */
  output: number;
  /** The gradient of f in theta, `[p]`. */
  gradient: ArrayLike<number>;
  theta: ArrayLike<number>;
  /** The parameters at the start. */
  theta0: ArrayLike<number>;
  /** c; see {@link perturbationScale}. */
  scale: number;
}

/** A loss and its gradient in theta. */
export interface ValueAndGradient {
  value: number;
  gradient: Float64Array;
}

/** `c = c_p / m^(1/4)`, the scale of the perturbation of a network of width m. */
export function perturbationScale(cp: number, width: number): number {
  checkNumber("cp", cp, { min: 0 });
  checkNumber("width", width, { min: 1 });
  return cp / width ** 0.25;
}

/**
 * Returns the perturbed outputs `s_j = f(theta; x) + c eps_j^T (theta - theta0)`, `[S]`.
 *
 * @throws RangeError for arrays of unequal sizes
 * @see Deb et al. 2023, arXiv 2312.07145, perturbed network
 */
export function perturbedOutputs(point: PerturbedPoint, signs: Signs): Float64Array {
  checkPoint(point, signs.size);
  const out = new Float64Array(signs.samples);
  signProducts(signs, point.theta, point.theta0, point.scale, out);
  return out.map((z) => point.output + z);
}

/**
 * Returns the perturbed square loss `(1/S) sum_j (y - s_j)^2 / 2` of NeuSquareCB, with gradient `(1/S) sum_j (s_j - y) (grad f + c eps_j)`.
 *
 * @throws RangeError for arrays of unequal sizes
 * @see Deb et al. 2023, arXiv 2312.07145, NeuSquareCB; {@link expectedSquareLoss} is its mean over signs
 */
export function perturbedSquareLoss(point: PerturbedPoint, signs: Signs, y: number): ValueAndGradient {
  checkNumber("y", y);
  const errors = perturbedOutputs(point, signs).map((s) => s - y);
  const value = mean(errors.map((e) => (e * e) / 2));
  return { value, gradient: gradientOf(point, signs, errors) };
}

/**
 * Returns the perturbed logarithmic loss `(1/S) sum_j KL(y || sigmoid(s_j))` of NeuFastCB, with gradient
 * `(1/S) sum_j (sigmoid(s_j) - y) (grad f + c eps_j)`; 0 where every `sigmoid(s_j) = y`.
 *
 * @param y in [0, 1]
 * @throws RangeError for y outside of [0, 1], arrays of unequal sizes
 * @see Deb et al. 2023, arXiv 2312.07145, NeuFastCB
 */
export function perturbedKlLoss(point: PerturbedPoint, signs: Signs, y: number): ValueAndGradient {
  checkNumber("y", y, { min: 0, max: 1 });
  const scores = perturbedOutputs(point, signs);
  const value = mean(scores.map((s) => bernoulliKl(y, s)));
  return {
    value,
    gradient: gradientOf(
      point,
      signs,
      scores.map((s) => expit(s) - y),
    ),
  };
}

/**
 * Returns the mean of {@link perturbedSquareLoss} over fair signs: `(y - f)^2 / 2 + (c^2 / 2) |theta - theta0|^2`. The perturbation is, in
 * expectation, an anchor to the parameters at the start.
 *
 * @throws RangeError for arrays of unequal sizes
 */
export function expectedSquareLoss(point: PerturbedPoint, y: number): ValueAndGradient {
  checkNumber("y", y);
  checkPoint(point, point.gradient.length);
  const error = point.output - y;
  return anchored(point, (error * error) / 2, error, point.scale ** 2);
}

/**
 * Returns an upper bound that replaces the mean of {@link perturbedKlLoss} over fair signs:
 * `KL(y || sigmoid(f)) + (c^2 / 8) |theta - theta0|^2`. As the second derivative of softplus is at most 1/4, it is an upper bound of that
 * mean. It is this project's, not the paper's.
 *
 * @param y in [0, 1]
 * @throws RangeError for y outside of [0, 1], arrays of unequal sizes
 */
export function expectedKlBound(point: PerturbedPoint, y: number): ValueAndGradient {
  checkNumber("y", y, { min: 0, max: 1 });
  checkPoint(point, point.gradient.length);
  return anchored(point, bernoulliKl(y, point.output), expit(point.output) - y, point.scale ** 2 / 4);
}

/** `KL(y || sigmoid(s)) = softplus(s) - y s + y ln y + (1 - y) ln(1 - y)`, with `0 ln 0 = 0`; never below 0. */
function bernoulliKl(y: number, score: number): number {
  const entropy = (y === 0 ? 0 : y * Math.log(y)) + (y === 1 ? 0 : (1 - y) * Math.log(1 - y));
  return Math.max(0, y * log1pExp(-score) + (1 - y) * log1pExp(score) + entropy);
}

/**
 * Puts theta back into the ball of radius `radius` around theta0 layer by layer, in place: `delta <- delta min(1, radius / |delta|)`.
 *
 * @param radii one for every layer
 * @throws RangeError for a radius that is not > 0, a number of radii other than that of layers
 */
export function projectBall(
  theta: Float64Array,
  theta0: ArrayLike<number>,
  layers: readonly LayerRange[],
  radii: readonly number[],
): void {
  if (radii.length !== layers.length)
    throw rangeError("radii", `one for each of ${layers.length} layers`, radii);
  for (const [l, { offset, length }] of layers.entries()) {
    const radius = radii[l];
    if (!(radius > 0)) throw rangeError(`radii[${l}]`, "a number > 0", radius);
    if (radius === Infinity) continue;
    let square = 0;
    for (let i = offset; i < offset + length; i++) square += (theta[i] - theta0[i]) ** 2;
    const norm = Math.sqrt(square);
    if (norm <= radius) continue;
    const shrink = radius / norm;
    for (let i = offset; i < offset + length; i++) theta[i] = theta0[i] + shrink * (theta[i] - theta0[i]);
  }
}

/** Above this learning rate gradient descent on the perturbed square loss diverges, whatever the data. */
export interface StabilityOptions {
  cp: number;
  width: number;
  /** p. */
  size: number;
  /** S; absent for the expected perturbation. */
  samples?: number;
}

/**
 * Returns the learning rate that the curvature of the perturbation alone allows: 2 by `c^2 p (1 + sqrt(S / p))^2 / S`, an estimate of the
 * largest eigenvalue of `(c^2 / S) sum_j eps_j eps_j^T`; 2 by `c^2` for the expected perturbation.
 */
export function largestStableRate(options: StabilityOptions): number {
  const { cp, width, size, samples } = readOptions("largestStableRate", options, {
    cp: true,
    width: true,
    size: true,
    samples: true,
  });
  const c2 = perturbationScale(cp, width) ** 2;
  return 2 / (samples === undefined ? c2 : (c2 * size * (1 + Math.sqrt(samples / size)) ** 2) / samples);
}

function gradientOf(point: PerturbedPoint, signs: Signs, errors: Float64Array): Float64Array {
  const overall = mean(errors);
  const gradient = Float64Array.from(point.gradient, (g) => overall * g);
  addSigns(signs, errors, point.scale / signs.samples, gradient);
  return gradient;
}

function anchored(
  { gradient, theta, theta0 }: PerturbedPoint,
  loss: number,
  error: number,
  strength: number,
): ValueAndGradient {
  let square = 0;
  const out = Float64Array.from(gradient, (g, i) => {
    const delta = theta[i] - theta0[i];
    square += delta * delta;
    return error * g + strength * delta;
  });
  return { value: loss + (strength * square) / 2, gradient: out };
}

function checkPoint({ output, gradient, theta, theta0, scale }: PerturbedPoint, size: number): void {
  checkNumber("output", output);
  checkNumber("scale", scale, { min: 0 });
  for (const [name, values] of Object.entries({ gradient, theta, theta0 })) checkVector(name, values, size);
}

const mean = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;
