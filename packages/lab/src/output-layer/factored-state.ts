import {
  type Floats,
  fill,
  type Matrix,
  type MatrixSpace,
  matrixSpace,
  setIdentity,
} from "./matrix-space.ts";

/**
 * What a factored output layer consists of: `W = V U + 1 omega^T` and the bookkeeping that makes its cost independent of
 * the number of classes.
 */
export interface FactoredState {
  readonly classes: number;
  readonly features: number;
  /** V, `[classes, features]`, the only thing of this size; changed in place. */
  values: Floats;
  /** The common shift of all rows of W. */
  omega: Float64Array;
  /** The sum of the rows of W. */
  sums: Float64Array;
  space: MatrixSpace<Float64Array<ArrayBuffer>>;
  matrices: Record<MatrixName, Matrix>;
  /** For passes over all classes, which leave the matrices of a step alone. */
  passes: MatrixSpace<Float64Array<ArrayBuffer>>;
}

/** Rows of V that are worked on together in a pass over all classes. */
export const blockRows = 256;

/** The first three are the state, the others belong to the batch at hand. `[m, ...]` are rows of examples. */
function shapesOf(m: number, d: number) {
  return {
    /** U */
    u: [d, d],
    /** U^-1 */
    inverse: [d, d],
    /** Q = W^T W */
    gram: [d, d],
    /** Scratch. */
    square: [d, d],
    square2: [d, d],
    /** H and its transpose. */
    h: [m, d],
    hT: [d, m],
    /** H Q */
    hq: [m, d],
    /** H U^T and its transpose. */
    hu: [m, d],
    huT: [d, m],
    /** 2 diag(g_q) H */
    p: [m, d],
    /** Rows of V times g_a. */
    gathered: [m, d],
    /** P Q / 2 + Z */
    r: [m, d],
    /** P Q + Z, the gradient with respect to H. */
    gradient: [m, d],
    hInverse: [m, d],
    /** H U'^-1 */
    x: [m, d],
    /** H H^T */
    hh: [m, m],
    /** Inner products of the gradients with respect to the scores of two examples. */
    products: [m, m],
    small: [m, m],
  } as const;
}
export type MatrixName = keyof ReturnType<typeof shapesOf>;

/** Returns a state whose W is V itself: U is the identity, `gram` and `sums` are still to be found. */
export function stateOf(values: Floats, classes: number, features: number): FactoredState {
  const space = matrixSpace("float64");
  const matrices = space.plan(shapesOf(1, features));
  setIdentity(matrices.u);
  setIdentity(matrices.inverse);
  return {
    classes,
    features,
    values,
    omega: new Float64Array(features),
    sums: new Float64Array(features),
    space,
    matrices,
    passes: matrixSpace("float64"),
  };
}

/** Makes room for a batch of `m` examples. */
export function reserve(state: FactoredState, m: number): FactoredState["matrices"] {
  if (state.matrices.h.rows !== m) state.matrices = state.space.plan(shapesOf(m, state.features));
  return state.matrices;
}

/** Q and the sum of the rows, of W = V U + 1 omega^T, from scratch; takes `O(classes features^2)`. */
export function momentsOf(state: FactoredState): { gram: Float64Array; sums: Float64Array } {
  const { classes, features: d, values, omega, matrices } = state;
  const { block, vv, u, left, gram } = state.passes.plan({
    block: [blockRows, d],
    vv: [d, d],
    u: [d, d],
    left: [d, d],
    gram: [d, d],
  });
  vv.data.fill(0);
  const totals = new Float64Array(d);
  for (let first = 0; first < classes; first += blockRows) {
    const rows = Math.min(blockRows, classes - first);
    fill(block, values, first, rows);
    state.passes.multiply(block, block, vv, { transpose: true, add: true, inner: rows });
    for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) totals[j] += block.data[i * block.stride + j];
  }
  u.data.set(matrices.u.data);
  state.passes.multiply(u, vv, left, { transpose: true });
  state.passes.multiply(left, u, gram);
  // U^T V^T 1: what the rows of V U sum to.
  const rotated = new Float64Array(d);
  for (let k = 0; k < d; k++) for (let j = 0; j < d; j++) rotated[j] += totals[k] * u.data[k * u.stride + j];
  const result = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      const own = (gram.data[i * gram.stride + j] + gram.data[j * gram.stride + i]) / 2;
      result[i * d + j] = own + rotated[i] * omega[j] + omega[i] * rotated[j] + classes * omega[i] * omega[j];
    }
  }
  return { gram: result, sums: rotated.map((total, j) => total + classes * omega[j]) };
}

/** Puts freshly found moments in place. */
export function refreshMoments(state: FactoredState): void {
  const { gram, sums } = momentsOf(state);
  fill(state.matrices.gram, gram);
  state.sums = sums;
}

/** Returns the sum over features of the variance of a column of W, times the number of classes: 0 where all rows are equal. */
export function spread({ matrices: { gram }, sums, classes, features }: FactoredState): number {
  let [squares, means] = [0, 0];
  for (let j = 0; j < features; j++) {
    squares += gram.data[j * gram.stride + j];
    means += (sums[j] * sums[j]) / classes;
  }
  // Below rounding it is nothing.
  return squares - means > 1e-13 * squares ? squares - means : 0;
}
