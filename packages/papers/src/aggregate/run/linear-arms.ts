import { optimalRho } from "@minimand/lab/theory";
import { aggregateLinearFit, bagMeans } from "minimand/training";
import { taken } from "../../kit/rows.ts";
import { mean } from "../../kit/statistics.ts";
import { debiasedMeans, type Rows, type Split } from "./data.ts";
import { rhos } from "./settings.ts";

type Fit = { theta: Float64Array; intercept: number };

/** The data that a linear model is fitted to. */
interface Known {
  train: Rows;
  bagIds: Int32Array;
  means: Float64Array;
}

function predict({ theta, intercept }: Fit, x: Float32Array): number[] {
  const d = theta.length;
  return Array.from({ length: x.length / d }, (_, i) =>
    theta.reduce((sum, t, j) => sum + t * x[i * d + j], intercept),
  );
}

function errorOf(fit: Fit, { x, y }: Rows): number {
  return mean(predict(fit, x).map((f, i) => (f - y[i]) ** 2));
}

/** Returns test errors of the linear models of one split, and the mixtures chosen. */
export function linearArms(
  { train, judged, inputs }: Split,
  bagIds: Int32Array,
  ridge: { bag: number; instance: number },
): { errors: Record<string, number>; chosenRho: number; theoryRho: number } {
  const known: Known = { train, bagIds, means: bagMeans(train.y, bagIds) };
  const fit = (options: { rho: number; l2?: number }, k = known): Fit =>
    aggregateLinearFit(k.train.x, k.bagIds, k.means, { ...options, intercept: true, minimumNorm: true });
  const errors: Record<string, number> = {};
  for (const rho of rhos) errors[`rho ${rho}`] = errorOf(fit({ rho }), judged);
  errors["ridge, bag"] = errorOf(fit({ rho: 0, l2: ridge.bag }), judged);
  errors["ridge, instance"] = errorOf(fit({ rho: 1, l2: ridge.instance }), judged);
  const debiased = { ...known, means: debiasedMeans(known.means, bagIds) };
  errors.debiased = errorOf(fit({ rho: 1 }, debiased), judged);
  const single = { train, bagIds: bagIds.map((_, i) => i), means: train.y };
  const labels = fit({ rho: 1 }, single);
  errors.labels = errorOf(labels, judged);
  const chosenRho = chooseByHeldOutBags(known, (rho, part) => fit({ rho }, part));
  errors["held-out bags"] = errors[`rho ${chosenRho}`];
  // The theory's choice, given the noise and signal of the labels.
  const sigma2 = Math.min(0.999, errorOf(labels, train) / (1 - inputs / train.count));
  const k = Math.max(1, Math.round(train.count / known.means.length));
  const theoryRho =
    k === 1 ? 1 : optimalRho({ k, psi: train.count / inputs, sigma2, signal2: 1 - sigma2 }).rho;
  return { errors, chosenRho, theoryRho };
}

/** Returns the mixture of least bag-level loss on the last quarter of the bags, fitted on the others. */
function chooseByHeldOutBags(
  { train, bagIds, means }: Known,
  fit: (rho: number, part: Known) => Fit,
): number {
  const bags = means.length;
  const kept = Math.ceil(0.75 * bags);
  if (kept === bags) return 1;
  const width = train.x.length / train.count;
  const part = (inside: (bag: number) => boolean, first: number): Known => {
    const rows = [...bagIds.keys()].filter((i) => inside(bagIds[i]));
    return {
      train: {
        x: taken(train.x, width, rows),
        y: Float64Array.from(rows, (i) => train.y[i]),
        count: rows.length,
      },
      bagIds: Int32Array.from(rows, (i) => bagIds[i] - first),
      means: means.slice(first, first + new Set(rows.map((i) => bagIds[i])).size),
    };
  };
  const fitted = part((bag) => bag < kept, 0);
  const held = part((bag) => bag >= kept, kept);
  const loss = (rho: number): number => {
    const predicted = bagMeans(predict(fit(rho, fitted), held.train.x), held.bagIds);
    return mean(Array.from(predicted, (f, bag) => (f - held.means[bag]) ** 2));
  };
  const losses = rhos.map(loss);
  return rhos[losses.indexOf(Math.min(...losses))];
}
