/**
 * Symmetric matrices `[dim, dim]`, one for each slot, of which the lower triangles are kept, row after row; and what a ridge
 * regression does with them.
 */
export interface Triangles {
  /** `[slots, dim (dim + 1) / 2]` */
  readonly matrices: Float64Array;
  /** `out = x^T A x` of every matrix. */
  forms(x: Float64Array, out: Float64Array): void;
  /** `A x`; good until the next call. */
  times(slot: number, x: Float64Array): Float64Array;
  /** `A -= u u^T / scale`. */
  subtract(slot: number, u: Float64Array, scale: number): void;
}

/** Loops over typed arrays. */
export function trianglesInJavaScript(dim: number, matrices: Float64Array): Triangles {
  const size = (dim * (dim + 1)) / 2;
  const count = matrices.length / size;
  const rows = Array.from({ length: count }, (_, slot) => matrices.subarray(slot * size, (slot + 1) * size));
  const products = new Float64Array(size);
  const solved = new Float64Array(dim);
  return {
    matrices,
    forms(x, out) {
      for (let i = 0, at = 0; i < dim; at += ++i) {
        const twice = 2 * x[i];
        for (let j = 0; j < i; j++) products[at + j] = twice * x[j];
        products[at + i] = x[i] * x[i];
      }
      for (let slot = 0; slot < out.length; slot++) out[slot] = innerByEights(rows[slot], products);
    },
    times(slot, x) {
      const a = rows[slot];
      for (let i = 0, at = 0; i < dim; at += ++i) {
        const xi = x[i];
        let [even, odd] = [0, 0];
        for (let j = 0; j + 1 < i; j += 2) {
          even += a[at + j] * x[j];
          odd += a[at + j + 1] * x[j + 1];
          solved[j] += a[at + j] * xi;
          solved[j + 1] += a[at + j + 1] * xi;
        }
        if (i % 2 === 1) {
          even += a[at + i - 1] * x[i - 1];
          solved[i - 1] += a[at + i - 1] * xi;
        }
        solved[i] = even + odd + a[at + i] * xi;
      }
      return solved;
    },
    subtract(slot, u, scale) {
      const a = rows[slot];
      for (let i = 0, at = 0; i < dim; at += ++i) {
        const factor = u[i] / scale;
        for (let j = 0; j <= i; j++) a[at + j] -= factor * u[j];
      }
    },
  };
}

/** Eight sums, as four registers of two numbers have them; what is over goes to the first. */
function innerByEights(a: Float64Array, b: Float64Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  let s5 = 0;
  let s6 = 0;
  let s7 = 0;
  let k = 0;
  for (; k + 7 < a.length; k += 8) {
    s0 += a[k] * b[k];
    s1 += a[k + 1] * b[k + 1];
    s2 += a[k + 2] * b[k + 2];
    s3 += a[k + 3] * b[k + 3];
    s4 += a[k + 4] * b[k + 4];
    s5 += a[k + 5] * b[k + 5];
    s6 += a[k + 6] * b[k + 6];
    s7 += a[k + 7] * b[k + 7];
  }
  for (; k < a.length; k++) s0 += a[k] * b[k];
  return s0 + s2 + (s4 + s6) + (s1 + s3 + (s5 + s7));
}
