import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { differences, mean, percent, signedPoints } from "../../kit/statistics.ts";
import {
  type Cell,
  largestDeviation,
  optimumOf,
  privateFindings,
  type Simulated,
  type SimulatedPrivate,
  theoryOf,
} from "./evidence.ts";
import { innerOptima, innerWins, neverFalls } from "./first-rule.ts";
import { above, below, type Interval, paired, pooled } from "./intervals.ts";
import { simulation } from "./settings.ts";

/** The decision of an interval. */
export type Decided = "holds" | "is undecided" | "is contradicted";

/** (B): of the points whose least risk on the grid is between the ends by the theory, those where its mixture is below both ends. */
export function belowBothEnds(points: readonly Simulated[]): { expected: number; found: number } {
  const isInner = (rho: number): boolean => rho > 0 && rho < 1;
  const expected = points.filter((point) => {
    const grid = point.risks.map(({ rho }) => rho).filter((rho) => simulation.rhos.includes(rho));
    return isInner(grid.reduce((a, b) => (theoryOf(point, b) < theoryOf(point, a) ? b : a)));
  });
  const found = expected.filter((point) => {
    const best = point.risks.find(({ rho }) => rho === optimumOf(point))?.values ?? [];
    const ends = point.risks.filter(({ rho }) => !isInner(rho));
    return ends.every(({ values }) => below(paired(differences(best, values))));
  });
  return { expected: expected.length, found: found.length };
}

const errorsAt = ({ curve }: Cell, rho: number): readonly number[] =>
  curve.find((entry) => entry.rho === rho)?.errors ?? [];

/** Returns, for each seed, the logarithm of the tuned mixture's error over that of the end that is better in the mean. */
function logRatios(cell: Cell): number[] {
  const [bag, instance] = [0, 1].map((rho) => errorsAt(cell, rho));
  const end = mean(bag) <= mean(instance) ? bag : instance;
  return errorsAt(cell, cell.tunedRho).map((error, i) => Math.log(error / end[i]));
}

/** The mean of {@link logRatios} over some cells of one data set, whose splits are the same by seed. */
export function gainOf(cells: readonly Cell[]): Interval {
  const ratios = cells.map(logRatios);
  const bySeed = ratios[0].map((_, seed) => mean(ratios.map((own) => own[seed])));
  return paired(bySeed, cells[0].testTrainRatio);
}

/** (C1): the gain of tuning over the better end with bags of at least 5, over all data sets and in each. */
export function tunedGains(cells: readonly Cell[]): {
  decided: Decided;
  all: Interval;
  each: { dataset: string; gain: Interval }[];
} {
  const counted = Map.groupBy(
    cells.filter(({ k }) => k >= 5),
    ({ dataset }) => dataset,
  );
  const each = [...counted].map(([dataset, own]) => ({ dataset, gain: gainOf(own) }));
  const all = pooled(each.map(({ gain }) => gain));
  const harmed = each.some(({ gain }) => above(gain));
  return {
    decided: above(all) ? "is contradicted" : below(all) && !harmed ? "holds" : "is undecided",
    all,
    each,
  };
}

/** (C2), for one data set and model: whether the mixtures not significantly worse than the best rise, or fall, with the bag size. */
export function rises(cells: readonly Cell[]): Decided {
  const sets = [...cells]
    .sort((a, b) => a.k - b.k)
    .map(({ curve, testTrainRatio }) => {
      const best = curve.reduce((a, b) => (mean(b.errors) < mean(a.errors) ? b : a));
      return curve
        .filter(({ errors }) => !above(paired(differences(errors, best.errors), testTrainRatio)))
        .map(({ rho }) => rho);
    });
  // The smallest that is left leaves the most choices for the next sizes.
  let least = 0;
  for (const set of sets) least = Math.min(...set.filter((rho) => rho >= least));
  if (least === Infinity) return "is contradicted";
  return sets[0].some((rho) => sets.every((set) => set.includes(rho))) ? "is undecided" : "holds";
}

/** Groups cells by data set and model. */
function groupsOf(cells: readonly Cell[]): [name: string, cells: Cell[]][] {
  return [...Map.groupBy(cells, ({ dataset, model }) => `${dataset}, ${model}`)];
}

