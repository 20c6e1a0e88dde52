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

/** What the command expects of the costs of trials before it has seen any, see `budget/costs.ts`. */
export interface Usual {
  classes: Weights;
  numbers: Weights;
  /** So many rows more, and the costs of trials are in proportion to their number. */
  rows: number;
}

/** By candidate the cost of one configuration with two classes (of trees: of a trial), and its power of half the number of classes. */
type Weights = Record<string, [weight: number, power: number]>;

/** Sums up recorded costs: lines through their logarithms, in units of a configuration of the baseline. */
export function usualOf(recorded: readonly Recorded[]): Usual {
  const ofClasses = recorded.filter(({ task }) => task !== "regression");
  const ofNumbers = recorded.filter(({ task }) => task === "regression");
  return {
    classes: weightsOf(ofClasses, "cross-entropy"),
    numbers: weightsOf(ofNumbers, "squared"),
    rows: rowsOf(recorded),
  };
}

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
  const lineOf = (id: string): Line => {
    const own = recorded.filter(({ seconds }) => id in seconds);
    const points = own.map(({ classes, seconds }) => ({
      x: Math.log(Math.max(1, classes / 2)),
      y: Math.log(lastOf(seconds[id]) / medianOf(seconds) / configurationsOf(id, own[0].task)),
    }));
    return throughOf(points);
  };
  const unit = lineOf(baseline);
  return Object.fromEntries(
    ids.map((id) => {
      const { at0, slope } = lineOf(id);
      const weight = Number(Math.exp(at0 - unit.at0).toPrecision(2));
      return [id, [weight, Number((slope - unit.slope).toFixed(2))] as [number, number]];
    }),
  );
}

/** On the average of least and most; a library has settings of its own. */
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

type Line = Record<"at0" | "slope", number>;

/** The least squares line; level where all points have the same x. */
function throughOf(points: readonly { x: number; y: number }[]): Line {
  const [x, y] = (["x", "y"] as const).map(
    (axis) => points.reduce((sum, p) => sum + p[axis], 0) / points.length,
  );
  const xy = points.reduce((sum, p) => sum + (p.x - x) * (p.y - y), 0);
  const xx = points.reduce((sum, p) => sum + (p.x - x) ** 2, 0);
  const slope = xx === 0 ? 0 : xy / xx;
  return { at0: y - slope * x, slope };
}
