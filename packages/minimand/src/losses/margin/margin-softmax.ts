import { lax, numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, checkParameter, peek, typeError } from "../../engine/checks.ts";
import { logSoftmax, unitNorm } from "../../engine/numerics.ts";
import { type Parameter, parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import {
  atLabel,
  checkIdsOnly,
  checkWeights,
  type LossOptions,
  labelMask,
  maskRows,
  overLabels,
  weighted,
} from "../per-example.ts";
import { checkEmbeddings, rowNorms } from "./directions.ts";
import { assignElasticMargins, drawnMargins } from "./elastic-margins.ts";
import { checkMargin, type Margin, magFaceOptions, needsNorms } from "./margin.ts";
import { addToAngle, combine, multiplyAngle, subtractFromCosine } from "./target-cosine.ts";

/** Options of {@link marginCrossEntropy}: what a loss of cosines needs. */
export interface CosineLossOptions extends LossOptions {
  /** Logits are `scale` times cosines; default 16. */
  scale?: Parameter;
  /** Default none: normalised softmax. */
  margin?: Margin;
  /**
   * For margins added to the angle: `t - m sin m` where `theta + m` passes pi, so that the target's logit never rises
   * with the angle. Default false, as in the papers.
   */
  monotone?: boolean;
}

/** Options of {@link marginSoftmax}. */
export interface MarginSoftmaxOptions extends Omit<CosineLossOptions, "scale"> {
  /** A number, or `norm`: the norm of each embedding, as in the original SphereFace. Default 16. */
  scale?: Parameter | "norm";
  /** False where the columns of `centers` are kept at unit norm by {@link projectUnitNorm}; default true. */
  normalizeCenters?: boolean;
}

/**
 * Softmax of scaled cosines with a margin on the target's: normalised softmax, SphereFace, CosFace, ArcFace, their
 * combination, both kinds of ElasticFace (plain and '+') and MagFace.
 *
 * `z_ij = s c_ij` for `j != y_i`, `z_{i,y_i} = s psi(t_i)`, `L_i = logsumexp_j z_ij - z_{i,y_i}`, with cosines
 * `c_ij = cos(e_i, w_j)`, `t_i = c_{i,y_i} = cos theta_i` and, by `margin.kind`,
 *
 * | kind | psi(t) |
 * |---|---|
 * | none | `t` |
 * | sphereface | `(-1)^k cos(m theta) - 2k`, theta in `[k pi / m, (k + 1) pi / m]` |
 * | cosface | `t - m` |
 * | arcface | `cos(theta + m)` |
 * | combined | `cos(m1 theta + m2) - m3` |
 * | elastic-arc, elastic-cos | `cos(theta + M_i)`, `t - M_i`, with draws `M_i` (constants of the gradient) |
 * | magface | `cos(theta + m(a_i))`, plus `regularization (1 / a_i + a_i / upperNorm^2)` |
 *
 * For MagFace `a` is the norm of the embedding, clipped, and `m(a)` is linear between the two margins.
 *
 * Without a margin, few classes need a scale of {@link scaleForProbability} at least, as the loss can't fall below
 * {@link normalizedSoftmaxLowerBound}. Weight decay on the centres only changes their effective rate.
 *
 * @param embeddings float `[batch, features]`, of any norms but 0
 * @param centers one column a class, float `[features, classes]`, of any norms but 0
 * @param labels int32 `[batch]`, or distributions `[batch, classes]` (not for `plus`)
 * @param options `scale > 0` or `norm`, `margin`, `monotone`, `normalizeCenters`, `weights`
 * @returns one value per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes and labels; embeddings or centres that are zero (they have no
 * direction) or not finite; margins beyond the angles or cosines there are (values are checked outside of tracing only)
 * @example
 * marginSoftmax(np.array([[1, 0]]), np.array([[0.5, 0], [0.866025, 1]]), np.array([0], { dtype: np.int32 }), { scale: 1, margin: { kind: "arcface", m: 0.5 } }) // [0.6814]
 * @see Wang et al. 2017, arXiv 1704.06369 (NormFace); Liu et al. 2017, arXiv 1704.08063 (SphereFace); Wang et al. 2018,
 * arXiv 1801.09414 (CosFace); Deng et al. 2018, arXiv 1801.07698 (ArcFace, combined); Meng et al. 2021, arXiv 2103.06627
 * (MagFace); Pereira et al. 2021, arXiv 2102.03243; Boutros et al. 2021, arXiv 2109.09416, equations 5-7 (ElasticFace)
 */
export function marginSoftmax(
  embeddings: np.Array,
  centers: np.Array,
  labels: np.Array,
  options: MarginSoftmaxOptions = {},
): np.Array {
  const { weights, margin } = readLossOptions("marginSoftmax", options, {
    scale: true,
    margin: [{ kind: "none" }],
    monotone: true,
    normalizeCenters: true,
  });
  const { cosines, norms } = cosinesOf(embeddings, centers, options);
  checkIdsForPlus(margin, labels);
  // Taken before the labels are consumed.
  const perExample = marginPerExample(margin, cosines, labels, norms, weights);
  const scale = scaleOf(options.scale, norms, cosines);
  const pull = margin.kind === "magface" ? pullOnNorms(margin, norms!.ref) : null;
  norms?.dispose();
  const values = overLabels(cosines, labels, { weights: weights?.ref }, (c, isLabel) =>
    atLabel(logSoftmax(logitsOf(c, isLabel.ref, margin, perExample, scale, options.monotone)), isLabel).neg(),
  );
  if (pull === null) {
    weights?.dispose();
    return values;
  }
  return values.add(weighted(pull, weights));
}

/**
 * The logits `z` of {@link marginSoftmax}, margins included, for use with other losses of logits.
 *
 * `z_ij = s c_ij`, and `s psi(c_ij)` at the label
 *
 * @param embeddings float `[batch, features]`
 * @param centers float `[features, classes]`
 * @param labels int32 `[batch]`
 * @param options as {@link marginSoftmax}; rows of weight 0 are zeros as far as the logits go
 * @returns `[batch, classes]`
 * @throws TypeError, RangeError as {@link marginSoftmax}; TypeError for distributions
 * @example
 * marginLogits(np.array([[3, 4]]), np.array([[2, 0], [0, 1]]), np.array([1], { dtype: np.int32 }), { scale: 10, margin: { kind: "cosface", m: 0.2 } }) // [[6, 6]]
 */
export function marginLogits(
  embeddings: np.Array,
  centers: np.Array,
  labels: np.Array,
  options: MarginSoftmaxOptions = {},
): np.Array {
  const { weights, margin } = readLossOptions("marginLogits", options, {
    scale: true,
    margin: [{ kind: "none" }],
    monotone: true,
    normalizeCenters: true,
  });
  checkIdsOnly("marginLogits", labels);
  const { cosines, norms } = cosinesOf(embeddings, centers, options);
  const classes = cosines.shape[1];
  const perExample = marginPerExample(margin, cosines, labels, norms, weights);
  const scale = scaleOf(options.scale, norms, cosines);
  // Norms are pulled by a term of the loss, which logits don't have.
  if (margin.kind === "magface" && typeof margin.regularization === "object") margin.regularization.dispose();
  norms?.dispose();
  weights?.dispose();
  return logitsOf(cosines, labelMask(labels, classes), margin, perExample, scale, options.monotone);
}

/**
 * {@link marginSoftmax} of cosines that are there already, such as the output of a {@link cosineClassifier}.
 *
 * @param cosines float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]` (not for `plus`)
 * @param options `scale > 0` (default 16), `margin` (all but magface, which needs the norms of the embeddings),
 * `monotone`, `weights`
 * @returns one value per example, `[batch]`
 * @throws TypeError, RangeError as {@link marginSoftmax}; TypeError for magface
 * @example
 * marginCrossEntropy(np.array([[0.5, 0]]), np.array([0], { dtype: np.int32 }), { scale: 1, margin: { kind: "cosface", m: 0.2 } }) // [0.5544]
 * @see Boutros et al. 2021, arXiv 2109.09416, equations 5-7
 */
export function marginCrossEntropy(
  cosines: np.Array,
  labels: np.Array,
  options: CosineLossOptions = {},
): np.Array {
  const { weights, margin, scale } = readLossOptions("marginCrossEntropy", options, {
    scale: [16, { above: 0 }],
    margin: [{ kind: "none" }],
    monotone: true,
  });
  checkMargin(margin);
  if (needsNorms(margin, scale))
    throw typeError(
      "margin.kind",
      "a margin of cosines; marginSoftmax has the norms that magface needs",
      margin.kind,
    );
  checkFloatArray("cosines", cosines, 2, "[batch, classes]");
  if (weights === undefined) checkNoNaN("cosines", cosines);
  checkIdsForPlus(margin, labels);
  const masked = maskRows(cosines, weights);
  const perExample = marginPerExample(margin, masked, labels, null, weights);
  const multiplier = parameter(scale, masked);
  return overLabels(masked, labels, options, (c, isLabel) =>
    atLabel(
      logSoftmax(logitsOf(c, isLabel.ref, margin, perExample, multiplier, options.monotone)),
      isLabel,
    ).neg(),
  );
}

/** Checks everything but labels; cosines `[batch, classes]`, and norms `[batch]` where something depends on them. */
function cosinesOf(
  embeddings: np.Array,
  centers: np.Array,
  { weights, margin = { kind: "none" }, scale = 16, normalizeCenters = true }: MarginSoftmaxOptions,
): { cosines: np.Array; norms: np.Array | null } {
  checkMargin(margin);
  if (scale !== "norm") checkParameter("scale", scale, { above: 0 });
  checkFloatArray("embeddings", embeddings, 2, "[batch, features]");
  checkWeights(weights, embeddings.shape[0]);
  const counts = weights === undefined ? null : peek(weights);
  checkEmbeddings(embeddings, centers, (row) => counts !== null && Number(counts[row]) === 0);
  const rows = maskRows(embeddings, weights);
  const norms = needsNorms(margin, scale) ? rowNorms(rows.ref) : null;
  const columns = normalizeCenters ? unitNorm(centers, 0) : centers;
  return { cosines: np.matmul(unitNorm(rows, 1), columns), norms };
}

function checkIdsForPlus(margin: Margin, labels: np.Array): void {
  if ("plus" in margin && margin.plus !== undefined && margin.plus !== "none")
    checkIdsOnly("marginSoftmax with plus:", labels);
}

/** The margin's own number: the same for all, or one an example. Looks at the arrays without consuming them. */
function marginPerExample(
  margin: Margin,
  cosines: np.Array,
  labels: np.Array,
  norms: np.Array | null,
  weights: np.Array | undefined,
): Parameter {
  if (margin.kind === "cosface" || margin.kind === "arcface") return margin.m;
  if (margin.kind === "magface") {
    const { lowerNorm, upperNorm, lowerMargin, upperMargin } = magFaceOptions(margin);
    const slope = (upperMargin - lowerMargin) / (upperNorm - lowerNorm);
    const clipped = np.clip(norms!.ref, lowerNorm, upperNorm);
    const like = clipped;
    return clipped.sub(lowerNorm).mul(parameter(slope, like)).add(parameter(lowerMargin, like));
  }
  if (margin.kind !== "elastic-arc" && margin.kind !== "elastic-cos") return 0;
  const [batch, classes] = cosines.shape;
  const draws = drawnMargins(margin, batch, margin.kind);
  if (margin.plus === undefined || margin.plus === "none") return draws;
  const target = atLabel(lax.stopGradient(cosines.ref), labelMask(labels.ref, classes));
  return assignElasticMargins(draws, target, { rule: margin.plus, weights: weights?.ref });
}

function scaleOf(
  scale: MarginSoftmaxOptions["scale"] = 16,
  norms: np.Array | null,
  like: np.Array,
): np.Array {
  return scale === "norm" ? norms!.ref : parameter(scale, like);
}

/** MagFace's `g(a)`: falls on the range of norms, so that easy examples are drawn outwards. */
function pullOnNorms(margin: Margin & { kind: "magface" }, norms: np.Array): np.Array {
  const { lowerNorm, upperNorm, regularization } = magFaceOptions(margin);
  const a = np.clip(norms, lowerNorm, upperNorm);
  const pull = np.reciprocal(a.ref).add(a.div(upperNorm * upperNorm));
  return pull.mul(parameter(regularization, pull));
}

/** Logits of cosines `[..., classes]`, with the margin at the label of the mask. Consumes all arrays. */
function logitsOf(
  cosines: np.Array,
  isLabel: np.Array,
  margin: Margin,
  perExample: Parameter,
  scale: np.Array,
  monotone = false,
): np.Array {
  const target = targetCosine(atLabel(cosines.ref, isLabel.ref), margin, perExample, monotone);
  const changed = np.where(isLabel, target.reshape([...target.shape, 1]), cosines);
  const rows = scale.ndim === 0 ? scale : scale.reshape([-1, ...Array<number>(changed.ndim - 1).fill(1)]);
  return changed.mul(rows);
}

function targetCosine(t: np.Array, margin: Margin, perExample: Parameter, monotone: boolean): np.Array {
  // One margin an example, also where every class is taken for the label: [batch] or [batch, 1].
  const m =
    typeof perExample === "number" || perExample.ndim === 0 || t.ndim === 1
      ? perExample
      : perExample.reshape([-1, 1]);
  switch (margin.kind) {
    case "none":
      return t;
    case "sphereface":
      return multiplyAngle(t, margin.m);
    case "cosface":
    case "elastic-cos":
      return subtractFromCosine(t, m);
    case "arcface":
    case "elastic-arc":
    case "magface":
      return addToAngle(t, m, monotone);
    case "combined":
      return combine(t, { m1: margin.m1 ?? 1, m2: margin.m2 ?? 0, m3: margin.m3 ?? 0 }, monotone);
  }
}
