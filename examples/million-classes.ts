/*
 * Which of a million items does a customer buy next? An output layer with a million classes, trained exactly (every step
 * is gradient descent on all 64 million weights) at a cost that does not depend on their number.
 *
 *   npx node --conditions=minimand-source examples/million-classes.ts
 *
 * The shop is made up. Its items lie on shelves: 250 departments times 4 prices. Whoever has just been at one shelf goes
 * on, four times out of five, to a department that goes with it, stays with the price, and takes the popular items of that
 * shelf most often (Zipf). The model sees shelf and price, and must find out which departments go together and what is
 * popular. As the shop is made up, the best that any model can reach is known too.
 */
import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import {
  FactoredOutputLayer,
  initialOutputWeights,
  trainWithFactoredOutput,
} from "@minimand/lab/output-layer";
import { adam, type Batch, mlp, predictor } from "minimand";
import { keyOf, randomSource } from "minimand/engine";
import { zLossSpec } from "minimand/losses";
import { targetRanks, topKAccuracy } from "minimand/metrics";

/** Size of the shop and of the training. */
export interface Settings {
  departments: number;
  itemsPerShelf: number;
  steps: number;
  batch: number;
  /** Customers of the test. */
  customers: number;
  seed: number;
  log: (line: string) => void;
}

export const million: Settings = {
  departments: 250,
  itemsPerShelf: 1000,
  steps: 2000,
  batch: 128,
  customers: 128,
  seed: 1,
  log: console.log,
};

const prices = 4;
const features = 64;
/** How often customers go on to the department that goes with the last. */
const loyal = 0.8;

/** Customers of the shop: where they have just been, and what they buy next. */
function shop({ departments, itemsPerShelf }: Settings) {
  const cumulative: number[] = [];
  let total = 0;
  for (let rank = 1; rank <= itemsPerShelf; rank++) {
    total += rank ** -1.5;
    cumulative.push(total);
  }
  const popularity = cumulative.map((sum) => sum / total);
  return {
    classes: departments * prices * itemsPerShelf,
    inputs: departments + prices,
    /** Fills a row of inputs and gives the class bought. */
    customer(next: () => number, x: Float32Array, row: number): number {
      const [department, price] = [Math.floor(next() * departments), Math.floor(next() * prices)];
      x[row * (departments + prices) + department] = 1;
      x[row * (departments + prices) + departments + price] = 1;
      const partner = (department * 7 + 3) % departments;
      const to = next() < loyal ? partner : Math.floor(next() * departments);
      const drawn = next();
      const item = popularity.findIndex((share) => drawn <= share);
      return (to * prices + price) * itemsPerShelf + item;
    },
    /** The share of customers whose next item is among the k best guesses, for the best of all models. */
    best: (k: number): number => (loyal + (1 - loyal) / departments) * popularity[k - 1],
  };
}

/** Trains, tests and reports; returns what was measured. */
export async function run(settings: Settings) {
  const { batch, steps, customers, seed, log } = settings;
  const { classes, inputs, customer, best } = shop(settings);
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;

  const weights = initialOutputWeights({ classes, features, seed, precision: "float32" });
  // A band wider than usual: each time the factors leave it, all of the million rows are gone through.
  const layer = new FactoredOutputLayer(weights, { classes, features, band: [0.1, 10] });
  const count = (n: number): string => n.toLocaleString("en");
  log(`${count(classes)} classes, ${count(classes * features)} weights in the output layer (${seconds()})`);

  const next = randomSource(seed);
  function* batches(): Generator<Batch> {
    for (let step = 0; step < steps; step++) {
      const x = new Float32Array(batch * inputs);
      const y = Int32Array.from({ length: batch }, (_, row) => customer(next, x, row));
      yield {
        x: np.array(x, { shape: [batch, inputs] }),
        y: np.array(y),
        weights: np.ones([batch]),
        ids: new Int32Array(batch),
        rows: batch,
      };
    }
  }
  const body = mlp({ inputs, hidden: [128], outputs: features });
  const training = performance.now();
  let mean = 0;
  const trained = await trainWithFactoredOutput({
    body,
    layer,
    loss: zLossSpec({ a: 0.02, b: 100 }),
    optimizer: adam(3e-3),
    // Plain gradient descent, falling to 0.
    learningRate: (step) => 60 * (1 - step / steps),
    key: keyOf(seed),
    batches: batches(),
    onStep({ step, metrics }) {
      mean += metrics.loss / Math.ceil(steps / 10);
      if ((step + 1) % Math.ceil(steps / 10) > 0) return;
      log(`step ${step + 1}: Z-loss ${mean.toFixed(3)} (${seconds()})`);
      mean = 0;
    },
  });
  const millisecondsAStep = (performance.now() - training) / steps;

  const x = new Float32Array(customers * inputs);
  const test = randomSource(seed + 1);
  const y = Int32Array.from({ length: customers }, (_, row) => customer(test, x, row));
  const input = np.array(x, { shape: [customers, inputs] });
  const hidden = (await predictor(body)(trained.params, trained.state, input).data()) as Float32Array;
  // A few customers at a time: a row of scores has a million numbers.
  const ranks: number[] = [];
  for (let first = 0; first < customers; first += 16) {
    const scores = layer.scores(hidden.subarray(first * features, (first + 16) * features));
    ranks.push(...targetRanks(y.subarray(first, first + 16), scores, classes));
  }
  const accuracy = Object.fromEntries([1, 10, 100].map((k) => [k, topKAccuracy(ranks, k)]));
  for (const [k, share] of Object.entries(accuracy))
    log(
      `next item among the ${k} best: ${(100 * share).toFixed(1)} % (best possible ${(100 * best(Number(k))).toFixed(1)} %)`,
    );
  const memoryMB = process.memoryUsage().rss / 2 ** 20;
  log(`${millisecondsAStep.toFixed(1)} ms a step, ${memoryMB.toFixed(0)} MB of memory, ${seconds()} in all`);
  return { classes, accuracy, best, millisecondsAStep };
}

if (import.meta.main) {
  await init("wasm");
  defaultDevice("wasm");
  await run(million);
}
