/*
 * Losses for rare classes and for wrong labels.
 *
 * One customer in seven leaves. The same network learns to find them by eight losses; each finds another share of them at the price of
 * another share of false alarms. Then three in ten labels of the training set are made wrong, and the network trains with a loss
 * that drops examples whose label it finds improbable.
 *
 *     npx node --conditions=minimand-source examples/imbalanced-losses.ts
 */

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { numpy as np, random } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import {
  adam,
  type BatchLoss,
  crossEntropy,
  fit,
  minibatches,
  mlp,
  objectiveOf,
  predictor,
  supervised,
} from "minimand";
import { derive, disposeTree, keyOf, randomSource, refTree, shuffle } from "minimand/engine";
import {
  annealedL,
  anyLoss,
  anyLossMixture,
  anyLossSplitter,
  balancedClassWeights,
  classWeightedCrossEntropy,
  costScore,
  ensLossCotangent,
  ensLossPairwise,
  gmeanSquared,
  isValidLossDerivative,
  truncatedGceInit,
  truncatedGcePrune,
} from "minimand/losses";
import { binaryCounts } from "minimand/metrics";
import { startEngine } from "minimand/start";
import { injectLabelNoise, remember, truncatedGceObjective } from "minimand/training";

const inputs = 17;
/** What a missed customer costs, in false alarms. */
const falseNegative = 8;
const model = mlp({ inputs, hidden: [16], outputs: 2 });

/** Shares of leaving customers found and of staying ones alarmed, and the mean cost of a customer. */
export interface Found {
  loss: string;
  found: number;
  alarmed: number;
  cost: number;
}

type AnnealedLoss = BatchLoss<{ L: number }>;

function lossesFor(counts: readonly number[]): { [name: string]: AnnealedLoss } {
  const classWeights = Float32Array.from(balancedClassWeights(counts));
  return {
    "cross-entropy": (z, y, { weights }) => crossEntropy(z, y, { weights }),
    "balanced cross-entropy": (z, y, { weights }) =>
      classWeightedCrossEntropy(z, y, { weights, classWeights: np.array(classWeights) }),
    "AnyLoss, G-mean": (z, y, { weights, hyper }) =>
      anyLoss(z, y, { metric: "gmean", fromLogits: true, L: hyper.L, weights }),
    "AnyLoss, squared G-mean": (z, y, { weights, hyper }) =>
      anyLoss(z, y, { metric: gmeanSquared, fromLogits: true, L: hyper.L, weights }),
    "AnyLoss, cost": (z, y, { weights, hyper }) =>
      anyLoss(z, y, {
        metric: costScore({ falsePositive: 1, falseNegative }),
        fromLogits: true,
        L: hyper.L,
        weights,
      }),
    "mixture with G-mean": (z, y, { weights, hyper }) =>
      anyLossMixture(z, y, { metric: "gmean", L: hyper.L, weights }),
    "splitter with F-beta": (z, y, { weights, hyper }) =>
      anyLossSplitter(z, y, { metric: "fbeta", scoreWeight: 0.9, fromLogits: true, L: hyper.L, weights }),
    "EnsLoss on pairs": (z, y, { weights, key }) => ensLossPairwise(z, y, { weights, key }),
  };
}

/** The customers who leave that each loss finds among those held out. */
export async function rareCustomers({ epochs = 20, seed = 1 } = {}) {
  const { train, test } = await customers(seed);
  const counts = [0, 1].map((label) => train.y.filter((y) => y === label).length);
  const batches = minibatches({ x: train.x, shape: [inputs], y: train.y, classes: 2 }, { size: 250, seed });
  const rows: Found[] = [];
  for (const [loss, of] of Object.entries(lossesFor(counts))) {
    const step = supervised({
      model,
      objective: objectiveOf<{ L: number }>(model, of),
      optimizer: adam(5e-3),
      hyper: { L: 10 },
    });
    let state = step.init(keyOf(seed));
    for (let epoch = 0; epoch < epochs; epoch++) {
      // From a gentle sigmoid to a steep one: a hyperparameter is an input of the compiled step.
      state = { ...state, hyper: { L: annealedL(epoch, { steps: epochs }) } };
      // biome-ignore lint/suspicious/noFocusedTests: it trains
      state = await fit({ step, state, batches: batches.epoch(epoch) });
    }
    const { TN, FP, FN, TP } = binaryCounts(test.y, await predicted(state.params, test));
    const cost = (FP + falseNegative * FN) / test.y.length;
    rows.push({ loss, found: TP / (TP + FN), alarmed: FP / (FP + TN), cost });
    disposeTree([state.params, state.optimizer, state.modelState]);
    step.dispose();
  }
  return { counts, rows };
}

/** Accuracy on right labels after training on wrong ones, and how many right and wrong labels were dropped. */
export async function wrongLabels({ epochs = 20, rate = 0.3, seed = 1 } = {}) {
  const { train, test } = await customers(seed);
  const { labels, flipped } = injectLabelNoise(train.y, { kind: "uniform", rate, classes: 2, seed });
  const batches = minibatches({ x: train.x, shape: [inputs], y: labels, classes: 2 }, { size: 250, seed });
  const step = supervised({
    model,
    objective: truncatedGceObjective(model, { q: 0.7 }),
    optimizer: adam(5e-3),
  });
  const memory = truncatedGceInit(labels.length);
  let state = step.init(keyOf(seed), { memory: { ...memory } });
  const forward = predictor(model);
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (epoch === Math.floor(epochs / 2))
      for (const { x, y, weights, ids } of batches.epoch(epoch)) {
        weights.dispose();
        const kept = truncatedGcePrune(forward(refTree(state.params), {}, x), y, { k: 0.4 });
        await remember(state.memory.keep, ids, kept);
      }
    // biome-ignore lint/suspicious/noFocusedTests: it trains
    state = await fit({ step, state, batches: batches.epoch(epoch) });
  }
  const share = (wrong: boolean) => {
    const own = [...state.memory.keep].filter((_, i) => Boolean(flipped[i]) === wrong);
    return own.filter((keep) => keep === 0).length / own.length;
  };
  const result = {
    accuracy: rightShare(test, await predicted(state.params, test)),
    droppedRight: share(false),
    droppedWrong: share(true),
  };
  disposeTree([state.params, state.optimizer, state.modelState]);
  step.dispose();
  forward.dispose();
  return result;
}

