/*
 * Predicts who converts, from noisy totals of groups: nobody's own conversion is ever seen.
 *
 * Users of an insurer's campaign are put into bags. For each bag the measurement service tells how many of its users
 * bought, with noise that gives label differential privacy. A model of single users is trained on that, the mixture of
 * bag-level and instance-level loss is chosen by bags that were held out, and users it has never seen are ranked.
 *
 *     npx node --conditions=minimand-source examples/conversion-measurement.ts
 */

import { readFile } from "node:fs/promises";
import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { encode, fitEncoder, makeDataset, readTable } from "@minimand/compare";
import { dataFile } from "@minimand/data";
import { adamw, aggregateObjective, fit, predictor, supervised } from "minimand";
import { derive, disposeTree, keyOf, randomSource, shuffle } from "minimand/engine";
import { aggregateLoss } from "minimand/losses";
import { rocAuc } from "minimand/metrics";
import { linear } from "minimand/models";
import {
  bagBatches,
  bagMeansOfTotals,
  clipBagMeans,
  labelPrivacy,
  makeBags,
  privatiseBagMeans,
} from "minimand/training";

/** Users on the host: their inputs, and whether they bought (0 or 1). */
interface Users {
  x: Float32Array<ArrayBuffer>;
  bought: number[];
}

/** What came out. */
export interface ConversionResult {
  bags: number;
  /** Of one release, and of one every day of a month with a small chance of failure. */
  epsilon: number;
  monthly: { epsilon: number; delta: number };
  /** Root mean square of the noise in a bag's share of buyers, and the share of buyers among all users. */
  noise: number;
  buyers: number;
  /** For each mixture the bag-level loss on held-out bags and the area under the ROC curve of new users. */
  mixtures: { rho: number; heldOut: number; auc: number }[];
  chosen: number;
  /** The same model trained on what every user did. */
  individual: number;
}

const bagsPerBatch = 16;

export async function conversions({
  epsilon = 2,
  bagSize = 20,
  users = 6000,
  epochs = 10,
  rhos = [0, 0.03, 0.1, 0.3, 1],
  seed = 1,
  random = randomSource(derive(seed, 5)),
} = {}): Promise<ConversionResult> {
  const { known, fresh, inputs } = await customers(users, seed);

  // What the measurement service does. It alone sees conversions, and needs a cryptographic source of noise.
  const bagIds = makeBags(users, bagSize, { seed });
  const report = privatiseBagMeans(known.bought, bagIds, { range: [0, 1], epsilon, random });
  const totals = new Float64Array(report.noisyMeans.length);
  known.bought.forEach((bought, user) => {
    totals[bagIds[user]] += bought;
  });
  const exact = bagMeansOfTotals(totals, bagIds);
  const errors = exact.map((mean, bag) => report.noisyMeans[bag] - mean);
  const month = labelPrivacy(Array(30).fill(report.release), { delta: 1e-6 });

  // From here on there are the bags' noisy means. Some leave [0, 1], where a probability can't follow.
  const means = clipBagMeans(report.noisyMeans, { range: [0, 1], margin: 1e-3 });
  const train = trainer(inputs, epochs, seed);
  const [fitted, held] = heldOut(known, bagIds, means, inputs);
  const tried = [];
  for (const rho of rhos) {
    const part = await train(fitted, rho);
    const loss = aggregateLoss(np.array(await part(held.x)), held.bagIds, np.array([...held.means]), {
      kind: "bag",
      loss: "logistic",
    });
    const all = await train({ x: known.x, bagIds, means }, rho);
    tried.push({ rho, heldOut: loss.item(), auc: rocAuc(fresh.bought, await all(fresh.x)) });
  }
  const single = { x: known.x, bagIds: Int32Array.from(known.bought.keys()), means: known.bought };
  const individual = await train(single, 1);
  const result = {
    bags: means.length,
    epsilon: report.release.epsilon,
    monthly: { epsilon: month.epsilon, delta: month.delta },
    noise: Math.hypot(...errors) / Math.sqrt(errors.length),
    buyers: known.bought.reduce((a, b) => a + b) / users,
    mixtures: tried,
    chosen: tried.reduce((a, b) => (b.heldOut < a.heldOut ? b : a)).rho,
    individual: rocAuc(fresh.bought, await individual(fresh.x)),
  };
  train.dispose();
  return result;
}

