import { difference, mean } from "../../kit/statistics.ts";
import { type Cell, optimumOf, type Simulated, theoryOf } from "./evidence.ts";
import { simulation } from "./settings.ts";

// The rule had counts of means before it had paired intervals; the verdict's text also gives the verdict by that form.

/** (B): of the points whose least risk on the grid is between the ends by the theory, those where the simulation agrees. */
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
    // The smallest leaves the most choices for the next sizes.
    least = Math.min(...next);
  }
  return true;
}
