import { resultsWhere } from "../../kit/evidence.ts";
import { banded } from "../../kit/series.ts";
import { deviation, difference, estimate, logSlope, mean as meanOf } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { type Arm, armOf, arms } from "./arms.ts";
import { costFactors, curvePoints, type Task } from "./settings.ts";
import type { BanditResult, Measured } from "./trial.ts";
import { type Evidence, judge } from "./verdict.ts";

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Tables, curves with bands and the verdict. */
export function reportOf(measured: readonly Measured[], tasks: readonly Task[]): ReproductionReport {
  const resultsOf = (task: string, arm: string, costFactor = 1): BanditResult[] =>
    resultsWhere(measured, { part: "bandit", task, arm, costFactor });
  const regrets = (task: string, arm: string, costFactor?: number): number[] =>
    resultsOf(task, arm, costFactor).map(({ regret }) => regret);

  const rows: Row[] = [];
  const series: Series[] = [];
  for (const { id, label } of tasks) {
    const [rounds] = measured.flatMap(({ spec }) => ("task" in spec && spec.task === id ? spec.rounds : []));
    for (const arm of arms) {
      const results = resultsOf(id, arm.id);
      if (results.length === 0) continue;
      rows.push(rowOf(label, arm, results, regrets(id, "fast")));
      series.push(curveOf(label, arm, results, rounds));
    }
  }
  const evidence = tasks
    .filter(({ counted }) => counted)
    .map(({ id, label }): Evidence => {
      const of = (arm: Arm) => ({ label: arm.label, regrets: regrets(id, arm.id) });
      const rivals = arms.filter(({ rival }) => rival === "paper");
      return {
        task: label,
        fast: regrets(id, "fast"),
        square: regrets(id, "square"),
        greedy: rivals.filter((arm) => arm.id.startsWith("epsilon")).map(of),
        rivals: rivals.map(of),
        variants: arms.filter(({ rival }) => rival === "ours").map(of),
      };
    });
  rows.push(...perturbationRows(regrets), ...costRows(regrets));
  const grown = growthOf(measured);
  return { rows: [...rows, ...grown.rows], series: [...series, ...grown.series], ...judge(evidence) };
}

function rowOf(task: string, arm: Arm, results: readonly BanditResult[], fast: readonly number[]): Row {
  const regrets = results.map(({ regret }) => regret);
  const { mean, error } = estimate(regrets);
  const paired = difference(fast, regrets);
  return {
    task,
    bandit: arm.label,
    seeds: results.length,
    regret: round(mean, 1),
    "s.e.": round(error, 1),
    "s.d. of one seed": round(deviation(regrets), 1),
    least: round(Math.min(...regrets), 0),
    largest: round(Math.max(...regrets), 0),
    "regret of the second half": round(meanOf(results.map((r) => r.secondHalf)), 1),
    "NeuFastCB minus it": arm.id === "fast" ? null : round(paired.mean, 1),
    "s.e. of that": arm.id === "fast" ? null : round(paired.error, 1),
    diverged: results.filter(({ diverged }) => diverged).length,
    "seconds a run": round(meanOf(results.map(({ milliseconds }) => milliseconds)) / 1000, 2),
  };
}

function curveOf(task: string, arm: Arm, results: readonly BanditResult[], rounds: number): Series {
  const at = Array.from({ length: curvePoints }, (_, k) => k);
  return banded(
    { name: arm.label, xLabel: "round", yLabel: `cumulative regret, ${task}` },
    at.map((k) => Math.round(((k + 1) / curvePoints) * rounds)),
    at.map((k) => results.map(({ curve }) => curve[k])),
    (value) => round(value, 2),
  );
}

type Regrets = (task: string, arm: string, costFactor?: number) => number[];

/** Signs against their mean and against none, paired; on digits. */
function perturbationRows(regrets: Regrets): Row[] {
  return [
    ["fast", "fast-expected"],
    ["fast", "fast-none"],
    ["square", "square-expected"],
    ["square", "square-none"],
  ].flatMap(([signs, other]): Row[] => {
    const [a, b] = [regrets("digits", signs), regrets("digits", other)];
    if (b.length === 0) return [];
    const { mean, error } = difference(a, b);
    return [
      {
        "perturbation by signs against": armOf(other).label,
        "difference in regret": round(mean, 1),
        "s.e. of that": round(error, 1),
      },
    ];
  });
}

/** What smaller costs change: the regret of both, in units of the cost, and its ratio. */
function costRows(regrets: Regrets): Row[] {
  return costFactors.flatMap((factor): Row[] => {
    const [fast, square] = [regrets("digits", "fast", factor), regrets("digits", "square", factor)];
    if (fast.length === 0 || square.length === 0) return [];
    const [f, s] = [meanOf(fast), meanOf(square)];
    return [
      {
        "costs times": factor,
        "NeuFastCB, regret by factor": round(f, 1),
        "NeuSquareCB, regret by factor": round(s, 1),
        ratio: round(f / s, 3),
      },
    ];
  });
}

const labels = [
  { id: "perturbed", label: "perturbed, steps falling as 1/t" },
  { id: "plain", label: "plain, steps falling as 1/sqrt(t)" },
] as const;

function growthOf(measured: readonly Measured[]): { rows: Row[]; series: Series[] } {
  const rows: Row[] = [];
  const series: Series[] = [];
  for (const { id, label } of labels) {
    const results = resultsWhere(measured, { part: "growth", learner: id });
    if (results.length === 0) continue;
    const { horizons } = results[0];
    const values = horizons.map((_, k) => results.map(({ regret }) => regret[k]));
    const means = values.map(meanOf);
    rows.push({
      "regression alone": label,
      seeds: results.length,
      ...Object.fromEntries(horizons.map((t, k) => [`regret at ${t}`, round(means[k], 2)])),
      "grows as t to the power": round(logSlope(horizons, means), 2),
    });
    const axes = { name: label, xLabel: "examples", yLabel: "regret of the regression" };
    series.push(banded(axes, horizons, values, (value) => round(value, 3)));
  }
  return { rows, series };
}
