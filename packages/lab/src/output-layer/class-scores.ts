import { blockRows, type FactoredState } from "./factored-state.ts";
import { checkHidden, checkTargets } from "./inputs.ts";
import { dot } from "./linear-algebra.ts";
import { type Floats, fill, transpose } from "./matrix-space.ts";
import { forEachBlock } from "./stabilize.ts";

/** Hidden values as V sees them, `U h`, and what omega adds to the scores of each example. */
function throughFactor(
  { features: d, omega, matrices, passes }: FactoredState,
  hidden: Floats,
  m: number,
): { across: Float64Array; stride: number; shifts: Float64Array } {
  const { u, h, hT, huT } = passes.plan({ u: [d, d], h: [m, d], hT: [d, m], huT: [d, m] });
  u.data.set(matrices.u.data);
  fill(h, hidden);
  transpose(h, hT);
  passes.multiply(u, hT, huT);
  const shifts = Float64Array.from({ length: m }, (_, i) => dot(h.data, i * h.stride, omega, 0, d));
  return { across: huT.data.slice(), stride: huT.stride, shifts };
}

/** Returns scores of all classes, `[batch, classes]`. */
export function scoresOf(state: FactoredState, hidden: Floats): Float64Array {
  const { classes, features: d, values, passes } = state;
  const m = checkHidden(hidden, d);
  const { across, shifts } = throughFactor(state, hidden, m);
  const { huT, block, part } = passes.plan({ huT: [d, m], block: [blockRows, d], part: [blockRows, m] });
  huT.data.set(across);
  const scores = new Float64Array(m * classes);
  for (let first = 0; first < classes; first += blockRows) {
    const rows = Math.min(blockRows, classes - first);
    fill(block, values, first, rows);
    passes.multiply(block, huT, part);
    for (let i = 0; i < m; i++)
      for (let k = 0; k < rows; k++)
        scores[i * classes + first + k] = part.data[k * part.stride + i] + shifts[i];
  }
  return scores;
}

/** Returns scores of some classes, `[batch, n]` for `n` ids. */
export function scoresOfSome(state: FactoredState, hidden: Floats, ids: Int32Array): Float64Array {
  const { classes, features: d, values } = state;
  const m = checkHidden(hidden, d);
  checkTargets("classes", ids, 1, classes);
  const { across, stride, shifts } = throughFactor(state, hidden, m);
  const scores = new Float64Array(m * ids.length);
  const own = new Float64Array(d);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < d; j++) own[j] = across[j * stride + i];
    for (const [k, id] of ids.entries())
      scores[i * ids.length + k] = dot(values, id * d, own, 0, d) + shifts[i];
  }
  return scores;
}

/** W itself, `[classes, features]`, in the precision of V. */
export function denseWeights(state: FactoredState): Floats {
  const { classes, features: d, values } = state;
  const weights =
    values instanceof Float32Array ? new Float32Array(classes * d) : new Float64Array(classes * d);
  forEachBlock(state, (block, stride, first, rows) => {
    for (let i = 0; i < rows; i++) weights.set(block.subarray(i * stride, i * stride + d), (first + i) * d);
  });
  return weights;
}
