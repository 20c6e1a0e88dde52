import { optimalRho } from "@minimand/lab/theory";
import { derive, type RandomSource, randomSource } from "minimand/engine";
import { aggregateLinearFit, bagMeans, privatiseBagMeans } from "minimand/training";
import { normalPairs } from "../../kit/normals.ts";
import { privacy, simulation } from "./settings.ts";

/** Draws of the linear model with bag means, without privacy. */
export interface SimulationSpec {
  part: "simulation";
  psi: number;
  k: number;
  sigma2: number;
  /** Number of inputs. */
  d: number;
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

/** Squared distances of the estimates from a truth, draw by draw, for each mixture. */
function risksOf(
  mixtures: readonly number[],
  { k, from, draws }: { k: number; from: number; draws: number },
  drawn: (draw: number) => Draw,
  meansOf: (y: Float64Array, bagIds: Int32Array, draw: number) => Float64Array,
): SimulationResult {
  const risks = mixtures.map((rho) => ({ rho, values: [] as number[] }));
  for (let draw = from; draw < from + draws; draw++) {
    const { x, y, theta } = drawn(draw);
    const bagIds = Int32Array.from(y, (_, i) => Math.floor(i / k));
    const means = meansOf(y, bagIds, draw);
    for (const { rho, values } of risks)
      values.push(distance(aggregateLinearFit(x, bagIds, means, { rho }).theta, theta));
  }
  return { part: "simulation", risks };
}

export function simulate(spec: SimulationSpec): SimulationResult {
  const { d } = spec;
  const drawn = (draw: number) => linearDraw(spec.psi * d, d, spec.sigma2, randomSource(derive(draw, 31)));
  return risksOf(simulatedRhos(spec), spec, drawn, bagMeans);
}

export function simulatePrivate(spec: PrivateSpec): SimulationResult {
  const { n, d, C, rhos } = privacy;
  const { k, epsilon } = spec;
  const drawn = (draw: number) => linearDraw(k * Math.floor(n / k), d, 1, randomSource(derive(draw, 32)));
  return risksOf(rhos, spec, drawn, (y, bagIds, draw) => {
    const random = randomSource(derive(draw, 33));
    return privatiseBagMeans(y, bagIds, { C, epsilon, clip: true, random }).noisyMeans;
  });
}

interface Draw {
  x: Float64Array;
  y: Float64Array;
  theta: Float64Array;
}

/** Normal features, a direction of length 1, responses with noise. */
function linearDraw(rows: number, d: number, sigma2: number, next: RandomSource): Draw {
  const normal = normalPairs(next);
  const direction = Float64Array.from({ length: d }, normal);
  const length = Math.hypot(...direction);
  const theta = direction.map((v) => v / length);
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
