import {
  dcdm,
  directionObjective,
  networkDirection,
  type PoissonOperator,
  poisson2d,
  poissonProduct,
  ritzMixtures,
} from "@minimand/lab/solvers";
import { adam, minibatches, type SupervisedState } from "minimand";
import { derive } from "minimand/engine";
import { cosineSchedule } from "minimand/optimizers";
import { networksOf } from "../../kit/networks.ts";
import { mean } from "../../kit/statistics.ts";
import { discard, keyFor, trainOrNull } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { type Memory, type NetId, netOf, type Solve } from "./arms.ts";
import { measure, type Shown, type Solved, show, unsolved } from "./measure.ts";
import { type Family, families, problemOf } from "./problems.ts";
import type { Configuration } from "./settings.ts";

export interface NetworkSpec {
  part: "network";
  net: NetId;
  seed: number;
  size: number;
  sizes: number[];
  channels: number;
  examples: number;
  batch: number;
  epochs: number;
  solves: number;
  most: number;
  configuration: Configuration;
  /** Numbers of earlier directions to which a new one is made conjugate, tried one after another. */
  memories: Memory[];
  shown: boolean;
}

export interface NetworkResult {
  part: "network";
  /** The mean loss of each epoch. */
  losses: number[];
  /** Iterations for plumes with k = 2 after each epoch, to the first tolerance. */
  iterations: number[];
  families: { family: Family; memory: Memory; solved: Solved }[];
  /** Plumes on all grids. */
  sizes: { size: number; solved: Solved }[];
  /** Time of training. */
  seconds: number;
  shown: Shown[];
}

const networks = networksOf();

/** Trains a network on the empty box, and solves with it. */
export async function networkTrial(
  spec: NetworkSpec,
  { compile, signal }: TrialHost,
): Promise<NetworkResult> {
  const { net, seed, size, sizes, channels, solves, epochs, most, memories } = spec;
  const { learningRate, decay } = spec.configuration;
  const steps = (epochs * spec.examples) / spec.batch;
  const A = poisson2d({ shape: [size, size] });
  const model = netOf(net).make({ channels });
  const { step, predict } = networks(
    compile,
    `${net} ${size} ${channels} ${learningRate} ${decay} ${steps}`,
    () => ({
      model,
      objective: directionObjective(model, poissonProduct(A)),
      optimizer: adam(decay === 1 ? cosineSchedule(learningRate, steps) : learningRate),
    }),
  );
  const solveBy =
    (state: SupervisedState, operator: PoissonOperator, memory: Memory): Solve =>
    (b, tolerance, maxIterations = most) => {
      const [rows, columns] = operator.shape;
      const direction = networkDirection({ predict, params: step.params(state), shape: [rows, columns] });
      return dcdm(operator, b, direction, { tolerance, maxIterations, orthogonalizeAgainst: memory });
    };

  const losses: number[] = [];
  const iterations: number[] = [];
  let [sum, apart] = [0, 0];
  const start = performance.now();
  const state = await trainOrNull({
    step,
    state: step.init(keyFor(seed, 1)),
    batches: trainingBatches(A, spec),
    epochs,
    signal,
    onStep: ({ metrics }) => {
      sum += metrics.loss;
    },
    after(reached) {
      const paused = performance.now();
      losses.push((sum * spec.batch) / spec.examples);
      sum = 0;
      const { iterations: found } = measure(
        solveBy(reached, A, 2),
        problemOf("plume", size, seed, solves),
        most,
        0,
      );
      iterations.push(mean(found[0]));
      apart += performance.now() - paused;
    },
  });
  const seconds = (performance.now() - start - apart) / 1000;
  const sides = [size, ...sizes];
  if (state === null) {
    const solved = unsolved(solves, most);
    return {
      part: "network",
      losses,
      iterations,
      seconds,
      shown: [],
      families: families.flatMap((family) => memories.map((memory) => ({ family, memory, solved }))),
      sizes: sides.map((side) => ({ size: side, solved })),
    };
  }

  const byFamily = families.flatMap((family) => {
    const problem = problemOf(family, size, seed, solves);
    return memories.map((memory) => ({
      family,
      memory,
      solved: measure(solveBy(state, problem.A, memory), problem, most, 1),
    }));
  });
  const bySize = sides.map((side) => {
    const problem = problemOf("plume", side, seed, solves);
    const solve = solveBy(state, problem.A, 2);
    // The first pass compiles.
    solve(problem.rightHandSides[0], 0.5, 1);
    return { size: side, solved: measure(solve, problem, most, 1) };
  });
  const shown = spec.shown ? [show(net, (operator) => solveBy(state, operator, 2), size, seed)] : [];
  discard(state);
  return { part: "network", losses, iterations, families: byFamily, sizes: bySize, seconds, shown };
}

/** Returns batches of Ritz mixtures of the empty box. */
function trainingBatches(A: PoissonOperator, { seed, size, examples, batch }: NetworkSpec) {
  const rightHandSides = ritzMixtures(A, A.size, { count: examples, seed: derive(seed, 100) });
  const x = new Float32Array(examples * A.size);
  rightHandSides.forEach((b, i) => {
    x.set(b, i * A.size);
  });
  // There are no targets; the loss ignores them.
  const y = new Float32Array(examples);
  return minibatches({ x, shape: [size, size, 1], y }, { size: batch, seed: derive(seed, 101) });
}
