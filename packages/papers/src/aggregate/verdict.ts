import { aggregateRisk, optimalBagSize, optimalRho, privateAggregateRisk } from "minimand";
import { graded, type Verdict, word } from "../kit/evidence.ts";
import { difference, mean, percent as percentOf } from "../kit/statistics.ts";
import { privacy, simulation } from "./settings.ts";

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

/** (B): of the points whose least risk on the grid is inside by the theory, those where the simulation agrees. */
export function innerOptima(points: readonly Simulated[]): { expected: number; found: number } {
  let [expected, found] = [0, 0];
  for (const point of points) {
    const grid = point.risks.filter(({ rho }) => simulation.rhos.includes(rho));
    const argmin = (risk: (entry: (typeof grid)[number]) => number): number =>
      grid.reduce((best, entry) => (risk(entry) < risk(best) ? entry : best)).rho;
    const isInner = (rho: number): boolean => rho > 0 && rho < 1;
    if (!isInner(argmin(({ rho }) => theoryOf(point, rho)))) continue;
    expected++;
    const best = optimumOf(point);
    const atBest = point.risks.find(({ rho }) => rho === best);
    const ends = grid.filter(({ rho }) => !isInner(rho)).map(({ values }) => mean(values));
    if (atBest === undefined) continue;
    if (isInner(argmin(({ values }) => mean(values))) && mean(atBest.values) <= Math.min(...ends)) found++;
  }
  return { expected, found };
}

/** (C1): cells with bags of at least 5, and those whose tuned mixture is inside and better than both ends. */
export function innerWins(cells: readonly Cell[]): { cells: number; wins: number } {
  const counted = cells.filter(({ k }) => k >= 5);
  const wins = counted.filter(({ tunedRho, curve }) => {
    const at = (rho: number): number => {
      const found = curve.find((entry) => entry.rho === rho);
      return found === undefined ? Infinity : mean(found.errors);
    };
    return tunedRho > 0 && tunedRho < 1 && at(tunedRho) < Math.min(at(0), at(1));
  });
  return { cells: counted.length, wins: wins.length };
}

/** (C2): whether mixtures within a standard error of the best can be chosen so that they never fall with the bag size. */
export function neverFalls(cells: readonly Cell[]): boolean {
  let least = 0;
  for (const { curve } of [...cells].sort((a, b) => a.k - b.k)) {
    const best = curve.reduce((a, b) => (mean(b.errors) < mean(a.errors) ? b : a));
    const next = curve.flatMap(({ rho, errors }) => {
      const { mean: excess, error } = difference(errors, best.errors);
      return excess <= error && rho >= least ? [rho] : [];
    });
    if (next.length === 0) return false;
    // The smallest leaves the most to choose from.
    least = Math.min(...next);
  }
  return true;
}

/** (D): how the private simulation compares with the formula. */
export function privateFindings(points: readonly SimulatedPrivate[]): {
  deviation: number;
  /** Most that the formula's best size costs over the least simulated risk, as a share. */
  regret: number;
  jump: boolean;
} {
  const at = (epsilon: number, rho: number) =>
    points
      .filter((point) => point.epsilon === epsilon)
      .map((point) => {
        const risk = mean(point.risks.find((entry) => entry.rho === rho)?.values ?? []);
        return { k: point.k, risk, theory: privateTheoryOf(point, rho) };
      });
  let [deviation, regret, jump] = [0, 0, true];
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
      // With less noise than that the bias of large bags counts as well.
      if (epsilon > 1) continue;
      if (rho === 0 && least.k > 2) jump = false;
      if (rho === 1 && least.k !== Math.max(...sizes)) jump = false;
    }
  return { deviation, regret, jump };
}

/** The rule of the card. */
export function judge(
  points: readonly Simulated[],
  privatePoints: readonly SimulatedPrivate[],
  cells: readonly Cell[],
): Verdict {
  const deviation = largestDeviation(points);
  const inner = innerOptima(points);
  const c1 = innerWins(cells);
  const groups = [...new Set(cells.map(({ dataset, model }) => `${dataset}, ${model}`))];
  const falling = groups.filter(
    (name) => !neverFalls(cells.filter(({ dataset, model }) => `${dataset}, ${model}` === name)),
  );
  const found = privateFindings(privatePoints);
  const a = deviation <= 0.05;
  const b = inner.expected > 0 && inner.found === inner.expected;
  const wins = 2 * c1.wins > c1.cells;
  const rises = falling.length === 0;
  const d = found.deviation <= 0.1 && found.regret <= 0.05 && found.jump;
  const verdict = graded(a && b && wins && rises && d, a && b && (wins || d));
  const percent = (share: number): string => `${percentOf(share)} %`;
  const because =
    `(A) ${word(a)}: the simulated risk is at most ${percent(deviation)} off the theory. ` +
    `(B) ${word(b)}: the best mixture is inside in ${inner.found} of ${inner.expected} points where it should be. ` +
    `(C1) ${word(wins)}: the tuned mixture is inside and beats both ends in ${c1.wins} of ${c1.cells} cells. ` +
    `(C2) ${word(rises)}${rises ? "" : `: the best mixture falls with the bag size in ${falling.join(" and ")}`}. ` +
    `(D) ${word(d)}: private risks are at most ${percent(found.deviation)} off the formula, whose best bag size costs at ` +
    `most ${percent(found.regret)}; the jump from the smallest to the largest bags is ${found.jump ? "" : "not "}there.`;
  return { verdict, because };
}
