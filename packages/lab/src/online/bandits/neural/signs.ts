import { checkNumber, rangeError } from "minimand/engine";
import { randomStream } from "../random-stream.ts";

/**
 * Sign vectors `eps_j in {-1, +1}^p`, j = 1 .. S, as bits: a parameter has one byte for every eight vectors. Sums over
 * parameters and combinations of the vectors take p operations for eight vectors, not eight times p.
 */
export interface Signs {
  /** S. */
  readonly samples: number;
  /** p. */
  readonly size: number;
  /** For eight vectors each, `[p]`: bit j is 1 where the sign of vector j is +. */
  readonly codes: readonly Uint8Array[];
}

/** A byte for eight signs: 256 MiB. */
const mostBytes = 2 ** 28;

/** Draws independent fair signs, of at most 268,435,456 bytes. */
export function drawSigns(samples: number, size: number, seed: number): Signs {
  checkNumber("samples", samples, { min: 1, max: 100_000, integer: true });
  const bytes = Math.ceil(samples / 8) * size;
  if (bytes > mostBytes) throw rangeError("samples", `signs of at most ${mostBytes} bytes`, bytes);
  const random = randomStream(seed);
  const codes: Uint8Array[] = [];
  for (let first = 0; first < samples; first += 8) {
    const patterns = 2 ** Math.min(8, samples - first);
    codes.push(Uint8Array.from({ length: size }, () => Math.floor(random.uniform() * patterns)));
  }
  return { samples, size, codes };
}

/**
 * Packs given signs, `[S][p]`.
 *
 * @throws RangeError for vectors of unequal lengths, numbers other than -1 and 1
 */
export function packSigns(vectors: readonly ArrayLike<number>[]): Signs {
  if (vectors.length === 0) throw rangeError("signs", "at least one vector", vectors);
  const size = vectors[0].length;
  const codes = Array.from({ length: Math.ceil(vectors.length / 8) }, () => new Uint8Array(size));
  for (const [j, vector] of vectors.entries()) {
    if (vector.length !== size) throw rangeError("signs", `vectors of ${size} signs`, vector);
    for (let i = 0; i < size; i++) {
      if (vector[i] !== 1 && vector[i] !== -1) throw rangeError("signs", "-1 or 1", vector[i]);
      if (vector[i] === 1) codes[j >> 3][i] |= 1 << (j & 7);
    }
  }
  return { samples: vectors.length, size, codes };
}

const sums = new Float64Array(256);

/** `out_j = factor eps_j^T (theta - theta0)`. */
export function signProducts(
  signs: Signs,
  theta: ArrayLike<number>,
  theta0: ArrayLike<number>,
  factor: number,
  out: Float64Array,
): void {
  for (const [group, code] of signs.codes.entries()) {
    sums.fill(0);
    for (let i = 0; i < code.length; i++) sums[code[i]] += theta[i] - theta0[i];
    takeSums(signs, group, factor, out);
  }
}

/** Adds `factor sum_j w_j eps_j` to `gradient`. */
export function addSigns(
  signs: Signs,
  weights: ArrayLike<number>,
  factor: number,
  gradient: Float64Array,
): void {
  for (const [group, code] of signs.codes.entries()) {
    combine(signs, group, weights, factor);
    for (let i = 0; i < code.length; i++) gradient[i] += sums[code[i]];
  }
}

/** The point of a step of plain descent, and what it needs. */
export interface SignStep {
  theta: Float64Array;
  theta0: Float64Array;
  /** Set to 0 on the way. */
  gradient: Float64Array;
  rate: number;
  /** Of the vectors in the gradient, and the factor of their sum. */
  weights: Float64Array;
  factor: number;
}

const products = new Float64Array(256);

/**
 * `theta <- theta - rate (gradient + factor sum_j w_j eps_j)` and {@link signProducts} of the new theta, for up to eight vectors
 * in one pass over the parameters: they don't fit into the nearest caches.
 */
export function signStep(signs: Signs, step: SignStep, scale: number, out: Float64Array): void {
  const { theta, theta0, gradient, rate, weights, factor } = step;
  const [code] = signs.codes;
  combine(signs, 0, weights, rate * factor);
  products.fill(0);
  for (let i = 0; i < code.length; i++) {
    const pattern = code[i];
    const moved = theta[i] - rate * gradient[i] - sums[pattern];
    theta[i] = moved;
    gradient[i] = 0;
    products[pattern] += moved - theta0[i];
  }
  sums.set(products);
  takeSums(signs, 0, scale, out);
}

/** `factor sum_j +-w_j` for every pattern of signs, into `sums`. */
function combine({ samples }: Signs, group: number, weights: ArrayLike<number>, factor: number): void {
  const last = Math.min(samples, 8 * group + 8);
  for (let pattern = 0; pattern < 2 ** (last - 8 * group); pattern++) {
    let total = 0;
    for (let j = 8 * group; j < last; j++) total += (pattern >> (j & 7)) & 1 ? weights[j] : -weights[j];
    sums[pattern] = factor * total;
  }
}

/** `factor` times the sums over patterns, with the signs of each vector. */
function takeSums({ samples }: Signs, group: number, factor: number, out: Float64Array): void {
  const last = Math.min(samples, 8 * group + 8);
  for (let j = 8 * group; j < last; j++) {
    let total = 0;
    for (let pattern = 0; pattern < 2 ** (last - 8 * group); pattern++)
      total += (pattern >> (j & 7)) & 1 ? sums[pattern] : -sums[pattern];
    out[j] = factor * total;
  }
}
