import { checkNumber, rangeError } from "minimand/engine";
import type { FactoredState } from "./factored-state.ts";
import type { Gradient } from "./gradient.ts";
import { invert } from "./linear-algebra.ts";

/** How far an update goes. */
export interface UpdateOptions {
  /** >= 0. */
  learningRate: number;
  /** L2: the gradient gets `weightDecay W` more; >= 0 and below `1 / learningRate`, default 0. */
  weightDecay?: number;
  /** Scales the gradient down to this norm where it is larger, > 0; weight decay comes on top. Default: never. */
  clipNorm?: number;
}

/**
 * Below this share of the largest entry a pivot counts as 0: the rows of V that are moved lose as many digits as it is
 * small, of those that V has.
 */
const smallestPivot = { float64: 1e-6, float32: 1e-3 };

/**
 * W <- (1 - learningRate weightDecay) W - learningRate G, exactly, for the gradient G that `gradientOf` has left in the
 * matrices: steps 8 to 13 of the algorithm. Throws before anything is changed.
 */
export function applyUpdate(state: FactoredState, gradient: Gradient, options: UpdateOptions): void {
  const { learningRate, weightDecay = 0, clipNorm } = options;
  checkNumber("learningRate", learningRate, { min: 0 });
  checkNumber("weightDecay", weightDecay, { min: 0 });
  if (clipNorm !== undefined) checkNumber("clipNorm", clipNorm, { above: 0 });
  const kept = 1 - learningRate * weightDecay;
  if (!(kept > 0))
    throw rangeError("weightDecay", `a number below 1 / learningRate (${1 / learningRate})`, weightDecay);
  if (learningRate === 0) return;
  const clipping = clipNorm !== undefined && gradient.norm > clipNorm ? clipNorm / gradient.norm : 1;
  // The step is made before everything shrinks, so it is taken larger by what it will lose.
  const rate = (learningRate * clipping) / kept;

  solve(state, gradient, rate, learningRate);
  prepareGram(state, rate, learningRate);
  moveGram(state, rate);
  moveFactors(state, rate);
  moveVectors(state, gradient, rate);
  moveTargets(state, gradient, rate);
  if (kept !== 1) shrink(state, kept);
}

/**
 * X = H U'^-1, for U' = U B with B = I - rate P^T H. From a system of the size of the batch (Woodbury), or of the
 * features where those are fewer; then B^-1 U^-1 is left in `square2`.
 */
function solve(state: FactoredState, { gq }: Gradient, rate: number, learningRate: number): void {
  const { space, matrices, features: d } = state;
  const { inverse, square, square2, h, p, hInverse, x, hh, small } = matrices;
  const m = h.rows;
  const few = m > d;
  const system = few ? square : small;
  if (few) {
    space.multiply(p, h, square, { transpose: true, scale: -rate });
  } else {
    for (let i = 0; i < m; i++)
      for (let j = 0; j < m; j++)
        small.data[i * small.stride + j] = -rate * hh.data[i * hh.stride + j] * 2 * gq[j];
  }
  for (let i = 0; i < system.rows; i++) system.data[i * system.stride + i] += 1;
  const pivot = invert(system);
  if (!(pivot >= smallestPivot[state.values instanceof Float32Array ? "float32" : "float64"]))
    throw rangeError(
      "learningRate",
      `a rate that keeps the factor U invertible (smallest pivot ${pivot.toExponential(1)}); lower it`,
      learningRate,
    );
  if (few) {
    space.multiply(square, inverse, square2);
    space.multiply(h, square2, x);
  } else {
    space.multiply(h, inverse, hInverse);
    space.multiply(small, hInverse, x);
  }
}

/**
 * Q' = Q - rate (A^T H + H^T A) with A = gradH - rate/2 M H, which is step 12 with its two products in one. Here A^T H is
 * put into `square`.
 */
function prepareGram(
  { space, matrices, features: d }: FactoredState,
  rate: number,
  learningRate: number,
): void {
  const { square, h, r, gradient, products } = matrices;
  // R has been used; its place takes A.
  space.multiply(products, h, r, { scale: -rate / 2 });
  for (let i = 0; i < h.rows; i++)
    for (let j = i * r.stride; j < i * r.stride + d; j++) r.data[j] += gradient.data[j];
  space.multiply(r, h, square, { transpose: true });
  let change = 0;
  for (let i = 0; i < d; i++) change += rate * square.data[i * square.stride + i];
  if (!Number.isFinite(change)) throw rangeError("learningRate", "a rate that keeps W finite", learningRate);
}

function moveGram({ matrices: { gram, square }, features: d }: FactoredState, rate: number): void {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      const change = rate * (square.data[i * square.stride + j] + square.data[j * square.stride + i]);
      gram.data[i * gram.stride + j] -= change;
      if (i !== j) gram.data[j * gram.stride + i] = gram.data[i * gram.stride + j];
    }
  }
}

/** U' = U - rate (H U^T)^T P and its inverse. */
function moveFactors({ space, matrices, features: d }: FactoredState, rate: number): void {
  const { u, inverse, square2, h, huT, p, x } = matrices;
  space.multiply(huT, p, u, { scale: -rate, add: true });
  if (h.rows > d) inverse.data.set(square2.data);
  else space.multiply(p, x, inverse, { transpose: true, scale: rate, add: true });
}

/** omega' and the sum of the rows. */
function moveVectors(state: FactoredState, { gq, gs, gy, s, hOmega }: Gradient, rate: number): void {
  const { classes, features: d, omega, sums, matrices } = state;
  const { h } = matrices;
  for (let i = 0; i < h.rows; i++) {
    const byOmega = rate * (2 * gq[i] * hOmega[i] + gs[i]);
    const bySums = rate * (2 * gq[i] * s[i] + classes * gs[i] + gy[i]);
    for (let j = 0; j < d; j++) {
      const value = h.data[i * h.stride + j];
      omega[j] -= byOmega * value;
      sums[j] -= bySums * value;
    }
  }
}

/** The rows of V that belong to the targets, one after another: a class may occur several times. */
function moveTargets(
  { values, features: d, matrices: { x } }: FactoredState,
  gradient: Gradient,
  rate: number,
): void {
  const { labels, targets, ga } = gradient;
  for (let t = 0; t < labels.length; t++) {
    const [to, from] = [labels[t] * d, Math.floor(t / targets) * x.stride];
    const factor = rate * ga[t];
    for (let j = 0; j < d; j++) values[to + j] -= factor * x.data[from + j];
  }
}

function shrink({ omega, sums, matrices: { u, inverse, gram } }: FactoredState, kept: number): void {
  const scale = (numbers: Float64Array, factor: number): void => {
    for (let i = 0; i < numbers.length; i++) numbers[i] *= factor;
  };
  scale(u.data, kept);
  scale(inverse.data, 1 / kept);
  scale(gram.data, kept * kept);
  scale(omega, kept);
  scale(sums, kept);
}