/** Returns the verdict with counts of means instead of intervals, and the jump of (D) asked for up to some epsilon. */
function byCounts(
  points: readonly Simulated[],
  privatePoints: readonly SimulatedPrivate[],
  cells: readonly Cell[],
  largestEpsilon: number,
): Verdict["verdict"] {
  const inner = innerOptima(points);
  const c1 = innerWins(cells);
  const found = privateFindings(privatePoints);
  const core = largestDeviation(points) <= 0.05 && inner.expected > 0 && inner.found === inner.expected;
  const wins = 2 * c1.wins > c1.cells;
  const jump = found.jumps.every(({ epsilon, byMeans }) => epsilon > largestEpsilon || byMeans);
  const d = found.deviation <= 0.1 && found.regret <= 0.05 && jump;
  const never = groupsOf(cells).every(([, own]) => neverFalls(own));
  return graded(core && wins && never && d, core && (wins || d));
}

/** Writes the mean of a logarithm as `-9.1 % (-12.0 to -6.2)`. */
function inPercent({ mean, low, high }: Interval): string {
  const [middle, from, to] = [mean, low, high].map((value) => signedPoints(Math.expm1(value)));
  return `${middle} % (${from} to ${to})`;
}

/** Says where the end of the jump is not significant, and whether its mean is least. */
function unresolved(open: ReturnType<typeof privateFindings>["jumps"]): string {
  const places = open.map(
    ({ epsilon, rho, byMeans }) =>
      `epsilon ${epsilon} and rho ${rho}${byMeans ? " (the mean is least where it should be)" : ""}`,
  );
  return `not resolved for ${places.join(", ")}`;
}

/** Applies the rule of the card. */
export function judge(
  points: readonly Simulated[],
  privatePoints: readonly SimulatedPrivate[],
  cells: readonly Cell[],
): Verdict {
  const deviation = largestDeviation(points);
  const ends = belowBothEnds(points);
  const gains = tunedGains(cells);
  const trends = groupsOf(cells).map(([name, own]) => ({ name, decided: rises(own) }));
  const found = privateFindings(privatePoints);
  const a = deviation <= 0.05;
  const b = ends.expected > 0 && ends.found === ends.expected;
  const c1 = gains.decided === "holds";
  const named = (decided: Decided): string[] =>
    trends.filter((own) => own.decided === decided).map(({ name }) => name);
  const [rising, falling] = [named("holds"), named("is contradicted")];
  const c2: Decided = falling.length > 0 ? "is contradicted" : rising.length > 0 ? "holds" : "is undecided";
  // With less noise (larger epsilons) the bias of large bags counts as well.
  const open = found.jumps.filter(({ epsilon, byIntervals }) => epsilon <= 1 && !byIntervals);
  const jump = open.length === 0;
  const d = found.deviation <= 0.1 && found.regret <= 0.05 && jump;
  const verdict = graded(a && b && c1 && c2 === "holds" && d, a && b && (c1 || d));
  const [first, second] = [Infinity, 1].map((most) => byCounts(points, privatePoints, cells, most));
  const trend = [
    ...(rising.length > 0
      ? [`a rise of the best mixture with the bag size shows in ${rising.join(" and ")}`]
      : []),
    ...(falling.length > 0 ? [`a fall shows in ${falling.join(" and ")}`] : []),
  ];
  const wins = innerWins(cells);
  const because =
    `(A) ${word(a)}: the simulated risk is at most ${percent(deviation)} % off the theory. ` +
    `(B) ${word(b)}: at the theory's mixture it is below both ends in ${ends.found} of ${ends.expected} points where it should be. ` +
    `(C1) ${gains.decided}: with bags of at least 5 the tuned mixture's error less the better end's is ${inPercent(gains.all)}, on ` +
    `${gains.each.map(({ dataset, gain }) => `${dataset} ${inPercent(gain)}`).join(", ")}. ` +
    `(C2) ${c2}: ${trend.length > 0 ? trend.join("; ") : "neither a rise nor a fall of the best mixture with the bag size shows"}. ` +
    `(D) ${word(d)}: private risks are at most ${percent(found.deviation)} % off the formula, whose best bag size costs at ` +
    `most ${percent(found.regret)} %; the jump from the smallest to the largest bags up to epsilon 1 is ${jump ? "there" : unresolved(open)}. ` +
    `By the first rule (means counted, the jump asked for at every epsilon; the tuned mixture is inside and beats both ends in ${wins.wins} of ${wins.cells} cells) the verdict would be ${first}, with the jump up to epsilon 1 alone ${second}.`;
  return { verdict, because };
}
