import { checkChoice, rangeError } from "minimand/engine";
import type { SphericalLossSpec } from "minimand/losses";
import { type FactoredState, reserve, spread } from "./factored-state.ts";
import { checkHidden, checkSphericalLoss, checkTargets, checkWeights, ignoresScale } from "./inputs.ts";
import { dot } from "./linear-algebra.ts";
import { extract, type Floats, fill, transpose } from "./matrix-space.ts";

/** The statistics that a spherical loss sees. */
export interface ScoreStatistics {
  /** Sum of squares of all scores of an example, `[batch]`. */
  q: Float64Array;
  /** Sum of all scores, `[batch]`. */
  s: Float64Array;
  /** Scores of the target classes, `[batch * targets]`. */
  a: Float64Array;
}

/** A loss and how the examples are weighted. */
export interface GradientOptions {
  loss: SphericalLossSpec;
  /** What is minimised: the weighted mean of the examples' losses (default) or their sum. */
  reduction?: "mean" | "sum";
  /** Weights of the examples, >= 0, `[batch]`; default 1. */
  weights?: ArrayLike<number>;
  /** Where an example has several targets: their weights, >= 0, `[batch * targets]`; default `1 / targets`. */
  targetWeights?: ArrayLike<number>;
}

/** What an update needs to know about the batch, in addition to the matrices that are kept for it. */
export interface Gradient {
  labels: Int32Array;
  targets: number;
  /** Per example: the derivatives by its q and s, and the sum of those by its target scores. */
  gq: Float64Array;
  gs: Float64Array;
  gy: Float64Array;
  /** Per target: the derivative by its score. */
  ga: Float64Array;
  s: Float64Array;
  hOmega: Float64Array;
  norm: number;
  losses: Float64Array;
}

/** Per-example losses and their weighted derivatives. */
type Partials = Pick<Gradient, "losses" | "gq" | "gs" | "gy" | "ga">;

/** q, s and the target scores of a batch in `O(batch (features^2 + targets features))`. */
export function statisticsOf(
  state: FactoredState,
  hidden: Floats,
  labels: Int32Array,
): ScoreStatistics & { targets: number; hOmega: Float64Array } {
  const { classes, features: d, values, omega, sums, space } = state;
  const m = checkHidden(hidden, d);
  const targets = checkTargets("labels", labels, m, classes);
  const { u, gram, h, hT, hq, hu, huT } = reserve(state, m);
  fill(h, hidden);
  transpose(h, hT);
  space.multiply(h, gram, hq);
  // As a product with U, not with its transpose, of which there is no copy.
  space.multiply(u, hT, huT);
  transpose(huT, hu);
  const [q, s, hOmega] = [new Float64Array(m), new Float64Array(m), new Float64Array(m)];
  const a = new Float64Array(m * targets);
  for (let i = 0; i < m; i++) {
    const row = i * h.stride;
    // A sum of squares, which rounding may leave below 0.
    q[i] = Math.max(dot(h.data, row, hq.data, row, d), 0);
    s[i] = dot(h.data, row, sums, 0, d);
    hOmega[i] = dot(h.data, row, omega, 0, d);
    for (let t = i * targets; t < (i + 1) * targets; t++)
      a[t] = dot(values, labels[t] * d, hu.data, i * hu.stride, d) + hOmega[i];
  }
  return { q, s, a, targets, hOmega };
}

/** Losses and derivatives of a batch, weighted; throws where they don't exist. */
function partialsOf(
  { classes }: FactoredState,
  { q, s, a, targets }: ScoreStatistics & { targets: number },
  { loss, reduction = "mean", weights, targetWeights }: GradientOptions,
  scaleFree: boolean,
): Partials {
  const m = q.length;
  let total = m;
  if (weights !== undefined) {
    total = 0;
    for (let i = 0; i < m; i++) total += weights[i];
    if (total === 0) throw rangeError("weights", "a sum > 0", 0);
  }
  const factor = reduction === "mean" ? 1 / total : 1;
  const [losses, gq, gs, gy] = [1, 2, 3, 4].map(() => new Float64Array(m));
  const ga = new Float64Array(m * targets);
  for (let i = 0; i < m; i++) {
    const weight = weights?.[i] ?? 1;
    for (let t = i * targets; t < (i + 1) * targets; t++) {
      const share = weight * (targetWeights?.[t] ?? 1 / targets);
      if (share === 0) continue;
      losses[i] += share * loss.value(q[i], s[i], a[t], classes);
      // A dead row scores every class 0, which no change of its scale can make better.
      if (scaleFree && q[i] === 0) continue;
      const [dq, ds, da] = loss.partials(q[i], s[i], a[t], classes);
      gq[i] += factor * share * dq;
      gs[i] += factor * share * ds;
      ga[t] = factor * share * da;
      gy[i] += ga[t];
    }
    if (!Number.isFinite(losses[i] + gq[i] + gs[i] + gy[i]))
      throw rangeError(
        `hidden, row ${i}`,
        `values whose ${loss.name} and its derivatives are finite`,
        losses[i],
      );
  }
  return { losses, gq, gs, gy, ga };
}

