import { numpy as np } from "@jax-js/jax";
import {
  fista,
  lipschitzConstant,
  type Matrix,
  runIteration,
  trainUnfolded,
  type Unfolded,
  unfold,
} from "@minimand/lab/solvers";
import { disposeTree, keyOf } from "minimand/engine";
import { named } from "../../kit/named.ts";
import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import type { TrialHost } from "../../reproduction.ts";
import { armsOf, iterationOf } from "./arms.ts";
import { arraysOf, batchesOf, type Drawn, matrixOf, testOf } from "./data.ts";
import { type Curves, judged, scoresOf, stepFor } from "./programs.ts";
import { type Problem, problems, type Sizes, shifts, trained } from "./settings.ts";

/** One network trained for the system of a seed. */
export interface ArmSpec {
  part: "arm";
  problem: Problem["id"];
  arm: string;
  seed: number;
  sizes: Sizes;
}

export interface ArmResult {
  part: "arm";
  test: Curves;
  /** The last layer's scores under test conditions that differ, in the order of the settings; only for hard thresholds. */
  shifted: Score[];
  /** Trained step sizes times L; empty where no steps are trained. */
  steps: number[];
}

/** The untrained algorithms, for the system of a seed. */
export interface PlainSpec {
  part: "plain";
  problem: Problem["id"];
  seed: number;
  sizes: Sizes;
}

export interface PlainResult {
  part: "plain";
  /** Scores in as many iterations as the networks have layers. */
  test: Curves;
  /** Null for problems without FISTA. */
  fista: Curves | null;
  converged: Score;
  /** Scores under test conditions that differ: in as many iterations as layers, and converged. */
  shifted: Score[];
  shiftedConverged: Score[];
}

/** Mean squared error per entry, and mean objective. */
export interface Score {
  mse: number;
  objective: number;
}

const last = ({ mse, objective }: Curves): Score => ({ mse: mse.at(-1)!, objective: objective.at(-1)! });
const layersOf = ({ layers }: Problem, sizes: Sizes): number => Math.min(layers, sizes.layers);

/** Draws test signals of all conditions that differ. */
const shiftedTests = (A: Matrix, seed: number, rows: number): Drawn[] =>
  shifts.map(({ id: _, ...shift }) => testOf(A, seed, rows, { ...trained, ...shift }));

async function armTrial(spec: ArmSpec, { compile, signal }: TrialHost): Promise<ArmResult> {
  const { seed, sizes } = spec;
  const problem = named(problems, spec.problem, "problem");
  const arm = named(armsOf(problem, "full"), spec.arm, "arm");
  const A = matrixOf(seed, sizes);
  const iteration = arm.make?.(A, problem) ?? iterationOf(A, problem);
  const network = unfold({ ...iteration, layers: layersOf(problem, sizes) });
  const { params } = await trainUnfolded({
    network,
    step: stepFor(problem, arm, network, sizes, compile),
    batches: (generation) => batchesOf(A, seed, generation, sizes.batches),
    incremental: arm.atOnce !== true,
    signal,
  });
  const judge = (drawn: Drawn) => judged(problem, network, params, drawn, compile);
  const test = await judge(testOf(A, seed, sizes.test, trained));
  const shifted: Score[] = [];
  if (problem.algorithm === "iht")
    for (const drawn of shiftedTests(A, seed, sizes.test)) shifted.push(last(await judge(drawn)));
  const L = lipschitzConstant(A);
  const steps = "step" in params ? [...(await params.step.ref.data())].map((step) => step * L) : [];
  disposeTree(params);
  return { part: "arm", test, shifted, steps };
}

async function plainTrial(spec: PlainSpec, { compile, signal }: TrialHost): Promise<PlainResult> {
  const { seed, sizes } = spec;
  const problem = named(problems, spec.problem, "problem");
  const A = matrixOf(seed, sizes);
  const iteration = iterationOf(A, problem);
  const layers = layersOf(problem, sizes);
  const untrained = async (network: Unfolded, drawn: Drawn): Promise<Curves> => {
    const { params, state } = network.init(keyOf(0));
    disposeTree(state);
    const curves = await judged(problem, network, params as { [name: string]: np.Array }, drawn, compile);
    disposeTree(params);
    return curves;
  };
  const converged = async (drawn: Drawn): Promise<Score> => {
    const { y, signals } = arraysOf(drawn);
    const { x } = await runIteration(iteration, y.ref, { iterations: sizes.converged, compile, signal });
    const matrix = np.array(A.data.slice() as Float32Array<ArrayBuffer>, { shape: [...A.shape] });
    const { mse, objective } = scoresOf(problem, x, matrix, { y, signals });
    return { mse: (await mse.data())[0], objective: (await objective.data())[0] };
  };
  const network = unfold({ ...iteration, layers });
  const test = testOf(A, seed, sizes.test, trained);
  const isConvex = problem.algorithm === "ista";
  const result: PlainResult = {
    part: "plain",
    test: await untrained(network, test),
    fista: isConvex
      ? await untrained(unfold({ ...fista(A, { lambda: problem.lambda }), layers }), test)
      : null,
    converged: await converged(test),
    shifted: [],
    shiftedConverged: [],
  };
  if (isConvex) return result;
  for (const drawn of shiftedTests(A, seed, sizes.test)) {
    result.shifted.push(last(await untrained(network, drawn)));
    result.shiftedConverged.push(await converged(drawn));
  }
  return result;
}

/** Runs one trial of either part; the same spec gives the same result, and equal seeds share system, batches and test signals. */
export const trial = trialOf({ arm: armTrial, plain: plainTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** Names a finished trial in the progress. */
export function describe(spec: Spec, result: Result): string {
  const what = spec.part === "arm" ? spec.arm : "untrained";
  const { mse, objective } = last(result.test);
  return `${spec.problem}, ${what}, seed ${spec.seed}: MSE ${mse.toFixed(4)}, objective ${objective.toFixed(4)}`;
}