/** A linear score trained by the cotangents of EnsLoss alone, and in how many steps they were those of a valid loss. */
export async function byCotangents({ steps = 60, size = 250, seed = 1 } = {}) {
  const { train, test } = await customers(seed);
  const w = new Float64Array(inputs + 1);
  const rowOf = ({ x }: Customers, i: number) => x.subarray(i * inputs, (i + 1) * inputs);
  const scoreOf = (row: Float32Array) => row.reduce((sum, value, j) => sum + value * w[j], w[inputs]);
  let valid = 0;
  for (let step = 0; step < steps; step++) {
    const ids = Array.from({ length: size }, (_, i) => (step * size + i) % train.y.length);
    const scores = ids.map((id) => scoreOf(rowOf(train, id)));
    const y = Int32Array.from(ids, (id) => train.y[id]);
    const key = random.key(derive(seed, step));
    const cotangent = await ensLossCotangent(np.array(Float32Array.from(scores)), np.array(y), {
      key,
    }).data();
    // The cotangent is the sign of the label times the derivative at the margin, over the number of rows.
    const signs = Array.from(y, (label) => 2 * label - 1);
    const { negative, monotone } = isValidLossDerivative(
      scores.map((score, i) => signs[i] * score),
      signs.map((sign, i) => sign * size * cotangent[i]),
    );
    valid += Number(negative && monotone);
    ids.forEach((id, i) => {
      rowOf(train, id).forEach((value, j) => {
        w[j] -= cotangent[i] * value;
      });
      w[inputs] -= cotangent[i];
    });
  }
  const guesses = Array.from(test.y, (_, i) => Number(scoreOf(rowOf(test, i)) > 0));
  return {
    steps,
    valid,
    accuracy: rightShare(test, guesses),
    staying: rightShare(
      test,
      guesses.map(() => 0),
    ),
  };
}

/** Share of customers of whom this is right. */
function rightShare({ y }: Customers, guesses: ArrayLike<number>): number {
  return y.filter((label, i) => label === guesses[i]).length / y.length;
}

interface Customers {
  x: Float32Array<ArrayBuffer>;
  y: Int32Array<ArrayBuffer>;
}

async function predicted(params: Parameters<typeof refTree>[0], { x, y }: Customers): Promise<Int32Array> {
  const forward = predictor(model);
  const logits = forward(refTree(params), {}, np.array(x, { shape: [y.length, inputs] }));
  const found = (await np.argmax(logits, 1).data()) as Int32Array;
  forward.dispose();
  return found;
}

/** 5000 customers, half of them to train on; states and area codes are left out, columns scaled. */
async function customers(seed: number): Promise<{ train: Customers; test: Customers }> {
  const text = gunzipSync(await readFile(dataFile("churn.csv.gz"))).toString("utf8");
  const numbers = (line: string) =>
    line
      .split(",")
      .filter((_, column) => column !== 0 && column !== 2)
      .map((cell) => (cell === "yes" ? 1 : cell === "no" ? 0 : Number(cell)));
  const all = text.trim().split("\n").slice(1).map(numbers);
  const order = shuffle(
    all.map((_, i) => i),
    randomSource(seed),
  );
  const rows = order.map((i) => all[i]);
  const scales = Array.from({ length: inputs }, (_, j) => {
    const centre = rows.reduce((sum, row) => sum + row[j], 0) / rows.length;
    return { centre, deviation: Math.hypot(...rows.map((row) => row[j] - centre)) / Math.sqrt(rows.length) };
  });
  const take = (chosen: number[][]): Customers => ({
    x: Float32Array.from(chosen.flatMap((row) => scales.map((s, j) => (row[j] - s.centre) / s.deviation))),
    y: Int32Array.from(chosen, (row) => row[inputs]),
  });
  return { train: take(rows.slice(0, rows.length / 2)), test: take(rows.slice(rows.length / 2)) };
}

if (import.meta.main) {
  await startEngine();
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8);
  const { rows } = await rareCustomers();
  console.log("loss                         found  alarmed   cost");
  for (const { loss, found, alarmed, cost } of rows)
    console.log(`${loss.padEnd(25)} ${percent(found)} ${percent(alarmed)}   ${cost.toFixed(3)}`);
  const { accuracy, droppedRight, droppedWrong } = await wrongLabels();
  console.log(`three labels in ten wrong: accuracy ${percent(accuracy)}`);
  console.log(
    `  dropped: ${percent(droppedWrong)} of the wrong labels, ${percent(droppedRight)} of the right ones`,
  );
  const own = await byCotangents();
  console.log(`EnsLoss by its cotangents: ${own.valid} of ${own.steps} steps convex and calibrated`);
  console.log(`  accuracy ${percent(own.accuracy)}; ${percent(own.staying)} of the customers stay`);
}
