import { binaryCounts, scoreOf, smote, tuneThreshold } from "minimand";
import { derive } from "minimand/engine";
import { named } from "../kit/named.ts";
import { taken } from "../kit/rows.ts";
import type { TrialHost } from "../reproduction.ts";
import { type Arm, type Family, families } from "./arms.ts";
import { scoresOf, trainColumns } from "./columns.ts";
import { type Problem, problemOf, type Replica, replicasOf } from "./data.ts";
import { materials, scores } from "./settings.ts";

/** All perceptrons of one family of losses on one data set. */
export interface Spec {
  dataset: string;
  family: Family;
  seeds: number[];
  /** How many of the five folds of each seed are run. */
  count: number;
  steps: number;
}

/** Test scores of one method: `values[score]` holds one number a replica, null where training diverged. */
export interface MethodResult {
  method: string;
  values: { [score: string]: (number | null)[] };
}

export interface Result {
  dataset: string;
  /** Share of positive rows. */
  positiveRate: number;
  methods: MethodResult[];
}

/** Trains and judges all arms of a family on all replicas; the same spec gives the same result. */
export async function trial(spec: Spec, host: TrialHost): Promise<Result> {
  const material = named(materials, spec.dataset, "dataset");
  const dataset = await host.dataset(spec.dataset);
  const problem = problemOf(dataset, material);
  const replicas = replicasOf(dataset, problem.y, spec);
  const decide = spec.family === "smote" ? oversampled : sideBySide;
  const decisions = await decide(problem, replicas, spec, host);
  const byMethod = new Map<string, MethodResult>();
  families[spec.family].forEach((arm, j) => {
    const result = byMethod.get(arm.method) ?? { method: arm.method, values: {} };
    byMethod.set(arm.method, result);
    for (const score of scores) {
      if (arm.aim !== null && arm.aim !== score.id) continue;
      result.values[score.id] = replicas.map((replica, r) =>
        judge(arm, decisions[j][r], problem.y, replica, score),
      );
    }
  });
  const positiveRate = problem.y.reduce((a, b) => a + b, 0) / problem.y.length;
  return { dataset: spec.dataset, positiveRate, methods: [...byMethod.values()] };
}

/** Log-odds of all rows, for each arm and replica. */
type Decisions = Float64Array[][];

/** All arms and replicas as columns over the same rows, which take part by weights of 0 and 1. */
async function sideBySide(
  problem: Problem,
  replicas: Replica[],
  { family, steps }: Spec,
  { compile, signal }: TrialHost,
): Promise<Decisions> {
  const arms = families[family];
  const rows = problem.y.length;
  const weights = new Float32Array(arms.length * replicas.length * rows);
  arms.forEach((arm, j) => {
    replicas.forEach((replica, r) => {
      for (const row of replica[arm.sample]) weights[(j * replicas.length + r) * rows + row] = 1;
    });
  });
  const trained = await trainColumns(problem, family, weights, { steps, compile, signal });
  return arms.map((_, j) => replicas.map((_, r) => scoresOf(trained, j * replicas.length + r, problem)));
}

/** SMOTE makes other rows for every replica, so each is trained alone, padded to one number of rows. */
async function oversampled(
  problem: Problem,
  replicas: Replica[],
  { steps }: Spec,
  { compile, signal }: TrialHost,
): Promise<Decisions> {
  const { inputs } = problem;
  const options = { steps, compile, signal };
  const grown = replicas.map(({ train, seed }, r) => {
    const labels = Array.from(train, (row) => problem.y[row]);
    return smote(taken(problem.x, inputs, train), labels, { seed: derive(seed, r, 3) });
  });
  const size = Math.max(...grown.map(({ labels }) => labels.length));
  const decisions: Float64Array[] = [];
  for (const { x, labels } of grown) {
    const padded = new Float32Array(size * inputs);
    padded.set(x);
    const y = new Int32Array(size);
    y.set(labels);
    const weights = Float32Array.from(y, (_, i) => Number(i < labels.length));
    const trained = await trainColumns({ x: padded, inputs, y }, "smote", weights, options);
    decisions.push(scoresOf(trained, 0, problem));
  }
  return [decisions];
}

/** The score of the decisions `z > 0` on the test rows; where the arm left rows out, `z > threshold` chosen on them. */
function judge(
  { sample }: Arm,
  z: Float64Array,
  y: Int32Array,
  { test, validation }: Replica,
  { metric, beta }: (typeof scores)[number],
): number | null {
  if (!z.every(Number.isFinite)) return null;
  const of = (rows: Int32Array, values: ArrayLike<number>) => Array.from(rows, (row) => values[row]);
  const threshold =
    sample === "inner" ? tuneThreshold(of(validation, z), of(validation, y), metric, { beta }).threshold : 0;
  const decided = of(test, z).map((v) => Number(v > threshold));
  return scoreOf(binaryCounts(of(test, y), decided), metric, { beta });
}
