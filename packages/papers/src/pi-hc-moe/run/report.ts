import { resultsWhere } from "../../kit/evidence.ts";
import { banded } from "../../kit/series.ts";
import {
  deviation,
  difference,
  estimate,
  mean,
  meanOrNull,
  rounded,
  roundOrNull,
} from "../../kit/statistics.ts";
import type { Field, ReproductionReport, Row, Series } from "../../reproduction.ts";
import type { ArmResult } from "./arm-trial.ts";
import { type Arm, armOf, arms, attempts, judged } from "./arms.ts";
import { duration } from "./settings.ts";
import type { Measured } from "./trial.ts";
import { type Errors, judge } from "./verdict.ts";

/** The tables, curves and fields of all parts, the truth's residual first, and the verdict. */
export function reportOf(trials: readonly Measured[]): ReproductionReport {
  const [truth] = resultsWhere(trials, { part: "truth" });
  const [gradients] = resultsWhere(trials, { part: "gradients" });
  const [cost] = resultsWhere(trials, { part: "cost" });
  const steps = new Map<string, Set<number>>();
  for (const { spec } of trials)
    if (spec.part === "arm") steps.set(spec.arm, (steps.get(spec.arm) ?? new Set()).add(spec.steps));
  // What is judged is trained for longest.
  const of = (arm: string, count = Math.max(...(steps.get(arm) ?? []))): ArmResult[] =>
    resultsWhere(trials, { part: "arm", arm, steps: count });
  const trained = [...arms, ...attempts].flatMap((arm) =>
    [...(steps.get(arm.id) ?? [])].map((count) => ({ arm, count, results: of(arm.id, count) })),
  );
  const single = of(judged.hard);
  return {
    rows: [
      { "numerical solution": "compatible data", "residual of the equation": rounded(truth.compatible) },
      { "numerical solution": "the paper's data", "residual of the equation": rounded(truth.original) },
      ...trained.map(({ arm, count, results }) => armRow(arm, count, results)),
      ...gradientRows(gradients),
      ...gradients.cost.map(
        ({ allowed, iterations, milliseconds }): Row => ({
          "iterations allowed": allowed,
          "iterations made": iterations,
          "milliseconds of the gradient": rounded(milliseconds),
        }),
      ),
      ...cost.solves.map(
        ({ total, experts, iterations, milliseconds }): Row => ({
          "points in all": total,
          experts,
          "iterations of a problem": rounded(iterations),
          "milliseconds of a solve": rounded(milliseconds),
        }),
      ),
    ],
    series: trained.map(({ arm, count, results }) => {
      const several = (steps.get(arm.id)?.size ?? 1) > 1;
      return curveOf(several ? `${arm.label}, ${count} steps` : arm.label, results);
    }),
    fields: fieldsOf(truth.field, of),
    ...judge({
      ways: gradients.ways,
      differences: gradients.differences,
      soft: errorsOf(of(judged.soft)),
      hard: errorsOf(single),
      mixture: errorsOf(of(judged.mixture)),
      mixtureMinusHard: difference(meansOf(of(judged.mixture)), meansOf(single)),
    }),
  };
}

const meansOf = (results: readonly ArmResult[]): number[] => results.map(({ errors }) => mean(errors));

function errorsOf(results: readonly ArmResult[]): Errors {
  const all = results.flatMap(({ errors }) => errors);
  return { mean: mean(all), deviation: deviation(all) };
}

function armRow({ label }: Arm, steps: number, results: readonly ArmResult[]): Row {
  const { mean: error, deviation: spread } = errorsOf(results);
  return {
    arm: label,
    steps,
    "relative error": rounded(error),
    "s.d. over instances and seeds": rounded(spread),
    "s.e. over seeds": rounded(estimate(meansOf(results)).error),
    "error before training": rounded(mean(results.map(({ curve }) => curve[0].error))),
    "residual of the equation": rounded(mean(results.map(({ curve }) => curve[curve.length - 1].residual))),
    "solves that converged": roundOrNull(meanOrNull(results.map(({ converged }) => converged)), 3),
    "seconds of training": rounded(mean(results.map(({ seconds }) => seconds))),
  };
}

function gradientRows({
  ways,
  differences,
  ignored,
  gaussNewton,
}: {
  ways: number;
  differences: number;
  ignored: number;
  gaussNewton: number;
}): Row[] {
  const row = (gradient: string, off: number): Row => ({ gradient, off: Number(off.toPrecision(2)) });
  return [
    row("by the adjoint", ways),
    row("by central differences", differences),
    row("by Gauss and Newton's matrix", gaussNewton),
    row("with the minimum held constant", ignored),
  ];
}

/** Error over seconds of training; the first look is at the start, before any. */
function curveOf(name: string, results: readonly ArmResult[]): Series {
  const looks = results[0].curve.map((_, i) => results.map(({ curve }) => curve[i])).slice(1);
  return {
    ...banded(
      { name, xLabel: "seconds of training", yLabel: "relative L2 error" },
      looks.map((marks) => mean(marks.map(({ seconds }) => seconds))),
      looks.map((marks) => marks.map(({ error }) => error)),
    ),
    xScale: "log",
    yScale: "log",
  };
}

/** The first test instance by the numerical solution and the judged arms, and by how much those are off. */
function fieldsOf(truth: number[][], of: (arm: string) => ArmResult[]): Field[] {
  const axes = {
    xLabel: "place x",
    yLabel: "time in s",
    x: [0, 1] as [number, number],
    y: [0, duration] as [number, number],
  };
  const field = (name: string, values: number[][]): Field => ({
    name,
    valueLabel: "concentration u, no unit",
    values,
    ...axes,
  });
  const off = (name: string, values: number[][]): Field => ({
    name: `${name}, error`,
    valueLabel: "difference to the numerical solution, no unit",
    values: values.map((row, i) => row.map((value, j) => Math.round(1e4 * (value - truth[i][j])) / 1e4)),
    ...axes,
  });
  // Names of panels are short.
  const nameOf = (id: string): string => armOf(id).label.split(",")[0];
  const shown = Object.values(judged).map((id) => ({ name: nameOf(id), values: of(id)[0].field }));
  return [
    field("numerical solution", truth),
    ...shown.map(({ name, values }) => field(name, values)),
    ...shown.map(({ name, values }) => off(name, values)),
  ];
}
