import { aggregateLinearFit, bagMeans, optimalRho, privatiseBagMeans } from "minimand";
import { derive, type RandomSource, randomSource } from "minimand/engine";
import { normalPairs } from "../kit/normals.ts";
import { privacy, simulation } from "./settings.ts";

/** Draws of the linear model with bag means, without privacy. */
export interface SimulationSpec {
  part: "simulation";
  psi: number;
  k: number;
  sigma2: number;
  from: number;
  draws: number;
}

/** Draws with private means. */
export interface PrivateSpec {
  part: "private";
  k: number;
  epsilon: number;
  from: number;
  draws: number;
}

/** Squared distance of the estimate from the truth, for each mixture a list over draws. */
export interface SimulationResult {
  part: "simulation";
  risks: { rho: number; values: number[] }[];
}

/** Mixtures of the simulation: the grid, where the fit is determined, and the theory's best. */
export function simulatedRhos({ psi, k, sigma2 }: { psi: number; k: number; sigma2: number }): number[] {
  const grid = simulation.rhos.filter((rho) => rho > 0 || psi > k);
  const { rho } = optimalRho({ psi, k, sigma2, signal2: 1 });
  return grid.includes(rho) ? grid : [...grid, rho];
}

export function simulate({ psi, k, sigma2, from, draws }: SimulationSpec): SimulationResult {
  const { d } = simulation;
  const risks = simulatedRhos({ psi, k, sigma2 }).map((rho) => ({ rho, values: [] as number[] }));
  for (let draw = from; draw < from + draws; draw++) {
    const next = randomSource(derive(draw, 31));
    const { x, y, theta } = linearDraw(psi * d, d, sigma2, next);
    const bagIds = y.map((_, i) => Math.floor(i / k));
    const means = bagMeans(y, bagIds);
    for (const { rho, values } of risks)
      values.push(distance(aggregateLinearFit(x, bagIds, means, { rho }).theta, theta));
  }
  return { part: "simulation", risks };
}

export function simulatePrivate({ k, epsilon, from, draws }: PrivateSpec): SimulationResult {
  const { n, d, C } = privacy;
  const risks = privacy.rhos.map((rho) => ({ rho, values: [] as number[] }));
  for (let draw = from; draw < from + draws; draw++) {
    const rows = k * Math.floor(n / k);
    const { x, y, theta } = linearDraw(rows, d, 1, randomSource(derive(draw, 32)));
    const bagIds = y.map((_, i) => Math.floor(i / k));
    const { noisyMeans } = privatiseBagMeans(y, bagIds, {
      C,
      epsilon,
      clip: true,
      random: randomSource(derive(draw, 33)),
    });
    for (const { rho, values } of risks)
      values.push(distance(aggregateLinearFit(x, bagIds, noisyMeans, { rho }).theta, theta));
  }
  return { part: "simulation", risks };
}

/** Normal features, a direction of length 1, responses with noise. */
function linearDraw(
  rows: number,
  d: number,
  sigma2: number,
  next: RandomSource,
): { x: Float64Array; y: Float64Array; theta: Float64Array } {
  const normal = normalPairs(next);
  const theta = Float64Array.from({ length: d }, normal);
  const length = Math.hypot(...theta);
  theta.forEach((v, j) => {
    theta[j] = v / length;
  });
  const x = Float64Array.from({ length: rows * d }, normal);
  const y = Float64Array.from({ length: rows }, (_, i) => {
    let sum = Math.sqrt(sigma2) * normal();
    for (let j = 0; j < d; j++) sum += x[i * d + j] * theta[j];
    return sum;
  });
  return { x, y, theta };
}

const distance = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, v, j) => sum + (v - b[j]) ** 2, 0);
