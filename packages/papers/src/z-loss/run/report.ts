import type { Choices } from "../../kit/choices.ts";
import { estimate, mean, percentOf } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import type { DigitArm, WordArm } from "./arms.ts";
import { names, rateOf } from "./arms.ts";
import {
  gathered,
  type Measured,
  mrrAt,
  positionsOf,
  type Runs,
  secondsAt,
  secondsTo,
  topAt,
} from "./measured.ts";
import { ks } from "./settings.ts";
import type { Measured as AnyTrial } from "./trial.ts";
import { judge } from "./verdict.ts";

/** The report of a run: its rows, curves and verdict. */
export function reportOf(trials: readonly AnyTrial[], choices: Choices): ReproductionReport {
  const measured = gathered(trials);
  return {
    rows: [
      ...wordRows(measured.words, `${measured.classes} words`, choices),
      ...digitRows(measured, choices),
      ...speedRows(measured),
    ],
    series: [...wordSeries(measured), ...speedSeries(measured)],
    ...judge(measured, choices),
  };
}

/** A row for each arm at the number of positions where all are compared, and one at its own end. */
function wordRows(table: Measured["words"], setting: string, choices: Choices): Row[] {
  const shared = Math.max(...positionsOf(table["log-softmax"] ?? []));
  const level = mean(mrrAt(table["log-softmax"] ?? [], shared));
  return Object.entries(table).flatMap(([arm, runs]) => {
    const ends = [...new Set([shared, Math.max(...positionsOf(runs))])];
    const reached = ends.filter((positions) => positionsOf(runs).includes(positions));
    return reached.map((positions) => wordRow(arm, runs, positions, { setting, level, choices }));
  });
}

function wordRow(
  arm: string,
  runs: Runs,
  positions: number,
  { setting, level, choices }: { setting: string; level: number; choices: Choices },
): Row {
  const errors = ks.map((k) => {
    const { mean, error, n } = estimate(topAt(runs, positions, k));
    return [`top-${k} error %`, percentOf({ mean: 1 - mean, error, n })] as const;
  });
  const reached = secondsTo(runs, level);
  return {
    part: "words",
    setting,
    arm,
    positions,
    ...Object.fromEntries(errors),
    MRR: round(mean(mrrAt(runs, positions)), 4),
    "training s": round(secondsAt(runs, positions), 2),
    "s to log-softmax's MRR": reached === null ? null : round(reached, 2),
    "learning rate": rateOf(choices, names.words(arm as WordArm)),
    seeds: runs.length,
    diverged: runs.filter((run) => run === null).length,
  };
}

function digitRows({ digits }: Measured, choices: Choices): Row[] {
  return Object.entries(digits).map(([arm, accuracies]) => {
    const { mean, error, n } = estimate(accuracies);
    return {
      part: "digits",
      setting: "8 x 8 digits",
      arm,
      "top-1 error %": percentOf({ mean: 1 - mean, error, n }),
      "learning rate": rateOf(choices, names.digits(arm as DigitArm)),
      seeds: n,
    };
  });
}

function speedRows({ speed }: Measured): Row[] {
  return Object.entries(speed).flatMap(([arm, times]) =>
    Object.entries(times).map(([classes, ms]) => ({
      part: "speed",
      setting: `${classes} classes`,
      arm,
      "ms a step": round(ms, 2),
    })),
  );
}

function wordSeries({ words }: Measured): Series[] {
  return Object.entries(words).map(([name, runs]) => ({
    name,
    xLabel: "seconds of training",
    yLabel: "mean reciprocal rank",
    x: positionsOf(runs).map((positions) => secondsAt(runs, positions)),
    y: positionsOf(runs).map((positions) => mean(mrrAt(runs, positions))),
  }));
}

function speedSeries({ speed }: Measured): Series[] {
  return Object.entries(speed).map(([arm, times]) => ({
    name: `step of ${arm}`,
    xLabel: "classes",
    yLabel: "milliseconds",
    x: Object.keys(times).map(Number),
    y: Object.values(times),
  }));
}

function round(value: number, digits: number): number | null {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : null;
}
