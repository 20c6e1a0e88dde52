/*
 * Find the operation behind pictures and the width of a network by gradients.
 *
 * The first search mixes four operations on an edge and finds the one that has produced the pictures. The second one trains a wide
 * network with a gate for each hidden channel by RARTS. An l1 penalty closes gates; the network is pruned to those that are open, and
 * its gates are folded into the weights of a plain perceptron.
 *
 *     npx node --conditions=minimand-source examples/architecture-search.ts
 */

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { numpy as np, random } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import {
  averageNetworks,
  averagePooling,
  bilevelOf,
  cellOperations,
  closedGates,
  discardSearch,
  foldGates,
  gateScores,
  mixedOperation,
  pruneChannels,
  rarts,
  rartsObjective,
  runSearch,
  type SearchBatch,
  type SlimmableParams,
  slimmableMlp,
  stableFor,
} from "@minimand/lab/architecture";
import { adam, crossEntropy, minibatches, mlp, predictor, sgd } from "minimand";
import {
  compiledValueAndGrad,
  disposeTree,
  keyOf,
  randomSource,
  refTree,
  shuffle,
  type Tree,
} from "minimand/engine";
import { applyUpdates, proxL1 } from "minimand/optimizers";
import { startEngine } from "minimand/start";

/** An operation that was found, its weight in the mixture, and after how many steps. */
export interface FoundOperation {
  name: string;
  weight: number;
  steps: number;
}

/** Which of the operations of cells has made smooth pictures out of noise; stops when the answer is settled. */
export async function operationOf({ steps = 200, settledFor = 30, seed = 1 } = {}): Promise<FoundOperation> {
  const x = random.normal(keyOf(seed), [8, 8, 8, 2]);
  const target = averagePooling.apply({}, x.ref);
  const loss = compiledValueAndGrad((alpha: Tree, data: { x: np.Array; target: np.Array; params: Tree[] }) =>
    np.square(mixedOperation(cellOperations, data.params, alpha as np.Array, data.x).sub(data.target)).mean(),
  );
  const params = cellOperations.map(({ init }, i) => init(keyOf(seed + i), 2));
  const optimizer = adam(0.1);
  let alpha = np.zeros([cellOperations.length]);
  let state = optimizer.init(alpha);
  const settled = stableFor(settledFor);
  let largest = { name: "", weight: 0 };
  let made = 0;
  while (made < steps) {
    const [value, gradient] = loss(alpha.ref, { x: x.ref, target: target.ref, params: refTree(params) });
    value.dispose();
    const [updates, next] = optimizer.update(gradient, state, alpha.ref);
    [alpha, state] = [applyUpdates(alpha, updates) as np.Array, next];
    made++;
    largest = largestWeight(await alpha.ref.data());
    if (settled(`${largest.name} ${largest.weight.toFixed(1)}`)) break;
  }
  disposeTree([x, target, params, alpha, state]);
  loss.dispose();
  return { ...largest, steps: made };
}

function largestWeight(alpha: ArrayLike<number>): { name: string; weight: number } {
  const sizes = Array.from(alpha, Math.exp);
  const weights = sizes.map((size) => size / sizes.reduce((a, b) => a + b));
  const weight = Math.max(...weights);
  return { name: cellOperations[weights.indexOf(weight)].name, weight };
}

/** What the search for a width found. */
export interface FoundWidth {
  /** Hidden channels before, and those whose gates are open. */
  wide: number;
  narrow: number;
  /** The objective of the search on all of its rows, at its start and at its end. */
  objective: [before: number, after: number];
  /** On held-out tumours: the searched network, and the plain perceptron of the open channels. */
  accuracy: number;
  narrowAccuracy: number;
}

const inputs = 30;

