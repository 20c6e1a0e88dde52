import { numpy as np, random, vmap } from "@jax-js/jax";
import { adam, objectiveOf, type SupervisedState, sgd, supervised, type TrainStep } from "minimand";
import { disposeTree, leavesOf } from "minimand/engine";
import { linear } from "minimand/models";
import { programsOf } from "../../kit/programs.ts";
import { discard } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { type Family, families } from "./arms.ts";
import type { Problem } from "./data.ts";
import { type NetworkColumns, networkScores, networksAsColumns } from "./networks.ts";
import { type ModelName, protocols } from "./settings.ts";

/** Trained perceptrons, one per column: `weights[input * columns + column]`. */
export interface Perceptrons {
  columns: number;
  weights: Float32Array;
  bias: Float32Array;
}

/** The model to train, and its start. */
export interface Training extends Pick<TrialHost, "compile" | "signal"> {
  model: ModelName;
  steps: number;
  /** Seed of the networks' start; perceptrons start at zero. */
  start?: number;
}

/**
 * Trains a model for every arm of a family and every replica, all as columns of one: column
 * `arm * replicas + replica` sees its own loss with its own weights of the rows. The optimizers never mix
 * columns, so each is trained as if it were alone, but all share the matrix products.
 *
 * @param weights 0 or 1 for arm, replica and row, `[arms, replicas, rows]`
 * @returns log-odds of a column for the rows of a problem
 */
export async function trainColumns(
  { x, inputs, y }: Problem,
  family: Family,
  weights: Float32Array,
  { model, steps, start = 0, compile, signal }: Training,
): Promise<(column: number, judged: Problem) => Float64Array> {
  const arms = families[family].length;
  const replicas = weights.length / arms / y.length;
  const columns = arms * replicas;
  const step = stepFor(family, inputs, replicas, model, compile);
  const batch = {
    x: np.array(new Float32Array(x), { shape: [y.length, inputs] }),
    y: np.array(new Int32Array(y)),
    weights: np.array(new Float32Array(weights), { shape: [arms, replicas, y.length] }),
  };
  let state = step.init(random.key(start));
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
  const params = step.params(state);
  const read = async (array: np.Array) => (await array.ref.data()) as Float32Array;
  if (model === "network") {
    const found = params as unknown as { [name: string]: np.Array };
    const names = ["w1", "b1", "w2", "b2"] as const;
    const all = await Promise.all(names.map((name) => read(found[name])));
    discard(state);
    const networks = Object.fromEntries(names.map((name, i) => [name, all[i]])) as unknown as NetworkColumns;
    return (column, judged) => networkScores(networks, column, { ...judged, rows: judged.y.length });
  }
  const byShape = (rank: number) => leavesOf(params).find((leaf) => leaf.ndim === rank)!;
  // Rows beyond the inputs are padding for the engine.
  const weightsOfInputs = (await read(byShape(2))).slice(0, inputs * columns);
  const perceptrons = { columns, weights: weightsOfInputs, bias: await read(byShape(1)) };
  discard(state);
  return (column, judged) => scoresOf(perceptrons, column, judged);
}

const programs = programsOf<TrainStep<SupervisedState>>();

/** One compiled step per family, model and size serves all data of that size. */
function stepFor(
  family: Family,
  inputs: number,
  replicas: number,
  name: ModelName,
  compile: TrialHost["compile"],
): TrainStep<SupervisedState> {
  const arms = families[family];
  const model =
    name === "line"
      ? linear({ inputs, outputs: arms.length * replicas })
      : networksAsColumns({ inputs, arms: arms.length, replicas });
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
  const { learningRate } = protocols[name];
  const optimizer = name === "line" ? sgd(learningRate) : adam(learningRate);
  return programs(compile, [family, inputs, replicas, name].join(" "), () =>
    supervised({ model, objective, optimizer, compile }),
  );
}

/** Log-odds of one column, row by row. */
function scoresOf(
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
