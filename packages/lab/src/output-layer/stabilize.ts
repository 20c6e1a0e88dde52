import { blockRows, type FactoredState } from "./factored-state.ts";
import { dot, invert, largestSingularValue, leftSingularVectors } from "./linear-algebra.ts";
import { extract, fill, setIdentity } from "./matrix-space.ts";

/** What a stabilisation has done. */
export interface Stabilization {
  /** How many singular values of U were outside the band; all of them are 1 now. */
  corrected: number;
  /** Whether they were so many that U has become the identity instead. */
  unfactored: boolean;
}

/**
 * Moves singular values of U that have left the band to 1, and V so that W stays as it is; the inverse of U is computed
 * anew. Where more than a third is outside, U becomes the identity.
 *
 * A look at U takes `O(features^3)`; only where something is outside are all classes passed over.
 */
export function stabilize(state: FactoredState, band: readonly [number, number]): Stabilization {
  const { u, inverse, square } = state.matrices;
  square.data.set(u.data);
  // Far outside any band U may have no inverse in floating-point numbers, yet V U is as good as ever.
  if (!(invert(square) > 1e-14)) return unfactor(state);
  inverse.data.set(square.data);
  if (largestSingularValue(u) <= band[1] && 1 / largestSingularValue(inverse) >= band[0])
    return { corrected: 0, unfactored: false };
  const { values, vectors } = leftSingularVectors(u);
  const outside = [...values.keys()].filter((k) => values[k] < band[0] || values[k] > band[1]);
  if (outside.length > state.features / 3) return unfactor(state, outside.length);
  correct(state, values, vectors, outside);
  return { corrected: outside.length, unfactored: false };
}

/** Norm of U or its inverse beyond which V would lose three digits more than it has to. */
const largestNorm = 1000;

/** Whether U is so far from the identity that it can't wait for the next regular look. */
export function strayed({ features: d, matrices: { u, inverse } }: FactoredState): boolean {
  let [ofU, ofInverse] = [0, 0];
  for (let i = 0; i < d; i++) {
    ofU += dot(u.data, i * u.stride, u.data, i * u.stride, d);
    ofInverse += dot(inverse.data, i * inverse.stride, inverse.data, i * inverse.stride, d);
  }
  return !(Math.max(ofU, ofInverse) <= largestNorm ** 2);
}

/**
 * U <- C U, V <- V C^-1 with `C = I + sum_k alpha_k u_k u_k^T` for the left singular vectors u_k named, `alpha = 1/value - 1`,
 * so that C^-1 has `value - 1` instead.
 */
export function correct(
  state: FactoredState,
  values: Float64Array,
  vectors: Float64Array,
  which: readonly number[],
): void {
  const { features: d, classes, matrices, passes } = state;
  if (which.length === 0) return;
  const { u, inverse } = matrices;
  for (const k of which) {
    const vector = vectors.subarray(k * d, (k + 1) * d);
    const image = new Float64Array(d);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) image[j] += vector[i] * u.data[i * u.stride + j];
    const alpha = 1 / values[k] - 1;
    for (let i = 0; i < d; i++) {
      const factor = (values[k] - 1) * dot(inverse.data, i * inverse.stride, vector, 0, d);
      for (let j = 0; j < d; j++) {
        u.data[i * u.stride + j] += alpha * vector[i] * image[j];
        inverse.data[i * inverse.stride + j] += factor * vector[j];
      }
    }
  }
  const n = which.length;
  const { block, across, along, shares } = passes.plan({
    block: [blockRows, d],
    across: [d, n],
    along: [n, d],
    shares: [blockRows, n],
  });
  for (const [at, k] of which.entries()) {
    for (let j = 0; j < d; j++) {
      across.data[j * across.stride + at] = vectors[k * d + j];
      along.data[at * along.stride + j] = (values[k] - 1) * vectors[k * d + j];
    }
  }
  for (let first = 0; first < classes; first += blockRows) {
    const rows = Math.min(blockRows, classes - first);
    fill(block, state.values, first, rows);
    passes.multiply(block, across, shares);
    passes.multiply(shares, along, block, { add: true });
    extract(block, state.values, first, rows);
  }
}

/** V <- V U + 1 omega^T, U = I, omega = 0. */
function unfactor(state: FactoredState, corrected = state.features): Stabilization {
  forEachBlock(state, (block, stride, first, rows) => {
    const d = state.features;
    for (let i = 0; i < rows; i++)
      state.values.set(block.subarray(i * stride, i * stride + d), (first + i) * d);
  });
  setIdentity(state.matrices.u);
  setIdentity(state.matrices.inverse);
  state.omega = new Float64Array(state.features);
  return { corrected, unfactored: true };
}

/** Gives the rows of W, block by block. */
export function forEachBlock(
  state: FactoredState,
  use: (block: Float64Array, stride: number, first: number, rows: number) => void,
): void {
  const { classes, features: d, values, omega, matrices, passes } = state;
  const { u, block, result } = passes.plan({ u: [d, d], block: [blockRows, d], result: [blockRows, d] });
  u.data.set(matrices.u.data);
  for (let first = 0; first < classes; first += blockRows) {
    const rows = Math.min(blockRows, classes - first);
    fill(block, values, first, rows);
    passes.multiply(block, u, result);
    for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) result.data[i * result.stride + j] += omega[j];
    use(result.data, result.stride, first, rows);
  }
}
