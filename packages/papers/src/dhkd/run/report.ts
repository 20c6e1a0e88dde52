import { resultsWhere } from "../../kit/evidence.ts";
import { deviation, mean, meanOrNull, round, roundOrNull } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { armOf, arms, sharedArms } from "./arms.ts";
import type { ConflictResult, Continued } from "./conflict-study.ts";
import type { Compared } from "./student.ts";
import type { ArmResult, Measured } from "./trial.ts";
import { judge } from "./verdict.ts";

/**
 * Returns the two tables, the curves over kappa, and the verdict.
 *
 * @param variant of DHKD that is judged
 */
export function reportOf(trials: readonly Measured[], variant: string): ReproductionReport {
  const of = (arm: string): readonly ArmResult[] => resultsWhere(trials, { part: "arm", arm });
  const conflict = resultsWhere(trials, { part: "conflict" });
  const minus = (a: string, b: string): number[] => of(a).map((r, s) => r.accuracy - of(b)[s].accuracy);
  const shared = of("ce-norm").map(({ compared }) => compared.all);
  const studied = continuations(conflict);
  const smallest = studied
    .filter(({ heads }) => heads === "one")
    .reduce((a, b) => (Number(b.kappa) < Number(a.kappa) ? b : a));
  return {
    rows: [
      ...arms.filter(({ id }) => of(id).length > 0).map(({ id }) => armRow(id, of(id), minus(id, "ce"))),
      ...studyRows(conflict, studied),
    ],
    series: curves(studied),
    ...judge({
      variant: armOf(variant).label,
      sharedHead: meanOrNull(shared.map(({ head }) => head)) ?? Number.NaN,
      sharedBackbone: meanOrNull(shared.map(({ backbone }) => backbone)) ?? Number.NaN,
      conflictHead: meanOrNull(smallest.results.map(({ late }) => late.all.head)) ?? Number.NaN,
      overCrossEntropy: mean(minus(variant, "ce")),
      overOneHead: sharedArms.map((arm) => ({
        label: armOf(arm).label,
        difference: mean(minus(variant, arm)),
      })),
    }),
  };
}

function armRow(id: string, results: readonly ArmResult[], overCe: readonly number[]): Row {
  const collapse = results.map((r) => r.collapse).filter((c) => c !== null);
  return {
    arm: armOf(id).label,
    "test accuracy": round(mean(results.map((r) => r.accuracy)), 4),
    "minus cross-entropy": round(mean(overCe), 4),
    "sd of the difference": overCe.length > 1 ? round(deviation(overCe), 4) : null,
    "train accuracy": round(mean(results.map((r) => r.trainAccuracy)), 4),
    ...cosineColumns(
      "cosine",
      results.map((r) => r.compared),
    ),
    "steps in conflict": roundOrNull(meanOrNull(results.map((r) => r.conflicts)), 3),
    nc1: roundOrNull(meanOrNull(collapse.map((c) => c.nc1)), 3),
    "equinorm, means": roundOrNull(meanOrNull(collapse.map((c) => c.equinormMeans)), 3),
    "equinorm, weights": roundOrNull(meanOrNull(collapse.map((c) => c.equinormWeights)), 3),
    "max angle, means": roundOrNull(meanOrNull(collapse.map((c) => c.maxAngleMeans)), 3),
    "max angle, weights": roundOrNull(meanOrNull(collapse.map((c) => c.maxAngleWeights)), 3),
    "self-duality": roundOrNull(meanOrNull(collapse.map((c) => c.selfDuality)), 3),
    "NCC mismatch": roundOrNull(meanOrNull(collapse.map((c) => c.nccMismatch)), 3),
    "teacher's accuracy": round(mean(results.map((r) => r.teacherAccuracy)), 4),
  };
}

/** Returns mean cosines of the gradients on all rows, and on batches. */
function cosineColumns(name: string, compared: readonly Compared[]): Row {
  const cosine = (rows: keyof Compared, part: "head" | "backbone") =>
    roundOrNull(meanOrNull(compared.map((found) => found[rows][part])), 3);
  return {
    [`${name}, head`]: cosine("all", "head"),
    [`${name}, backbone`]: cosine("all", "backbone"),
    [`${name} of batches, head`]: cosine("batches", "head"),
    [`${name} of batches, backbone`]: cosine("batches", "backbone"),
  };
}

type Studied = { heads: Continued["heads"]; kappa: number | null; results: Continued[] };

/** Groups the continuations of all seeds by heads and kappa. */
function continuations(conflict: readonly ConflictResult[]): Studied[] {
  return conflict[0].continued.map(({ heads, kappa }, i) => ({
    heads,
    kappa,
    results: conflict.map(({ continued }) => continued[i]),
  }));
}

function studyRows(conflict: readonly ConflictResult[], studied: readonly Studied[]): Row[] {
  const row = (
    name: string,
    kappa: number | null,
    of: readonly { accuracy: number; trainAccuracy: number; logitSize: number }[],
  ): Row => ({
    "conflict study": name,
    kappa,
    "test accuracy": round(mean(of.map((r) => r.accuracy)), 4),
    "train accuracy": round(mean(of.map((r) => r.trainAccuracy)), 4),
    "mean |logit|": round(mean(of.map((r) => r.logitSize)), 2),
  });
  const named = {
    one: "CE + BinaryKL, one head",
    two: "CE + BinaryKL, two heads",
    "cross-entropy alone": "Cross-entropy alone",
  };
  const fitted = conflict.map((result) => result.fitted);
  return [
    row("Fitted with cross-entropy", null, fitted),
    ...studied.map(({ heads, kappa, results }): Row => {
      return {
        ...row(named[heads], kappa, results),
        ...cosineColumns(
          "cosine at the start",
          results.map((r) => r.atStart),
        ),
        ...cosineColumns(
          "cosine late",
          results.map((r) => r.late),
        ),
      };
    }),
  ];
}

/** Returns cosines late in the continuation over kappa. */
function curves(studied: readonly Studied[]): Series[] {
  const lines = [
    { name: "one head: head", heads: "one", part: "head" },
    { name: "one head: backbone", heads: "one", part: "backbone" },
    { name: "two heads: backbone", heads: "two", part: "backbone" },
  ] as const;
  return lines.map(({ name, heads, part }): Series => {
    const points = studied.filter((s) => s.heads === heads);
    return {
      name: `conflict study, ${name}`,
      xLabel: "kappa",
      yLabel: "cosine of cross-entropy and logit loss",
      x: points.map(({ kappa }) => Number(kappa)),
      y: points.map(({ results }) =>
        round(meanOrNull(results.map((r) => r.late.all[part])) ?? Number.NaN, 4),
      ),
    };
  });
}