/** Which hidden channels a classifier of tumours needs. */
export async function widthOf({ wide = 48, epochs = 60, mu = 0.1, seed = 1 } = {}): Promise<FoundWidth> {
  const { weightHalf, gateHalf, test } = await tumours(seed);
  const model = slimmableMlp({ inputs, hidden: [wide], outputs: 2 });
  const problem = bilevelOf(model, (logits, y, { weights }) => crossEntropy(logits, y, { weights }));
  const setting = { lambda: 1, beta: 1 };
  const gateRate = 0.05;
  const search = rarts(problem, {
    optimizer: () => sgd(0.05, { momentum: 0.9, weightDecay: 1e-3 }),
    architectureOptimizer: () => sgd(gateRate),
    architectureProx: (gates: Tree) =>
      (gates as np.Array[]).map((alpha) => proxL1(alpha, gateRate * mu)) as Tree,
    coupling: "implicit",
  });
  const objectiveAt = (weights: Tree, twin: Tree, architecture: Tree): number => {
    const parts = { weights: refTree(weights), twin: refTree(twin), architecture: refTree(architecture) };
    return rartsObjective(problem, parts, setting, batchOf(weightHalf), batchOf(gateHalf)).item();
  };

  const { params } = model.init(keyOf(seed));
  const before = objectiveAt(params.weights, params.weights, params.architecture);
  const [forWeights, forGates] = [weightHalf, gateHalf].map(({ x, y }, half) =>
    minibatches({ x, shape: [inputs], y, classes: 2 }, { size: 32, seed: seed + half }),
  );
  const pairs = (function* () {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const others = forGates.epoch(epoch);
      for (const batch of forWeights.epoch(epoch)) {
        const other = others.next();
        if (other.done) disposeTree(rowsOf(batch));
        else yield [rowsOf(batch), rowsOf(other.value)] as const;
      }
    }
  })();
  const state = await runSearch({
    search,
    state: search.init(params.weights, params.architecture, { hyper: { learningRate: 0.05, ...setting } }),
    batches: pairs,
  });
  const { weights, twin, ...rest } = state.networks;
  const after = objectiveAt(weights, twin, state.architecture);
  const found: SlimmableParams = {
    weights: averageNetworks(weights, twin) as SlimmableParams["weights"],
    architecture: state.architecture as np.Array[],
  };
  discardSearch({ ...state, networks: rest as never, architecture: [] });

  const keep = wide - closedGates(found);
  const pruned = pruneChannels(found, { keep, scores: gateScores(found) });
  const narrow = mlp({ inputs, hidden: pruned.hidden, outputs: 2 });
  const accuracy = await accuracyOf(model, found as unknown as Tree, test);
  const narrowAccuracy = await accuracyOf(narrow, foldGates(pruned.params), test);
  return { wide, narrow: keep, objective: [before, after], accuracy, narrowAccuracy };
}

interface Tumours {
  x: Float32Array<ArrayBuffer>;
  y: Int32Array<ArrayBuffer>;
}

/** Without the numbers of the rows. */
const rowsOf = ({ x, y, weights }: SearchBatch): SearchBatch => ({ x, y, weights });

const batchOf = ({ x, y }: Tumours) => ({
  x: np.array(x, { shape: [y.length, inputs] }),
  y: np.array(y),
  weights: np.ones([y.length]),
});

/** Consumes the parameters. */
async function accuracyOf(
  model: Parameters<typeof predictor>[0],
  params: Tree,
  { x, y }: Tumours,
): Promise<number> {
  const forward = predictor(model);
  const logits = await forward(params, {}, np.array(x, { shape: [y.length, inputs] })).data();
  forward.dispose();
  return y.filter((label, i) => Number(logits[2 * i + 1] > logits[2 * i]) === label).length / y.length;
}

/** 569 tumours, scaled by the rows that are searched on: two parts of 200 for weights and gates, the others held out. */
async function tumours(seed: number): Promise<{ weightHalf: Tumours; gateHalf: Tumours; test: Tumours }> {
  const text = gunzipSync(await readFile(dataFile("breast_cancer_wdbc.csv.gz"))).toString("utf8");
  const lines = text.trim().split("\n").slice(1);
  const order = shuffle(
    lines.map((_, i) => i),
    randomSource(seed),
  );
  const rows = order.map((i) => lines[i].split(",").map(Number));
  const searched = rows.slice(0, 400);
  const scales = Array.from({ length: inputs }, (_, k) => {
    const centre = searched.reduce((sum, row) => sum + row[k], 0) / searched.length;
    const spread = Math.hypot(...searched.map((row) => row[k] - centre)) / Math.sqrt(searched.length);
    return { centre, spread };
  });
  const take = (from: number, to?: number): Tumours => {
    const part = rows.slice(from, to);
    return {
      x: Float32Array.from(
        part.flatMap((row) => scales.map(({ centre, spread }, k) => (row[k] - centre) / spread)),
      ),
      y: Int32Array.from(part, (row) => row[inputs]),
    };
  };
  return { weightHalf: take(0, 200), gateHalf: take(200, 400), test: take(400) };
}

if (import.meta.main) {
  await startEngine();
  const { name, weight, steps } = await operationOf();
  console.log(`the pictures come from "${name}": weight ${weight.toFixed(2)} after ${steps} steps`);
  const { wide, narrow, objective, accuracy, narrowAccuracy } = await widthOf();
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  console.log(
    `${narrow} of ${wide} hidden channels are open; objective ${objective.map((v) => v.toFixed(3)).join(" -> ")}`,
  );
  console.log(
    `accuracy on held-out tumours: gated network ${percent(accuracy)}, plain one ${percent(narrowAccuracy)}`,
  );
}
