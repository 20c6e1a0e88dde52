/*
 * Bounds of learning theory next to what they bound, computed.
 *
 * The program takes an excess error of models that ignore their input, an adversarial error and a worst-case error of a linear
 * classifier of tumours, the error on a mixture of two Gaussians, and the loss of embeddings on a sphere. Each is printed with its bound.
 *
 *     npx node --conditions=minimand-source examples/bounds.ts
 */

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { numpy as np } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import {
  adversarialHConsistencyBound,
  aggregateRisk,
  compSumBoundedDeterministicInf,
  compSumConditionalInf,
  compSumPhi,
  droRisk,
  expectedRampLoss,
  gaussianMixtureRisk,
  hConsistencyBound,
  instanceLevelThreshold,
  minimizabilityGap,
  minimizabilityGapUpperBound,
  worstCase,
  zeroOneConditionalInf,
} from "@minimand/lab/theory";
import { normal, randomSource } from "minimand/engine";
import { advRhoMarginCompSum, normalizedSoftmaxLowerBound, scaleForProbability } from "minimand/losses";
import { startEngine } from "minimand/start";

/** Four inputs, equally likely, and the probabilities of three classes there. */
const conditionals = [
  [0.8, 0.1, 0.1],
  [0.6, 0.3, 0.1],
  [0.2, 0.7, 0.1],
  [0.5, 0.2, 0.3],
];
const weights = [0.25, 0.25, 0.25, 0.25];
const overall = [0, 1, 2].map((y) => conditionals.reduce((sum, p) => sum + p[y] / 4, 0));

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/**
 * Models that give the same scores at every input: their least risks are known exactly, from the overall shares of the classes. The
 * model asked about has the softmax `p`.
 */
export function consistency(tau: number, p: readonly number[]) {
  const risk = overall.reduce((sum, q, y) => sum + q * compSumPhi(1 / p[y] - 1, { tau }), 0);
  const chosen = p.indexOf(Math.max(...p));
  const best = compSumConditionalInf(overall, { tau });
  const leastError = zeroOneConditionalInf(overall);
  const gap = minimizabilityGap(best, weights, conditionals, { tau });
  const bound = hConsistencyBound({
    tau,
    classes: 3,
    surrogateRisk: risk,
    bestInClassRisk: best,
    surrogateGap: gap,
    zeroOneGap: minimizabilityGap(leastError, weights, conditionals, { tau: "zeroOne" }),
  });
  const sumExponential = compSumConditionalInf(overall, { tau: 0 });
  return {
    excessError: 1 - overall[chosen] - leastError,
    excessErrorBound: bound.excessErrorBound,
    gap,
    gapBound: minimizabilityGapUpperBound(sumExponential, weights, conditionals, { tau }),
  };
}

/** The least loss of 2000 random score vectors within +-bound, and the least that any can have. */
export function boundedScores(tau: number, bound: number) {
  const next = randomSource(1);
  const losses = Array.from({ length: 2000 }, () => {
    // Corners of the cube among them: there the least loss is.
    const scores = [0, 1, 2].map(() => Math.max(-bound, Math.min(bound, 3 * bound * (2 * next() - 1))));
    return compSumPhi(Math.exp(scores[1] - scores[0]) + Math.exp(scores[2] - scores[0]), { tau });
  });
  return { found: Math.min(...losses), least: compSumBoundedDeterministicInf(bound, { tau, classes: 3 }) };
}

/** A linear classifier of tumours whose inputs may move by `gamma` each, or by `epsilon` on average. */
export async function tumours({ gamma = 0.2, epsilon = 0.1, tau = 1 } = {}) {
  const { x, y } = await wdbc();
  const features = x[0].length;
  const { w, b } = logistic(x, y);
  const norm = Math.hypot(...w);
  const scores = x.map((row) => row.reduce((sum, value, j) => sum + value * w[j], b));
  const margins = scores.map((score, i) => score * y[i]);

  // Half of the attacked score for one class, minus half for the other: their difference is the score.
  const attacked = scores.flatMap((score, i) =>
    [-1, 1].map((sign) => (sign * (score - y[i] * gamma * norm)) / 2),
  );
  const losses = advRhoMarginCompSum(
    np.array(Float32Array.from(attacked), { shape: [y.length, 2] }),
    np.array(
      Int32Array.from(y, (label) => Number(label > 0)),
      { dtype: np.int32 },
    ),
    { tau },
  );
  const surrogateRisk = mean(Array.from(await losses.data()));

  // The cheapest attack moves what is nearest to the boundary onto it, as long as the budget lasts.
  let budget = epsilon * y.length;
  const distances = margins.map((margin) => Math.max(0, margin / norm)).sort((a, b) => a - b);
  const moved = distances.filter((distance) => {
    budget -= distance;
    return budget >= 0;
  }).length;
  const flat = Float64Array.from(x.flat());
  const zeroOne = droRisk({ w, b }, flat, y, { loss: "zeroOne", cost: "l2", epsilon });
  const dual = (multiplier: number) =>
    multiplier * epsilon +
    mean(margins.map((m) => worstCase(m, norm, { loss: "zeroOne", gamma: multiplier }).value));
  return {
    features,
    error: mean(margins.map((m) => Number(m <= 0))),
    adversarialError: mean(margins.map((m) => Number(m - gamma * norm <= 0))),
    adversarialBound: adversarialHConsistencyBound({ tau, surrogateRisk }),
    attackedError: moved / y.length,
    worstError: zeroOne.value,
    /** The dual at the best multiplier, and at half and twice of it. */
    duals: [1, 0.5, 2].map((factor) => dual(factor * zeroOne.gammaStar)),
  };
}

