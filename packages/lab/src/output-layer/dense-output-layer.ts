import { checkChoice, checkNumber, rangeError } from "minimand/engine";
import type { SphericalLossSpec } from "minimand/losses";
import { checkFloats, checkHidden, checkSphericalLoss, checkTargets } from "./inputs.ts";
import {
  extract,
  type Floats,
  fill,
  type Matrix,
  type MatrixSpace,
  matrixSpace,
  rowsFrom,
  transpose,
} from "./matrix-space.ts";

/** How a {@link DenseOutputLayer} is trained. */
export interface DenseStepOptions {
  /** `"log-softmax"` is cross-entropy. */
  loss: SphericalLossSpec | "log-softmax";
  /** >= 0. */
  learningRate: number;
  /** What is minimised; default the mean. */
  reduction?: "mean" | "sum";
}

/** An output layer that computes every score; the baseline of the factored one. */
export interface DenseOutputLayer {
  /**
   * One step of gradient descent: losses `[batch]`, and the gradient with respect to the hidden values before the step,
   * `[batch, features]`.
   */
  step(
    hidden: Floats,
    labels: Int32Array,
    options: DenseStepOptions,
  ): { losses: Float64Array; gradHidden: Float64Array };
  /** W, `[classes, features]`, a copy. */
  toDense(): Floats;
}

/** Classes that are worked on together: their weights fit the second-nearest cache. */
const blockRows = 128;

/**
 * Returns an output layer `W h` with W as it is, trained by gradient descent in `O(batch classes features)` a step, with log-softmax or a
 * loss of the spherical family. As fast as we can make it on one core: SIMD products, each block of weights fetched twice a step. Use
 * `FactoredOutputLayer` for the spherical family beyond a few thousand classes.
 *
 * @param weights W, `[classes, features]`, copied; its type is the precision of all that is computed
 * @param shape `classes`, `features` integers >= 1
 * @throws TypeError, RangeError for wrong shapes or numbers that are not finite; so does `step`
 * @example
 * denseOutputLayer(initialOutputWeights({ classes: 1000, features: 64, seed: 0 }), { classes: 1000, features: 64 })
 */
export function denseOutputLayer(
  weights: Floats,
  { classes, features }: { classes: number; features: number },
): DenseOutputLayer {
  checkNumber("classes", classes, { min: 1, integer: true });
  checkNumber("features", features, { min: 1, integer: true });
  checkFloats("weights", weights);
  if (weights.length !== classes * features)
    throw rangeError("weights", `${classes} * ${features} numbers`, weights);
  // One or the other: the matrices of a space are all of one type.
  const space = (
    weights instanceof Float64Array ? matrixSpace("float64") : matrixSpace("float32")
  ) as MatrixSpace<Floats>;
  const shapes = (m: number) =>
    ({
      w: [classes, features],
      h: [m, features],
      hT: [features, m],
      gradient: [m, features],
      scores: [classes, m],
    }) as const;
  let matrices = space.plan(shapes(1));
  fill(matrices.w, weights);

  function* blocks(): Generator<{ first: number; w: Matrix<Floats>; scores: Matrix<Floats> }> {
    for (let first = 0; first < classes; first += blockRows) {
      const rows = Math.min(blockRows, classes - first);
      yield {
        first,
        w: rowsFrom(matrices.w, first, rows),
        scores: rowsFrom(matrices.scores, first, rows),
      };
    }
  }

  return {
    step(hidden, labels, { loss, learningRate, reduction = "mean" }) {
      const m = checkHidden(hidden, features);
      if (checkTargets("labels", labels, m, classes) !== 1)
        throw rangeError("labels", `${m} class ids`, labels);
      if (loss !== "log-softmax") checkSphericalLoss(loss);
      checkNumber("learningRate", learningRate, { min: 0 });
      checkChoice("reduction", reduction, ["mean", "sum"]);
      if (matrices.h.rows !== m) matrices = space.plan(shapes(m));
      const { h, hT, gradient, scores } = matrices;
      fill(h, hidden);
      transpose(h, hT);
      for (const block of blocks()) space.multiply(block.w, hT, block.scores);
      const factor = reduction === "mean" ? 1 / m : 1;
      const losses =
        loss === "log-softmax"
          ? softmaxGradient(scores, labels, factor)
          : sphericalGradient(scores, labels, factor, loss);
      gradient.data.fill(0);
      for (const { w, scores: byScore } of blocks()) {
        space.multiply(byScore, w, gradient, { transpose: true, add: true });
        space.multiply(byScore, h, w, { scale: -learningRate, add: true });
      }
      const gradHidden = new Float64Array(m * features);
      extract(gradient, gradHidden);
      return { losses, gradHidden };
    },
    toDense() {
      const dense =
        weights instanceof Float64Array ? new Float64Array(weights.length) : new Float32Array(weights.length);
      extract(matrices.w, dense);
      return dense;
    },
  };
}

/** Puts the derivatives by the scores, times `factor`, in place of the scores `[classes, batch]`; returns the losses. */
function softmaxGradient(
  { rows, columns: m, stride, data }: Matrix<Floats>,
  labels: Int32Array,
  factor: number,
): Float64Array {
  const largest = new Float64Array(m).fill(-Infinity);
  for (let c = 0; c < rows; c++)
    for (let i = 0, at = c * stride; i < m; i++, at++) if (data[at] > largest[i]) largest[i] = data[at];
  const target = Float64Array.from(labels, (y, i) => data[y * stride + i]);
  const totals = new Float64Array(m);
  for (let c = 0; c < rows; c++) {
    for (let i = 0, at = c * stride; i < m; i++, at++) {
      const e = Math.exp(data[at] - largest[i]);
      totals[i] += e;
      data[at] = e;
    }
  }
  const scales = totals.map((total) => factor / total);
  for (let c = 0; c < rows; c++) for (let i = 0, at = c * stride; i < m; i++, at++) data[at] *= scales[i];
  for (let i = 0; i < m; i++) data[labels[i] * stride + i] -= factor;
  return totals.map((total, i) => Math.log(total) + largest[i] - target[i]);
}

/** The same for a loss of the spherical family. */
function sphericalGradient(
  { rows, columns: m, stride, data }: Matrix<Floats>,
  labels: Int32Array,
  factor: number,
  loss: SphericalLossSpec,
): Float64Array {
  const [q, s] = [new Float64Array(m), new Float64Array(m)];
  for (let c = 0; c < rows; c++) {
    for (let i = 0, at = c * stride; i < m; i++, at++) {
      q[i] += data[at] * data[at];
      s[i] += data[at];
    }
  }
  const [slope, constant, losses] = [new Float64Array(m), new Float64Array(m), new Float64Array(m)];
  const byTarget = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    const a = data[labels[i] * stride + i];
    const [gq, gs, ga] = loss.partials(q[i], s[i], a, rows);
    losses[i] = loss.value(q[i], s[i], a, rows);
    slope[i] = 2 * factor * gq;
    constant[i] = factor * gs;
    byTarget[i] = factor * ga;
  }
  for (let c = 0; c < rows; c++)
    for (let i = 0, at = c * stride; i < m; i++, at++) data[at] = slope[i] * data[at] + constant[i];
  for (let i = 0; i < m; i++) data[labels[i] * stride + i] += byTarget[i];
  return losses;
}