/** Returns losses only. */
export function lossesOf(
  state: FactoredState,
  hidden: Floats,
  labels: Int32Array,
  options: GradientOptions,
): Float64Array {
  const scaleFree = checkOptions(state, hidden, labels, options);
  return partialsOf(state, statisticsOf(state, hidden, labels), options, scaleFree).losses;
}

/** Checks all arguments, before anything is touched; says whether the loss ignores the scale of the scores. */
function checkOptions(
  state: FactoredState,
  hidden: Floats,
  labels: Int32Array,
  { loss, reduction = "mean", weights, targetWeights }: GradientOptions,
): boolean {
  const m = checkHidden(hidden, state.features);
  const targets = checkTargets("labels", labels, m, state.classes);
  checkSphericalLoss(loss);
  checkChoice("reduction", reduction, ["mean", "sum"]);
  if (weights !== undefined) checkWeights("weights", weights, m);
  if (targetWeights !== undefined) checkWeights("targetWeights", targetWeights, m * targets);
  const scaleFree = ignoresScale(loss);
  if (scaleFree && spread(state) === 0)
    throw rangeError(
      "weights",
      `rows that differ, which the ${loss.name} needs`,
      "the same row for every class",
    );
  return scaleFree;
}

/**
 * Returns the gradient of the loss with respect to H, and everything that the update needs: steps 1 to 7 of the algorithm. The numbers of
 * the layer are not changed.
 */
export function gradientOf(
  state: FactoredState,
  hidden: Floats,
  labels: Int32Array,
  options: GradientOptions,
): { gradient: Gradient; gradHidden: Float64Array } {
  const scaleFree = checkOptions(state, hidden, labels, options);
  const statistics = statisticsOf(state, hidden, labels);
  const partials = partialsOf(state, statistics, options, scaleFree);
  const { targets, s, hOmega } = statistics;
  const { losses, gq, gs, gy, ga } = partials;
  const { features: d, values, omega, sums, space, matrices } = state;
  const { u, h, hT, hq, p, gathered, r, gradient, hh } = matrices;
  const m = h.rows;

  for (let i = 0; i < m; i++) {
    const row = i * gathered.stride;
    gathered.data.fill(0, row, row + d);
    for (let t = i * targets; t < (i + 1) * targets; t++) {
      const [from, factor] = [labels[t] * d, ga[t]];
      for (let j = 0; j < d; j++) gathered.data[row + j] += factor * values[from + j];
    }
  }
  space.multiply(gathered, u, r);
  for (let i = 0; i < m; i++) {
    const row = i * r.stride;
    const [own, bySum, byTarget] = [gq[i], gs[i], gy[i]];
    for (let j = row, k = 0; k < d; j++, k++) {
      const half = own * hq.data[j];
      const rest = r.data[j] + byTarget * omega[k] + bySum * sums[k];
      r.data[j] = half + rest;
      gradient.data[j] = 2 * half + rest;
      p.data[j] = 2 * own * h.data[j];
    }
  }
  space.multiply(h, hT, hh);
  setProducts(state, labels, targets, partials);
  const norm = gradientNorm(state);
  const gradHidden = new Float64Array(m * d);
  extract(gradient, gradHidden);
  if (!Number.isFinite(norm)) throw rangeError("hidden", "values whose gradient is finite", norm);
  // A copy: the caller may refill the array before the update.
  const kept = { labels: labels.slice(), targets };
  return { gradient: { ...kept, gq, gs, gy, ga, s, hOmega, norm, losses }, gradHidden };
}

/** M = <dL/do_i, dL/do_j> for all pairs of examples, from R = P Q / 2 + Z: R P^T + P R^T and what the targets share. */
function setProducts(
  { classes, space, matrices: { r, hT, small, products } }: FactoredState,
  labels: Int32Array,
  targets: number,
  { gq, gs, gy, ga }: Partials,
): void {
  const m = gq.length;
  space.multiply(r, hT, small);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      const value =
        2 * gq[j] * small.data[i * small.stride + j] +
        2 * gq[i] * small.data[j * small.stride + i] +
        classes * gs[i] * gs[j] +
        gs[i] * gy[j] +
        gy[i] * gs[j];
      products.data[i * products.stride + j] = value;
      products.data[j * products.stride + i] = value;
    }
  }
  const seen = new Map<number, number[]>();
  for (let t = 0; t < labels.length; t++) {
    const others = seen.get(labels[t]) ?? [];
    const i = Math.floor(t / targets);
    for (const other of others) {
      const j = Math.floor(other / targets);
      products.data[i * products.stride + j] += ga[t] * ga[other];
      products.data[j * products.stride + i] += ga[t] * ga[other];
    }
    products.data[i * products.stride + i] += ga[t] * ga[t];
    others.push(t);
    seen.set(labels[t], others);
  }
}

/** The norm of dL/dW, `[classes, features]`, which is never formed: its square is `sum_ij M_ij <h_i, h_j>`. */
function gradientNorm({ matrices: { hh, products } }: FactoredState): number {
  let square = 0;
  for (let i = 0; i < hh.rows; i++)
    square += dot(products.data, i * products.stride, hh.data, i * hh.stride, hh.rows);
  return Math.sqrt(Math.max(square, 0));
}
