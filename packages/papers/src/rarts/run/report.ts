import { resultsWhere } from "../../kit/evidence.ts";
import {
  difference,
  differences,
  type Estimate,
  estimate,
  mean,
  meanOrNull,
  median,
  round,
  rounded,
  roundOrNull,
} from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { cellArms, type GateArm, gateArms, widthArms } from "./arms.ts";
import type { CellResult } from "./cells.ts";
import type { GatesResult } from "./gates.ts";
import type { RandomResult } from "./random.ts";
import { type SpaceName, width } from "./settings.ts";
import { signedRank } from "./signed-rank.ts";
import { methodLabel, type SolvableResult, type SolvableSpec } from "./solvable.ts";
import type { Measured } from "./trial.ts";
import { type Found, judge } from "./verdict.ts";
import type { WidthResult } from "./widths.ts";

type Chosen = CellResult | RandomResult;

/** The tables of all parts, the ways on the solvable model, the curves of the gates, and the verdict. */
export function reportOf(
  trials: readonly Measured[],
  /** Mean test accuracy of every cell of the small space. */
  table: { [cell: string]: number },
  space: SpaceName,
): ReproductionReport {
  const solvable = trials.flatMap(({ spec, result }) =>
    spec.part === "solvable" ? [{ method: spec.method, result: result as SolvableResult }] : [],
  );
  const cells = (arm: string) => resultsWhere(trials, { part: "cell", arm });
  const widths = (arm: string) => resultsWhere(trials, { part: "width", arm });
  const gates = gateArms.map((arm) => [arm, resultsWhere(trials, { part: "gates", arm })] as const);
  const [cost] = resultsWhere(trials, { part: "cost" });
  if (cost === undefined) throw new RangeError("results: expected those of the cost, got none");

  const ranking = Object.entries(table).sort((a, b) => b[1] - a[1]);
  const known = space === "small";
  const rankOf = (cell: string | null): number =>
    cell === null ? ranking.length + 1 : 1 + ranking.findIndex(([name]) => name === cell);
  // Where no table has the cells: the share of test rows that the retrained cell gets wrong.
  const lossOf = ({ cell, retrained }: Chosen): number =>
    known ? ranking[0][1] - (cell === null ? 0 : table[cell]) : 1 - (retrained ?? 0);
  const placeOf = (chosen: Chosen): number => (known ? rankOf(chosen.cell) : lossOf(chosen));
  const losses = (own: readonly Chosen[]): number[] => own.map(lossOf);
  const toOther = (own: readonly Chosen[], other: string) =>
    signedRank(differences(own.map(placeOf), cells(other).map(placeOf)));
  const second = cost.milliseconds["darts-2"];
  const arms = cellArms.filter(({ id }) => id in cost.milliseconds);

  const cellRow = (label: string, own: readonly Chosen[]): Row => {
    const lost = losses(own);
    const { mean: average, error } = estimate(lost);
    const minusSecond = difference(lost, losses(cells("darts-2")));
    const [toFirst, toSecond] = ["darts-1", "darts-2"].map((other) => toOther(own, other));
    // A random search has nothing of a supernet, but the columns of the others.
    const ofSupernet = (number: (result: CellResult) => number | null) =>
      roundedMean(own.map((result) => (result.part === "cell" ? number(result) : null)));
    return {
      "cell search": label,
      [known ? "regret, points" : "error, points"]: points(average),
      "s.e.": points(error),
      largest: points(Math.max(...lost)),
      ...(known && {
        "median rank of 64": median(own.map(({ cell }) => rankOf(cell))),
        "mean rank": round(mean(own.map(({ cell }) => rankOf(cell))), 1),
        "s.e. of ranks": round(estimate(own.map(({ cell }) => rankOf(cell))).error, 1),
        "among the best 5": own.filter(({ cell }) => rankOf(cell) <= 5).length,
      }),
      seeds: own.length,
      "most often": mostOften(own.map(({ cell }) => cell ?? "diverged")),
      "minus first order": points(difference(lost, losses(cells("darts-1"))).mean),
      "minus second order": points(minusSecond.mean),
      "s.e. of that": points(minusSecond.error),
      "better than first order": toFirst.below,
      "worse than first order": toFirst.above,
      "better than second order": toSecond.below,
      "worse than second order": toSecond.above,
      "p to second order": rounded(toSecond.p),
      "mean weight of the winner": ofSupernet(({ decided }) => decided),
      "supernet test, w": ofSupernet(({ test }) => test.weights),
      "supernet test, y": ofSupernet(({ test }) => test.twin),
      "supernet test, mean of both": ofSupernet(({ test }) => test.average),
      gradients: own[0]?.gradients ?? null,
      "seconds a search": rounded(mean(own.map(({ seconds }) => seconds))),
    };
  };
  const rows: Row[] = [
    ...solvable.map(({ method, result }) => solvableRow(method, result)),
    // Some are timed and don't search at every scale.
    ...arms.filter(({ id }) => cells(id).length > 0).map(({ id, label }) => cellRow(label, cells(id))),
    cellRow("Random search, as many gradients as second order", resultsWhere(trials, { part: "random" })),
    ...arms.map(
      ({ id, label }): Row => ({
        "cost of a step": label,
        "gradients a step": cost.gradients[id],
        milliseconds: rounded(cost.milliseconds[id]),
        "share of second order": rounded(cost.milliseconds[id] / second),
        "saved, percent": Math.round(100 * (1 - cost.milliseconds[id] / second)),
      }),
    ),
    ...widthArms.map(({ id, label }): Row => widthRow(label, widths(id), widths("width-slimming"))),
    ...gates.map((own) => gateRow(...own)),
    ...(known ? ranking : [])
      .filter((_, i) => i < 5 || i >= ranking.length - 3)
      .map(([cell, accuracy]): Row => ({ "cell of the space": cell, "test accuracy": rounded(accuracy) })),
  ];
  const order = (id: string, name: string): Found => ({
    order: name,
    toFirst: toOther(cells(id), "darts-1"),
    toSecond: toOther(cells(id), "darts-2"),
    mean: mean(losses(cells(id))),
    minusFirst: difference(losses(cells(id)), losses(cells("darts-1"))),
    minusSecond: difference(losses(cells(id)), losses(cells("darts-2"))),
  });
  return {
    rows,
    series: [
      ...solvable.map(({ method, result }) => way(method, result)),
      ...gates.map((own) => gateCurve(...own)),
    ],
    ...judge({
      limitError: Math.max(...solvable.map(({ result }) => result.error)),
      rise: Math.max(...solvable.map(({ result }) => result.rise ?? 0)),
      milliseconds: {
        first: cost.milliseconds["darts-1"],
        gaussSeidel: cost.milliseconds.rarts,
        jacobi: cost.milliseconds["rarts-jacobi"],
        second,
      },
      found: [order("rarts", "Gauss-Seidel"), order("rarts-jacobi", "Jacobi")],
      widths: width.keeps.map((keep) => ({
        keep,
        difference: difference(
          accuracies(widths("width-rarts"), keep),
          accuracies(widths("width-slimming"), keep),
        ),
      })),
    }),
  };
}

