import { checkNumber, typeError } from "minimand/engine";
import type { Arms } from "../context.ts";
import { checkSaved } from "../saved-arrays.ts";
import { invertSymmetric } from "./ridge.ts";

/** The last contexts. */
export interface ContextBuffer {
  /** Puts one in and returns how many there have been. */
  push(arms: Arms): number;
  /** A vector that all arms share is there once. */
  contexts(): readonly Arms[];
  state(): { seen: number; next: number; own: boolean; counts: Int32Array; x: Float64Array };
}

/**
 * Returns an empty buffer, or one from its state.
 *
 * @throws TypeError, RangeError for a state of other contexts, or of more than there is room for
 */
export function contextBuffer(
  { dim, arms: fixed }: { dim: number; arms?: number },
  capacity: number,
  saved?: ReturnType<ContextBuffer["state"]>,
): ContextBuffer {
  const kept: Arms[] = saved === undefined ? [] : restored(saved, dim, fixed);
  let [seen, next] = [saved?.seen ?? 0, saved?.next ?? 0];
  checkNumber("buffer.counts.length", kept.length, { max: capacity });
  checkNumber("buffer.seen", seen, { min: kept.length, integer: true });
  checkNumber("buffer.next", next, { min: 0, max: Math.min(kept.length, capacity - 1), integer: true });
  return {
    push({ count, own, rows }) {
      // A shared vector is kept once.
      kept[next] = { count, own, rows: own ? [rows[0]] : rows };
      next = (next + 1) % capacity;
      return ++seen;
    },
    contexts: () => kept,
    state() {
      const own = kept[0]?.own ?? false;
      const rows = kept.flatMap((arms) => arms.rows);
      const x = new Float64Array(rows.length * dim);
      for (const [i, row] of rows.entries()) x.set(row, i * dim);
      return { seen, next, own, counts: Int32Array.from(kept, ({ count }) => count), x };
    },
  };
}

/** The contexts of a state. */
function restored(
  { own, counts, x }: ReturnType<ContextBuffer["state"]>,
  dim: number,
  fixed: number | undefined,
): Arms[] {
  checkSaved("buffer.counts", counts, Int32Array);
  const shared = fixed !== undefined;
  if (counts.length > 0 && own !== shared) throw typeError("buffer.own", String(shared), own);
  let rows = 0;
  for (const count of counts) {
    checkNumber("buffer.counts", count, { min: fixed ?? 1, ...(shared && { max: fixed }) });
    rows += shared ? 1 : count;
  }
  checkSaved("buffer.x", x, Float64Array, rows * dim);
  let at = 0;
  return Array.from(counts, (count) => {
    const from = at;
    at += shared ? 1 : count;
    const vectors = Array.from({ length: at - from }, (_, i) =>
      x.slice((from + i) * dim, (from + i + 1) * dim),
    );
    return { count, own, rows: vectors };
  });
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
  for (const kept of contexts) {
    const arms = kept.own ? { ...kept, rows: new Array<Float64Array>(kept.count).fill(kept.rows[0]) } : kept;
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