/** Inputs and bags, and what is known of them. */
interface Bags {
  x: Float32Array<ArrayBuffer>;
  bagIds: Int32Array;
  means: Float64Array | number[];
}

/** Trains one logistic regression and gives back how to score users with it. */
function trainer(inputs: number, epochs: number, seed: number) {
  const model = linear({ inputs, outputs: 1 });
  const step = supervised({
    model,
    objective: aggregateObjective(model, {
      bagsPerBatch,
      loss: ({ rho }) => ({ loss: "logistic", rho }),
    }),
    optimizer: adamw(0.005),
  });
  const forward = predictor(model);
  const train = async ({ x, bagIds, means }: Bags, rho: number) => {
    const batches = bagBatches({ x, shape: [inputs], bagIds, means }, { bagsPerBatch, seed });
    let state = step.init(keyOf(seed), { hyper: { rho } });
    for (let epoch = 0; epoch < epochs; epoch++) {
      // biome-ignore lint/suspicious/noFocusedTests: it trains
      state = await fit({ step, state, batches: batches.epoch(epoch) });
    }
    const { params, modelState } = state;
    disposeTree(state.optimizer);
    return async (users: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>> => {
      const rows = np.array(users, { shape: [users.length / inputs, inputs] });
      return Float32Array.from(await forward(params, modelState, rows).data());
    };
  };
  return Object.assign(train, {
    dispose() {
      step.dispose();
      forward.dispose();
    },
  });
}

/** The last fifth of the bags, and the others. */
function heldOut({ x }: Users, bagIds: Int32Array, means: Float64Array, inputs: number): [Bags, Bags] {
  const first = Math.round(0.8 * means.length);
  const part = (from: number, to: number): Bags => {
    const rows = [...bagIds.keys()].filter((row) => bagIds[row] >= from && bagIds[row] < to);
    return {
      x: Float32Array.from(rows.flatMap((row) => [...x.subarray(row * inputs, (row + 1) * inputs)])),
      bagIds: Int32Array.from(rows, (row) => bagIds[row] - from),
      means: means.slice(from, to),
    };
  };
  return [part(0, first), part(first, means.length)];
}

/** Customers of an insurer, some of whom bought another insurance: those that are measured, and new ones. */
async function customers(
  count: number,
  seed: number,
): Promise<{ known: Users; fresh: Users; inputs: number }> {
  const bytes = await readFile(dataFile("coil2000_caravan.csv.gz"));
  const dataset = makeDataset(await readTable(bytes, { name: "coil2000_caravan" }), { target: "target" });
  const order = shuffle(
    Int32Array.from({ length: dataset.rows }, (_, row) => row),
    randomSource(derive(seed, 1)),
  );
  const encoder = fitEncoder(dataset, order.slice(0, count));
  const users = (rows: Int32Array): Users => ({
    x: Float32Array.from(encode(encoder, dataset, rows).x),
    bought: Array.from(rows, (row) => dataset.labels[row]),
  });
  return { known: users(order.slice(0, count)), fresh: users(order.slice(count)), inputs: encoder.inputs };
}

if (import.meta.main) {
  await init("wasm");
  defaultDevice("wasm");
  const { bags, epsilon, monthly, noise, buyers, mixtures: tried, chosen, individual } = await conversions();
  console.log(`${bags} bags, each total with noise for epsilon ${epsilon}`);
  console.log(`share of buyers ${buyers.toFixed(3)}, noise in that of a bag ${noise.toFixed(3)}`);
  console.log(`a report a day for a month: epsilon ${monthly.epsilon.toFixed(1)}, delta ${monthly.delta}\n`);
  console.log("rho     held-out bags   AUC of new users");
  for (const { rho, heldOut: loss, auc } of tried)
    console.log(
      `${rho.toFixed(2).padEnd(8)}${loss.toFixed(4).padEnd(16)}${auc.toFixed(3)}${rho === chosen ? "   chosen" : ""}`,
    );
  console.log(`\nwith every user's own conversion        ${individual.toFixed(3)}`);
}
