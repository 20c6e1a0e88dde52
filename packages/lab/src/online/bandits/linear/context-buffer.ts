import type { Arms } from "../context.ts";
import { invertSymmetric } from "./ridge.ts";

/** The last contexts. */
export interface ContextBuffer {
  /** Puts one in and returns how many there have been. */
  push(arms: Arms): number;
  contexts(): readonly Arms[];
  state(): { seen: number; next: number; own: boolean; counts: Int32Array; x: Float64Array };
}

/** An empty buffer, or one from its state. */
export function contextBuffer(
  dim: number,
  capacity: number,
  saved?: ReturnType<ContextBuffer["state"]>,
): ContextBuffer {
  const kept: Arms[] = [];
  let [seen, next] = [saved?.seen ?? 0, saved?.next ?? 0];
  let at = 0;
  for (const count of saved?.counts ?? []) {
    const rows: Float64Array[] = [];
    // A shared vector is kept once.
    for (let i = 0; i < (saved?.own ? 1 : count); i++, at += dim)
      rows.push((saved?.x ?? new Float64Array()).slice(at, at + dim));
    kept.push({
      count,
      own: saved?.own ?? false,
      rows: saved?.own ? new Array<Float64Array>(count).fill(rows[0]) : rows,
    });
  }
  return {
    push(arms) {
      kept[next] = arms;
      next = (next + 1) % capacity;
      return ++seen;
    },
    contexts: () => kept,
    state() {
      const own = kept[0]?.own ?? false;
      const rows = kept.flatMap((arms) => (own ? [arms.rows[0]] : arms.rows));
      const x = new Float64Array(rows.length * dim);
      for (const [i, row] of rows.entries()) x.set(row, i * dim);
      return { seen, next, own, counts: Int32Array.from(kept, ({ count }) => count), x };
    },
  };
}

/** `(gamma I + mean sum_a p(a|x) x x^T)^-1` over the buffer, for each slot, into `out`. */
export function covarianceInverses(
  buffer: ContextBuffer,
  slots: number,
  gamma: number,
  policy: (arms: Arms) => Float64Array,
  out: Float64Array,
): void {
  const contexts = buffer.contexts();
  const dim = contexts[0].rows[0].length;
  const size = (dim * (dim + 1)) / 2;
  const matrices = Array.from({ length: slots }, () => new Float64Array(dim * dim));
  for (const matrix of matrices) for (let i = 0; i < dim; i++) matrix[i * dim + i] = gamma;
  for (const arms of contexts) {
    const p = policy(arms);
    for (let arm = 0; arm < arms.count; arm++) {
      const matrix = matrices[arms.own ? arm : 0];
      const x = arms.rows[arm];
      const share = p[arm] / contexts.length;
      for (let i = 0; i < dim; i++)
        if (x[i] !== 0) for (let j = 0; j <= i; j++) matrix[i * dim + j] += share * x[i] * x[j];
    }
  }
  for (const [slot, matrix] of matrices.entries())
    invertSymmetric(matrix, dim, out.subarray(slot * size, (slot + 1) * size));
}
