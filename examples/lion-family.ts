/*
 * Linear models within constraints, by two relatives of Lion.
 *
 * The strength of concrete is predicted from eight columns by a linear model. Lion-K with the steps of Frank and Wolfe looks for weights
 * within an l1-ball, and dual averaging for weights on the simplex. The program prints how far each is at most
 * from the least loss. Then Lion-K trains a small network by p-norms of each array, with the parameters as a tree and as one vector.
 *
 *     npx node --conditions=minimand-source examples/lion-family.ts
 */

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { numpy as np } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import { compiledValueAndGrad, disposeTree, keyOf, refTree, type Tree } from "minimand/engine";
import { flat, type Model, mlp } from "minimand/models";
import {
  applyUpdates,
  dualAveraging,
  flatKappa,
  frankWolfeSchedule,
  type GradientTransformation,
  groupL2,
  type KappaChoice,
  kappa,
  lionAsOde,
  lionK,
} from "minimand/optimizers";
import { startEngine } from "minimand/start";

const columns = 8;

/** Where a method ended. */
export interface Ended {
  method: string;
  /** Half the mean squared error of scaled strengths. */
  loss: number;
  /** How much lower the loss could be at most within the constraint, by its slope at the end. */
  gap: number;
  weights: number[];
  /** Sum of the weights' sizes, by the library's norm of groups of one weight. */
  size: number;
}

export async function lionFamily({ steps = 300, radius = 0.8 } = {}): Promise<Ended[]> {
  const { x, y } = await concrete();
  const run = compiledValueAndGrad((w: Tree, data: { x: np.Array; y: np.Array }) =>
    np
      .square(np.dot(data.x, w as np.Array).sub(data.y))
      .mean()
      .mul(0.5),
  );
  const at = (w: np.Array): [np.Array, np.Array] => {
    const data = { x: np.array(x, { shape: [y.length, columns] }), y: np.array(y) };
    return run(w, data) as [np.Array, np.Array];
  };
  const minimised = async (
    method: string,
    optimizer: GradientTransformation,
    corners: number[][],
  ): Promise<Ended> => {
    let w = np.zeros([columns]);
    let state = optimizer.init(w);
    for (let step = 0; step < steps; step++) {
      const [loss, gradient] = at(w.ref);
      loss.dispose();
      const [updates, next] = optimizer.update(gradient, state, w.ref);
      [w, state] = [applyUpdates(w, updates) as np.Array, next];
      await w.ref.data();
    }
    disposeTree(state);
    const size = groupL2(w.ref).item();
    const [loss, gradient] = at(w.ref);
    const [weights, slope] = [Array.from(await w.data()), Array.from(await gradient.data())];
    const along = (point: readonly number[]) => point.reduce((sum, value, i) => sum + value * slope[i], 0);
    const gap = along(weights) - Math.min(...corners.map(along));
    return { method, loss: loss.item(), gap, weights, size };
  };
  const units = Array.from({ length: columns }, (_, i) =>
    Array.from({ length: columns }, (_, j) => Number(i === j)),
  );
  const ball = units.flatMap((unit) => [radius, -radius].map((end) => unit.map((value) => end * value)));
  const weightDecay = 1 / radius;
  const ended = [
    await minimised(
      "Frank-Wolfe, l1-ball",
      lionK(frankWolfeSchedule(weightDecay), { kappa: kappa.linf(), b1: 0, b2: 0, weightDecay }),
      ball,
    ),
    await minimised("dual averaging, simplex", dualAveraging(2, { kappa: kappa.logsumexp() }), units),
  ];
  run.dispose();
  return ended;
}

/** Half the mean squared error of a small network after some steps of Lion-K, with its parameters as a tree and as one vector. */
export async function networkLosses({ steps = 100 } = {}): Promise<{ tree: number; vector: number }> {
  const { x, y } = await concrete();
  const tree = mlp({ inputs: columns, hidden: [16], outputs: 1 });
  const vector = flat(tree);
  const power = kappa.lp(1.5);
  const after = async (model: Model, choice: KappaChoice): Promise<number> => {
    const run = compiledValueAndGrad((params: Tree, data: { x: np.Array; y: np.Array }) => {
      const [output] = model.apply({ params, state: {} }, data.x, { training: true });
      return np
        .square(output.reshape([-1]).sub(data.y))
        .mean()
        .mul(0.5);
    });
    const optimizer = lionK(3e-3, { kappa: choice });
    let { params } = model.init(keyOf(1));
    let state = optimizer.init(params);
    let last = Number.NaN;
    for (let step = 0; step < steps; step++) {
      const data = { x: np.array(x, { shape: [y.length, columns] }), y: np.array(y) };
      const [loss, gradient] = run(refTree(params), data);
      const [updates, next] = optimizer.update(gradient, state, refTree(params));
      [params, state] = [applyUpdates(params, updates), next];
      last = (await loss.data())[0];
    }
    disposeTree([params, state]);
    run.dispose();
    return last;
  };
  return { tree: await after(tree, power), vector: await after(vector, flatKappa(vector, power)) };
}

/** Lion's usual constants at a learning rate, as those of its differential equation. */
export const equationOf = (learningRate: number) => lionAsOde({ learningRate, b1: 0.9, b2: 0.99 });

/** 1030 concretes: columns and strengths of mean 0 and deviation 1. */
async function concrete(): Promise<{ x: Float32Array<ArrayBuffer>; y: Float32Array<ArrayBuffer> }> {
  const text = gunzipSync(await readFile(dataFile("concrete.csv.gz"))).toString("utf8");
  const rows = text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  const scales = rows[0].map((_, j) => {
    const centre = rows.reduce((sum, row) => sum + row[j], 0) / rows.length;
    return { centre, deviation: Math.hypot(...rows.map((row) => row[j] - centre)) / Math.sqrt(rows.length) };
  });
  const scaled = rows.map((row) => row.map((value, j) => (value - scales[j].centre) / scales[j].deviation));
  return {
    x: Float32Array.from(scaled.flatMap((row) => row.slice(0, columns))),
    y: Float32Array.from(scaled, (row) => row[columns]),
  };
}

if (import.meta.main) {
  await startEngine();
  for (const { method, loss, gap, weights, size } of await lionFamily()) {
    console.log(
      `${method}: loss ${loss.toFixed(4)}, at most ${gap.toFixed(4)} above the least, weights of size ${size.toFixed(3)}`,
    );
    console.log(`  ${weights.map((weight) => weight.toFixed(3)).join("  ")}`);
  }
  const { tree, vector } = await networkLosses();
  console.log(
    `network by 1.5-norms of each array: loss ${tree.toFixed(4)} as a tree, ${vector.toFixed(4)} as a vector`,
  );
  const { gamma, epsilon, h } = equationOf(0.01);
  console.log(
    `Lion at learning rate ${h}: friction ${gamma.toFixed(2)}, gradient correction ${epsilon.toFixed(2)}`,
  );
}
