import { aggregateRisk, optimalBagSize, optimalRho, privateAggregateRisk } from "@minimand/lab/theory";
import { differences, mean } from "../../kit/statistics.ts";
import { below, paired } from "./intervals.ts";
import { privacy } from "./settings.ts";

interface Risks {
  k: number;
  risks: readonly { rho: number; values: readonly number[] }[];
}

/** Simulated draws of one point of the grid, and of one of the study of private means. */
export type Simulated = Risks & { psi: number; sigma2: number };
export type SimulatedPrivate = Risks & { epsilon: number };

/** Test errors of one data set, model and bag size: for each mixture a list over seeds. */
export interface Cell {
  dataset: string;
  model: string;
  k: number;
  tunedRho: number;
  /** Test rows over training rows. */
  testTrainRatio: number;
  curve: readonly { rho: number; errors: readonly number[] }[];
}

/** The mixture with the least risk in theory. */
export const optimumOf = ({ psi, k, sigma2 }: Omit<Simulated, "risks">): number =>
  optimalRho({ psi, k, sigma2, signal2: 1 }).rho;

/** The theory at one point of the simulation. */
export const theoryOf = ({ psi, k, sigma2 }: Omit<Simulated, "risks">, rho: number): number =>
  aggregateRisk({ rho, k, psi, sigma2, signal2: 1 }).risk;

/** The formula at one point of the study of private means, for as many rows as whole bags have. */
export function privateTheoryOf({ k, epsilon }: { k: number; epsilon: number }, rho: number): number {
  const { n, d, C } = privacy;
  const rows = k * Math.floor(n / k);
  return privateAggregateRisk({ rho, k, psi: rows / d, sigma2: 1, signal2: 1, n: rows, epsilon, C }).risk;
}

/** (A): the largest relative difference of simulation and theory. */
export function largestDeviation(points: readonly Simulated[]): number {
  return Math.max(
    ...points.flatMap((point) =>
      point.risks.map(({ rho, values }) => Math.abs(mean(values) / theoryOf(point, rho) - 1)),
    ),
  );
}

/** (D): compares the private simulation with the formula. */
export function privateFindings(points: readonly SimulatedPrivate[]): {
  deviation: number;
  /** Largest excess of the risk at the formula's best size over the least simulated risk, as a share. */
  regret: number;
  /** Whether the best size is where the formula's jump has it, for each epsilon and both ends: by the means, and by paired 95 % intervals. */
  jumps: { epsilon: number; rho: number; byMeans: boolean; byIntervals: boolean }[];
} {
  const at = (epsilon: number, rho: number) =>
    points
      .filter((point) => point.epsilon === epsilon)
      .map((point) => {
        const values = point.risks.find((entry) => entry.rho === rho)?.values ?? [];
        return { k: point.k, values, risk: mean(values), theory: privateTheoryOf(point, rho) };
      });
  let [deviation, regret] = [0, 0];
  const jumps: ReturnType<typeof privateFindings>["jumps"] = [];
  const sizes = [...new Set(points.map(({ k }) => k))];
  for (const epsilon of new Set(points.map((point) => point.epsilon)))
    for (const rho of privacy.rhos) {
      const rows = at(epsilon, rho);
      const { n, d, C } = privacy;
      const { k } = optimalBagSize({ n, d, C, epsilon, sigma2: 1, signal2: 1, ks: sizes, rho });
      const least = rows.reduce((a, b) => (b.risk < a.risk ? b : a));
      for (const { risk, theory } of rows) deviation = Math.max(deviation, Math.abs(risk / theory - 1));
      const chosen = rows.find((row) => row.k === k);
      regret = Math.max(regret, (chosen?.risk ?? Infinity) / least.risk - 1);
      if (rho > 0 && rho < 1) continue;
      const wanted = (size: number): boolean => (rho === 0 ? size <= 2 : size === Math.max(...sizes));
      const best = rows.filter(({ k }) => wanted(k)).reduce((a, b) => (b.risk < a.risk ? b : a));
      const others = rows.filter(({ k }) => !wanted(k));
      const byIntervals = others.every(({ values }) => below(paired(differences(best.values, values))));
      jumps.push({ epsilon, rho, byMeans: wanted(least.k), byIntervals });
    }
  return { deviation, regret, jumps };
}