/** Error and robust loss on a mixture of two Gaussians in closed form, and the robust loss of random points. */
export function mixture({ gamma = 1, cosine = 0.8, points = 20_000 } = {}) {
  const direction = { muNorm: 1, sigma: 0.8, cosine };
  const next = randomSource(1);
  const losses = Array.from({ length: points }, () =>
    worstCase(cosine + 0.8 * normal(next), 1, { loss: "zeroOne", gamma }),
  );
  return {
    error: gaussianMixtureRisk(direction),
    ramp: expectedRampLoss({ ...direction, gamma }),
    simulated: mean(losses.map(({ value }) => value)),
  };
}

/** The signal below which a fit of single rows to bag means beats a fit of the means, and both risks on either side of it. */
export function bags({ k = 2, psi = 4 } = {}) {
  const threshold = instanceLevelThreshold({ k, psi });
  const risks = (signal2: number) => ({
    means: aggregateRisk({ rho: 0, k, psi, sigma2: 1, signal2 }).risk,
    rows: aggregateRisk({ rho: 1, k, psi, sigma2: 1, signal2 }).risk,
  });
  return { threshold, below: risks(0.8 * threshold), above: risks(1.25 * threshold) };
}

/** Mean loss of embeddings on their own centre: centres of a regular simplex, random ones, and the least of all. */
export function embeddings({ classes = 10, probability = 0.99 } = {}) {
  const scale = scaleForProbability(classes, probability);
  const next = randomSource(2);
  const unit = (v: number[]) => v.map((value) => value / Math.hypot(...v));
  const lossOf = (centres: readonly number[][]) =>
    mean(
      centres.map((own, y) => {
        const others = centres.filter((_, k) => k !== y);
        const cosines = others.map((other) => other.reduce((sum, value, i) => sum + value * own[i], 0));
        return Math.log1p(cosines.reduce((sum, cosine) => sum + Math.exp(scale * (cosine - 1)), 0));
      }),
    );
  const simplex = Array.from({ length: classes }, (_, k) =>
    unit(Array.from({ length: classes }, (_, i) => Number(i === k) - 1 / classes)),
  );
  const random = simplex.map(() => unit(simplex.map(() => normal(next))));
  return {
    scale,
    simplex: lossOf(simplex),
    random: lossOf(random),
    least: normalizedSoftmaxLowerBound(classes, scale),
  };
}

/** 569 tumours, 30 columns of mean 0 and deviation 1, +1 for the second class. */
async function wdbc(): Promise<{ x: number[][]; y: number[] }> {
  const text = gunzipSync(await readFile(dataFile("breast_cancer_wdbc.csv.gz"))).toString("utf8");
  const rows = text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  const scales = rows[0].slice(0, -1).map((_, j) => {
    const centre = mean(rows.map((row) => row[j]));
    return { centre, deviation: Math.sqrt(mean(rows.map((row) => (row[j] - centre) ** 2))) };
  });
  return {
    x: rows.map((row) => scales.map(({ centre, deviation }, j) => (row[j] - centre) / deviation)),
    y: rows.map((row) => 2 * row.at(-1)! - 1),
  };
}

/** A hundred steps of gradient descent on the logistic loss. */
function logistic(x: readonly number[][], y: readonly number[]): { w: number[]; b: number } {
  const w = x[0].map(() => 0);
  let b = 0;
  for (let step = 0; step < 100; step++) {
    const slopes = x.map((row, i) => {
      const margin = y[i] * row.reduce((sum, value, j) => sum + value * w[j], b);
      return -y[i] / (1 + Math.exp(margin));
    });
    w.forEach((_, j) => {
      w[j] -= 0.3 * mean(slopes.map((slope, i) => slope * x[i][j]));
    });
    b -= 0.3 * mean(slopes);
  }
  return { w, b };
}

if (import.meta.main) {
  await startEngine();
  const n = (value: number) => value.toFixed(4);
  for (const tau of [0, 1, 2]) {
    const { excessError, excessErrorBound, gap, gapBound } = consistency(tau, [0.25, 0.45, 0.3]);
    const { found, least } = boundedScores(tau, 1);
    console.log(`tau ${tau}: excess error ${n(excessError)} <= ${n(excessErrorBound)}`);
    console.log(`       minimizability gap ${n(gap)} <= ${n(gapBound)}`);
    console.log(`       loss of scores within +-1: ${n(found)} >= ${n(least)}`);
  }
  const t = await tumours();
  console.log(`tumours: error ${n(t.error)}`);
  console.log(`  inputs moved by 0.2: error ${n(t.adversarialError)} <= ${n(t.adversarialBound)}`);
  console.log(
    `  by 0.1 on average:   error ${n(t.attackedError)} <= ${n(t.worstError)} <= other duals ${t.duals.slice(1).map(n).join(", ")}`,
  );
  const m = mixture();
  console.log(
    `two Gaussians: error ${n(m.error)} <= robust loss ${n(m.ramp)}, of random points ${n(m.simulated)}`,
  );
  const { threshold, below, above } = bags();
  console.log(`bags of 2: threshold of signal to noise ${n(threshold)}`);
  console.log(
    `  below it: risk ${n(below.rows)} of rows, ${n(below.means)} of means; above: ${n(above.rows)}, ${n(above.means)}`,
  );
  const e = embeddings();
  console.log(
    `embeddings at scale ${n(e.scale)}: simplex ${n(e.simplex)}, random ${n(e.random)} >= ${n(e.least)}`,
  );
}
