import {
  candidateById,
  chooseReferences,
  countsOf,
  defaultSettings,
  gridOf,
  isTrees,
  type Task,
} from "@minimand/compare";
import type { Recorded } from "./record.ts";

/** What the command expects of the costs of trials before it has seen any, see `compare/costs.ts`. */
export interface Usual {
  classes: Weights;
  numbers: Weights;
  /** The costs of trees grow with the number of classes to this power. */
  treesByClasses: number;
  /** So many rows more, and the costs of trials are in proportion to their number. */
  rows: number;
}

interface Weights {
  /** A trial of trees, in units of a configuration of the baseline. */
  trees: number;
  /** One configuration. */
  each: Record<string, number>;
}

/** Sums up recorded costs: geometric means over the tables. */
export function usualOf(recorded: readonly Recorded[]): Usual {
  const powers = recorded.filter(({ task }) => task !== "regression");
  const trees = powers.map(({ classes, seconds }) => {
    return { x: Math.log(Math.max(1, classes / 2)), y: Math.log(treesOf(seconds) / medianOf(seconds)) };
  });
  return {
    classes: weightsOf(powers, "cross-entropy"),
    numbers: weightsOf(
      recorded.filter(({ task }) => task === "regression"),
      "squared",
    ),
    treesByClasses: Number(slopeOf(trees).toFixed(2)),
    rows: rowsOf(recorded),
  };
}

const treesId = "gradient-boosted-trees";
const treesOf = (seconds: Recorded["seconds"]): number => lastOf(seconds[treesId]);
/** Without what compiling takes. */
const lastOf = (ofFolds: readonly number[]): number => ofFolds.at(-1)!;

const medianOf = (seconds: Recorded["seconds"]): number => {
  const sorted = Object.values(seconds)
    .map(lastOf)
    .sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
};

function weightsOf(recorded: readonly Recorded[], baseline: string): Weights {
  const ids = [...new Set(recorded.flatMap(({ seconds }) => Object.keys(seconds)))];
  const relative = (id: string): number =>
    geometricMean(
      recorded.flatMap(({ seconds }) => (id in seconds ? [lastOf(seconds[id]) / medianOf(seconds)] : [])),
    );
  const unit = relative(baseline) / configurationsOf(baseline, recorded[0].task);
  const own = ids
    .filter((id) => id !== treesId)
    .map((id) => {
      const { task } = recorded.find(({ seconds }) => id in seconds)!;
      return [id, Number((relative(id) / configurationsOf(id, task) / unit).toPrecision(2))] as const;
    });
  const two = recorded.filter(({ classes }) => classes <= 2);
  const trees = geometricMean(two.map(({ seconds }) => treesOf(seconds) / medianOf(seconds)));
  return { trees: Number((trees / unit).toPrecision(2)), each: Object.fromEntries(own) };
}

/** On the average of least and most. */
function configurationsOf(id: string, task: Task): number {
  const reference = chooseReferences(defaultSettings).candidates.find((one) => one.id === id);
  const candidate = reference ?? candidateById(id, task);
  if (isTrees(candidate)) return 1;
  const { least, most } = countsOf(gridOf(candidate, defaultSettings.configurations));
  return (least + most) / 2;
}

/** The number of rows that fits best, by the tables that were recorded with several numbers of rows. */
function rowsOf(recorded: readonly Recorded[]): number {
  const total = ({ seconds }: Recorded): number =>
    Object.values(seconds).reduce((sum, own) => sum + lastOf(own), 0);
  const tables = [...Map.groupBy(recorded, ({ table }) => table).values()].filter(({ length }) => length > 1);
  const misfit = (more: number): number =>
    tables
      .map((levels) => {
        const units = levels.map((level) => Math.log(total(level) / (more + level.rows)));
        const mean = units.reduce((a, b) => a + b, 0) / units.length;
        return units.reduce((sum, unit) => sum + (unit - mean) ** 2, 0);
      })
      .reduce((a, b) => a + b, 0);
  const tried = Array.from({ length: 41 }, (_, i) => 50 * i);
  return tried.reduce((a, b) => (misfit(b) < misfit(a) ? b : a));
}

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** Of the least squares line. */
function slopeOf(points: readonly { x: number; y: number }[]): number {
  const [x, y] = (["x", "y"] as const).map(
    (axis) => points.reduce((sum, p) => sum + p[axis], 0) / points.length,
  );
  const [xy, xx] = [
    points.reduce((sum, p) => sum + (p.x - x) * (p.y - y), 0),
    points.reduce((sum, p) => sum + (p.x - x) ** 2, 0),
  ];
  return xy / xx;
}
