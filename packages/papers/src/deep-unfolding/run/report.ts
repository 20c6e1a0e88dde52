import { resultsWhere } from "../../kit/evidence.ts";
import { banded } from "../../kit/series.ts";
import { estimate, mean, round } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Scale, Series } from "../../reproduction.ts";
import { armsOf } from "./arms.ts";
import type { Curves } from "./programs.ts";
import { type Problem, problems, shifts } from "./settings.ts";
import type { ArmResult, Measured, PlainResult, Score } from "./trial.ts";
import { type Evidence, gapTo, judge, type Scores } from "./verdict.ts";

const last = ({ mse, objective }: Curves): Score => ({ mse: mse.at(-1)!, objective: objective.at(-1)! });
const ends = (results: readonly { test: Curves }[]): Scores => results.map(({ test }) => last(test));
const digits = (value: number): number => round(value, 5);

/** All results of a problem. */
interface Outcome {
  problem: Problem;
  plain: readonly PlainResult[];
  trained: readonly { name: string; results: readonly ArmResult[] }[];
}

/** Returns tables, curves and verdict of a run. */
export function reportOf(trials: readonly Measured[], scale: Scale): ReproductionReport {
  const outcomes = problems.map((problem): Outcome => {
    const of = { problem: problem.id };
    return {
      problem,
      plain: resultsWhere(trials, { part: "plain", ...of }),
      trained: armsOf(problem, scale).map(({ id }) => ({
        name: id,
        results: resultsWhere(trials, { part: "arm", ...of, arm: id }),
      })),
    };
  });
  return {
    rows: [...outcomes.flatMap(scoreRows), ...outcomes.flatMap(shiftRows)],
    series: [...outcomes.flatMap(convergence), ...outcomes.flatMap(stepCurves)],
    ...judge(evidenceOf(outcomes)),
  };
}

function trainedBy({ trained }: Outcome, name: string): readonly ArmResult[] {
  const found = trained.find((own) => own.name === name);
  if (found === undefined) throw new RangeError(`arms: expected results of ${name}, got none`);
  return found.results;
}

function evidenceOf(outcomes: readonly Outcome[]): Evidence {
  const both = (outcome: Outcome) => ({
    supervised: ends(trainedBy(outcome, "supervised")),
    unsupervised: ends(trainedBy(outcome, "unsupervised")),
    converged: outcome.plain.map(({ converged }) => converged),
  });
  const hard = outcomes.filter(({ problem }) => problem.algorithm === "iht")[0];
  return {
    convex: outcomes
      .filter(({ problem }) => problem.algorithm === "ista")
      .map((outcome) => ({
        name: outcome.problem.id,
        ...both(outcome),
        fista: outcome.plain.map(({ fista }) => last(fista!)),
      })),
    hard: both(hard),
    shifts: shifts.map(({ id }, i) => ({
      name: id,
      supervised: trainedBy(hard, "supervised").map(({ shifted }) => shifted[i]),
      unsupervised: trainedBy(hard, "unsupervised").map(({ shifted }) => shifted[i]),
    })),
  };
}

/** Returns the scores of each method, the untrained ones first. */
function scoreRows(outcome: Outcome): Row[] {
  const { problem, plain, trained } = outcome;
  const name = problem.algorithm.toUpperCase();
  const converged = plain.map((own) => own.converged);
  const methods: [string, Scores][] = [
    [name, ends(plain)],
    [`${name}, converged`, converged],
    ...(plain[0].fista === null
      ? []
      : [["FISTA", plain.map(({ fista }) => last(fista!))] as [string, Scores]]),
    ...trained.map(({ name, results }): [string, Scores] => [name, ends(results)]),
  ];
  return methods.map(([method, scores]): Row => {
    const mse = estimate(scores.map((score) => score.mse));
    const objective = estimate(scores.map((score) => score.objective));
    return {
      problem: problem.id,
      method,
      MSE: digits(mse.mean),
      "s.e. of MSE": digits(mse.error),
      objective: digits(objective.mean),
      "s.e. of objective": digits(objective.error),
      "objective above converged": digits(gapTo(scores, converged)),
      seeds: scores.length,
    };
  });
}

/** Returns scores of hard thresholds under the conditions of training and under others. */
function shiftRows({ problem, plain, trained }: Outcome): Row[] {
  if (problem.algorithm !== "iht") return [];
  const methods = [
    { name: "IHT", test: ends(plain), shifted: plain.map((own) => own.shifted) },
    {
      name: "IHT, converged",
      test: plain.map(({ converged }) => converged),
      shifted: plain.map((own) => own.shiftedConverged),
    },
    ...trained.map(({ name, results }) => ({
      name,
      test: ends(results),
      shifted: results.map((own) => own.shifted),
    })),
  ];
  const conditions = ["those of training", ...shifts.map(({ id }) => id)];
  return conditions.flatMap((condition, i) =>
    methods.map(({ name, test, shifted }): Row => {
      const scores = i === 0 ? test : shifted.map((own) => own[i - 1]);
      const mse = estimate(scores.map((score) => score.mse));
      return {
        "test conditions": condition,
        method: name,
        MSE: digits(mse.mean),
        "s.e. of MSE": digits(mse.error),
        objective: digits(mean(scores.map(({ objective }) => objective))),
      };
    }),
  );
}

const layersOf = (values: readonly number[]): number[] => Array.from(values.keys());

/** Returns error and objective after each layer; for a convex problem the objective's distance from its minimum. */
function convergence({ problem, plain, trained }: Outcome): Series[] {
  const isConvex = problem.algorithm === "ista";
  const curves: [string, readonly Curves[]][] = [
    [problem.algorithm.toUpperCase(), plain.map(({ test }) => test)],
    ...(isConvex ? [["FISTA", plain.map(({ fista }) => fista!)] as [string, readonly Curves[]]] : []),
    ...trained.map(({ name, results }): [string, readonly Curves[]] => [
      name,
      results.map(({ test }) => test),
    ]),
  ];
  const layers = layersOf(curves[0][1][0].mse);
  const log = { yScale: "log" } as const;
  const all = (of: (own: Curves, seed: number) => readonly number[], own: readonly Curves[]) => {
    const values = own.map(of);
    return layers.map((t) => values.map((curve) => curve[t]));
  };
  const above = isConvex ? "objective above converged ISTA" : "objective";
  return curves.flatMap(([name, own]): Series[] => [
    {
      ...banded(
        { name, xLabel: `layer (${problem.id})`, yLabel: "mean squared error an entry" },
        layers,
        all(({ mse }) => mse, own),
      ),
      ...log,
    },
    {
      ...banded(
        { name, xLabel: `layer (${problem.id})`, yLabel: above },
        layers,
        all(
          ({ objective }, seed) =>
            objective.map((value) => value - (isConvex ? plain[seed].converged.objective : 0)),
          own,
        ),
      ),
      ...log,
    },
  ]);
}

/** Returns trained steps, in multiples of the usual one. */
function stepCurves({ problem, trained }: Outcome): Series[] {
  return trained
    .filter(({ name, results }) => results[0].steps.length > 0 && !name.includes("TISTA"))
    .map(({ name, results }) => ({
      name,
      xLabel: `layer (${problem.id})`,
      yLabel: "trained step size, in units of 1 / L",
      x: layersOf(results[0].steps).map((t) => t + 1),
      y: layersOf(results[0].steps).map((t) => digits(mean(results.map(({ steps }) => steps[t])))),
      yScale: "log",
    }));
}
