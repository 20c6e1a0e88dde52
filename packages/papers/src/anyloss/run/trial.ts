import { derive } from "minimand/engine";
import { binaryCounts, scoreOf } from "minimand/metrics";
import { smote, tuneThreshold } from "minimand/training";
import { named } from "../../kit/named.ts";
import { taken } from "../../kit/rows.ts";
import type { TrialHost } from "../../reproduction.ts";
import { type Family, families, tunable, tuned } from "./arms.ts";
import { trainColumns } from "./columns.ts";
import { type Problem, problemOf, type Replica, replicasOf } from "./data.ts";
import { type ModelName, materials, type Score, scores } from "./settings.ts";

/** All perceptrons of one family of losses on one data set. */
export interface Spec {
  dataset: string;
  family: Family;
  seeds: number[];
  /** How many of the five folds of each seed are run. */
  count: number;
  model: ModelName;
  steps: number;
}

/** Test scores of one method: `values[score]` holds one number per replica, null where training diverged. */
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
  const add = (method: string, score: Score, values: (number | null)[]): void => {
    const result = byMethod.get(method) ?? { method, values: {} };
    byMethod.set(method, result);
    result.values[score.id] = values;
  };
  families[spec.family].forEach(({ method, aim }, j) => {
    for (const score of scores)
      if (method !== null && (aim === null || aim === score.id))
        add(
          method,
          score,
          replicas.map((replica, r) => judge(decisions[j][r], 0, problem.y, replica.test, score)),
        );
  });
  if (spec.family === "crossEntropies")
    for (const score of scores)
      add(
        tuned,
        score,
        replicas.map((replica, r) => tunedScore(decisions, r, problem.y, replica, score)),
      );
  const positiveRate = problem.y.reduce((a, b) => a + b, 0) / problem.y.length;
  return { dataset: spec.dataset, positiveRate, methods: [...byMethod.values()] };
}

/** Log-odds of all rows, for each arm and replica. */
type Decisions = Float64Array[][];

/** Trains all arms and replicas as columns over the same rows, which weights of 0 and 1 select. */
async function sideBySide(
  problem: Problem,
  replicas: Replica[],
  { family, model, steps }: Spec,
  { compile, signal }: TrialHost,
): Promise<Decisions> {
  const arms = families[family];
  const rows = problem.y.length;
  const weights = new Float32Array(arms.length * replicas.length * rows);
  arms.forEach((arm, j) => {
    replicas.forEach((replica, r) => {
      for (const row of arm.rows(replica)) weights[(j * replicas.length + r) * rows + row] = 1;
    });
  });
  const scoresOf = await trainColumns(problem, family, weights, { model, steps, compile, signal });
  return arms.map((_, j) => replicas.map((_, r) => scoresOf(j * replicas.length + r, problem)));
}

/** SMOTE makes other rows for every replica, so each is trained alone, padded to the same number of rows. */
async function oversampled(
  problem: Problem,
  replicas: Replica[],
  { model, steps }: Spec,
  { compile, signal }: TrialHost,
): Promise<Decisions> {
  const { inputs } = problem;
  const grown = replicas.map(({ train, seed }, r) => {
    const labels = Array.from(train, (row) => problem.y[row]);
    return smote(taken(problem.x, inputs, train), labels, { seed: derive(seed, r, 3) });
  });
  const size = Math.max(...grown.map(({ labels }) => labels.length));
  const decisions: Float64Array[] = [];
  for (const [start, { x, labels }] of grown.entries()) {
    const padded = new Float32Array(size * inputs);
    padded.set(x);
    const y = new Int32Array(size);
    y.set(labels);
    const weights = Float32Array.from(y, (_, i) => Number(i < labels.length));
    const options = { model, steps, start, compile, signal };
    const scoresOf = await trainColumns({ x: padded, inputs, y }, "smote", weights, options);
    decisions.push(scoresOf(0, problem));
  }
  return [decisions];
}

const of = (rows: Int32Array, values: ArrayLike<number>): number[] => Array.from(rows, (row) => values[row]);

/** The score of the decisions `z > threshold` on some rows. */
function judge(
  z: Float64Array,
  threshold: number,
  y: Int32Array,
  rows: Int32Array,
  { metric, beta }: Score,
): number | null {
  if (!z.every(Number.isFinite)) return null;
  const decided = of(rows, z).map((v) => Number(v > threshold));
  return scoreOf(binaryCounts(of(rows, y), decided), metric, { beta });
}

/**
 * Returns the score of cross-entropy, with class weights or without and with a threshold, whichever are best on held-out training
 * rows: five models are trained on four of five parts each. The model that is judged is trained on all of them.
 */
function tunedScore(
  decisions: Decisions,
  r: number,
  y: Int32Array,
  { parts, test }: Replica,
  score: Score,
): number | null {
  const labels = parts.flatMap((rows) => of(rows, y));
  const [best] = tunable
    .map(({ from }, own) => {
      const unseen = parts.flatMap((rows, part) => of(rows, decisions[from + part][r]));
      if (!unseen.every(Number.isFinite)) return { own, threshold: 0, value: Number.NEGATIVE_INFINITY };
      return { own, ...tuneThreshold(unseen, labels, score.metric, { beta: score.beta }) };
    })
    .toSorted((a, b) => b.value - a.value);
  return judge(decisions[best.own][r], best.threshold, y, test, score);
}
