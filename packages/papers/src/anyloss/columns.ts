import { numpy as np, random, vmap } from "@jax-js/jax";
import { linear, objectiveOf, type SupervisedState, sgd, supervised, type TrainStep } from "minimand";
import { disposeTree, leavesOf } from "minimand/engine";
import { programsOf } from "../kit/programs.ts";
import { discard } from "../kit/train-network.ts";
import type { TrialHost } from "../reproduction.ts";
import { type Family, families } from "./arms.ts";
import type { Problem } from "./data.ts";
import { protocol } from "./settings.ts";

/** Trained perceptrons, one a column: `weights[input * columns + column]`. */
export interface Perceptrons {
  columns: number;
  weights: Float32Array;
  bias: Float32Array;
}

/**
 * Trains a perceptron for every arm of a family and every replica, all as columns of one linear model: column
 * `arm * replicas + replica` sees its own loss with its own weights of the rows. Plain gradient descent never mixes
 * columns, so each is trained as if it were alone, but all share the matrix products.
 *
 * @param weights 0 or 1 for arm, replica and row, `[arms, replicas, rows]`
 */
export async function trainColumns(
  { x, inputs, y }: Problem,
  family: Family,
  weights: Float32Array,
  { steps, compile, signal }: { steps: number } & Pick<TrialHost, "compile" | "signal">,
): Promise<Perceptrons> {
  const arms = families[family].length;
  const replicas = weights.length / arms / y.length;
  const columns = arms * replicas;
  const step = stepFor(family, inputs, replicas, compile);
  const batch = {
    x: np.array(new Float32Array(x), { shape: [y.length, inputs] }),
    y: np.array(new Int32Array(y)),
    weights: np.array(new Float32Array(weights), { shape: [arms, replicas, y.length] }),
  };
  let state = step.init(random.key(0));
  for (let i = 0; i < steps; i++) {
    signal?.throwIfAborted();
    const [next, { loss }] = step.update(state, {
      x: batch.x.ref,
      y: batch.y.ref,
      weights: batch.weights.ref,
      ids: new Int32Array(0),
      rows: y.length,
    });
    state = next;
    await loss.data();
  }
  disposeTree([batch.x, batch.y, batch.weights]);
  const byShape = (rank: number) => leavesOf(step.params(state)).find((leaf) => leaf.ndim === rank);
  const read = async (rank: number) => (await byShape(rank)?.ref.data()) as Float32Array;
  // Rows beyond the inputs only fill up the layout of the engine.
  const weightsOfInputs = (await read(2)).slice(0, inputs * columns);
  const trained = { columns, weights: weightsOfInputs, bias: await read(1) };
  discard(state);
  return trained;
}

const programs = programsOf<TrainStep<SupervisedState>>();

/** One compiled step per family and size serves all data of that size. */
function stepFor(
  family: Family,
  inputs: number,
  replicas: number,
  compile: TrialHost["compile"],
): TrainStep<SupervisedState> {
  const arms = families[family];
  const model = linear({ inputs, outputs: arms.length * replicas });
  const objective = objectiveOf(model, (logits, y, { weights, key }) => {
    key.dispose();
    const z = np.transpose(logits).reshape([arms.length, replicas, -1]);
    const totals = arms.map((arm, j) => {
      const overReplicas = vmap((zs: np.Array, ws: np.Array) => arm.loss(zs, y.ref, ws));
      return overReplicas(z.ref.slice(j), weights.ref.slice(j)).sum();
    });
    disposeTree([z, y, weights]);
    return totals.reduce((a, b) => a.add(b));
  });
  return programs(compile, [family, inputs, replicas].join(" "), () =>
    supervised({ model, objective, optimizer: sgd(protocol.learningRate), compile }),
  );
}

/** Log-odds of one column, row by row. */
export function scoresOf(
  { columns, weights, bias }: Perceptrons,
  column: number,
  { x, inputs, y }: Problem,
): Float64Array {
  return Float64Array.from(y, (_, row) => {
    let z = bias[column];
    for (let f = 0; f < inputs; f++) z += weights[f * columns + column] * x[row * inputs + f];
    return z;
  });
}