function solvableRow(
  method: SolvableSpec["method"],
  { found, limit, error, rise, steps }: SolvableResult,
): Row {
  return {
    "solvable model": methodLabel(method),
    alpha: digits(found.architecture),
    w: digits(found.weights),
    y: found.twin === undefined ? null : digits(found.twin),
    "alpha in closed form": digits(limit.architecture),
    "distance from the limit": Number(error.toExponential(1)),
    "largest rise of the objective": rise === null ? null : Number(rise.toExponential(1)),
    steps,
  };
}

const accuracies = (results: readonly WidthResult[], keep: number): number[] =>
  results.map(({ accuracy }) => accuracy[keep]);

function widthRow(label: string, own: readonly WidthResult[], slimming: readonly WidthResult[]): Row {
  const row: Row = {
    "width search": label,
    "64 channels": rounded(mean(own.map(({ whole }) => whole))),
    "gates at zero": rounded(mean(own.map(({ closed }) => closed))),
  };
  for (const keep of width.keeps) {
    const { mean: m, error }: Estimate = difference(accuracies(own, keep), accuracies(slimming, keep));
    row[`${keep} channels`] = rounded(mean(accuracies(own, keep)));
    row[`${keep} channels, minus slimming`] = rounded(m);
    row[`s.e. of that, ${keep}`] = rounded(error);
  }
  return row;
}

const gateLabels = {
  "darts-1": "DARTS, first order",
  "darts-2": "DARTS, second order",
  rarts: "RARTS",
  "rarts-value": "RARTS with a value function",
  exact: "Exact hypergradient",
};

function gateRow(arm: GateArm, own: readonly GatesResult[]): Row {
  const last = own.map(({ curve }) => curve[curve.length - 1]);
  return {
    "feature gates": gateLabels[arm],
    "validation error at the start": rounded(mean(own.map(({ curve }) => curve[0].val))),
    "validation error": rounded(mean(last.map(({ val }) => val))),
    "test error": rounded(mean(last.map(({ test }) => test))),
    gradients: Math.round(mean(last.map(({ gradients }) => gradients))),
  };
}

function gateCurve(arm: GateArm, results: readonly GatesResult[]): Series {
  // Logarithms, as the exact hypergradient costs ten times as much; the start has spent nothing and has none.
  const points = (results[0]?.curve ?? []).slice(1);
  const average = (i: number, of: (point: GatesResult["curve"][number]) => number): number =>
    mean(results.map(({ curve }) => of(curve[i + 1])));
  return {
    name: `feature gates, ${gateLabels[arm]}`,
    xLabel: "log10 of gradients spent",
    yLabel: "validation error of the gates, weights refitted",
    x: points.map((_, i) => Math.log10(average(i, ({ gradients }) => gradients))),
    y: points.map((_, i) => average(i, ({ val }) => val)),
  };
}

/** The way of a search on the solvable model, weights over architecture. */
function way(method: SolvableSpec["method"], { path }: SolvableResult): Series {
  return {
    name: methodLabel(method),
    xLabel: "alpha",
    yLabel: "w",
    x: path.map(([alpha]) => digits(alpha)),
    y: path.map(([, w]) => digits(w)),
  };
}

const points = (share: number): number => Math.round(1e4 * share) / 100;
const digits = (value: number): number => Number(value.toPrecision(11));
const roundedMean = (values: readonly (number | null)[]): number | null => roundOrNull(meanOrNull(values), 4);
function mostOften(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [value, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  return `${value} (${count})`;
}
