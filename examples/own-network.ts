/*
 * A network of one's own layers with a loss of one's own, where three in ten labels are wrong.
 *
 * Trains the same residual network on handwritten digits twice, with cross-entropy and with a loss that is written here, and
 * tells how many digits with right labels each recognises that neither has seen.
 *
 *     npx node --conditions=minimand-source examples/own-network.ts
 */

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import {
  adamw,
  type BatchLoss,
  crossEntropy,
  dense,
  dropout,
  fit,
  minibatches,
  objectiveOf,
  predictor,
  residual,
  sequential,
  silu,
  supervised,
} from "minimand";
import { derive, disposeTree, keyOf, logSoftmax, randomSource, shuffle } from "minimand/engine";
import { batchNorm, gelu, rmsNorm } from "minimand/models";

const pixels = 64;
const classes = 10;

/** Shares of digits recognised, of rows held out. */
export interface OwnNetworkResult {
  crossEntropy: number;
  own: number;
}

export async function ownNetwork({ epochs = 30, wrong = 0.3, seed = 1 } = {}): Promise<OwnNetworkResult> {
  const { train, test } = await digits(seed);
  const random = randomSource(derive(seed, 1));
  const noisy = train.y.map((label) => (random() < wrong ? Math.floor(random() * classes) : label));

  const model = sequential([
    dense({ inputs: pixels, outputs: 96, bias: false }),
    batchNorm(96),
    silu,
    residual([rmsNorm(96), dense({ inputs: 96, outputs: 96 }), gelu, dense({ inputs: 96, outputs: 96 })]),
    dropout(0.2),
    dense({ inputs: 96, outputs: classes }),
  ]);
  const batches = minibatches({ x: train.x, shape: [pixels], y: noisy, classes }, { size: 64, seed });

  const recognised = async (loss: BatchLoss): Promise<number> => {
    const step = supervised({ model, objective: objectiveOf(model, loss), optimizer: adamw(2e-3) });
    let state = step.init(keyOf(seed));
    for (let epoch = 0; epoch < epochs; epoch++) {
      // biome-ignore lint/suspicious/noFocusedTests: it trains
      state = await fit({ step, state, batches: batches.epoch(epoch) });
    }
    const forward = predictor(model);
    const x = np.array(test.x, { shape: [test.y.length, pixels] });
    const found = await np.argmax(forward(state.params, state.modelState, x), 1).data();
    disposeTree([state.params, state.optimizer, state.modelState]);
    step.dispose();
    forward.dispose();
    return test.y.filter((label, i) => label === found[i]).length / test.y.length;
  };
  return {
    crossEntropy: await recognised((logits, y, { weights }) => crossEntropy(logits, y, { weights })),
    own: await recognised((logits, y, { weights }) => ownLoss(logits, y).mul(weights)),
  };
}

/** `1 - p(label)`: a wrong label costs no more than 1, however sure the network is of another. */
function ownLoss(logits: np.Array, y: np.Array): np.Array {
  const isLabel = np.arange(classes).equal(y.reshape([-1, 1]));
  const logP = np.where(isLabel, logSoftmax(logits), 0).sum(1);
  return np.exp(logP).neg().add(1);
}

interface Digits {
  x: Float32Array<ArrayBuffer>;
  y: Int32Array<ArrayBuffer>;
}

/** 1797 digits of 8 x 8 pixels, a quarter of them held out. */
async function digits(seed: number): Promise<{ train: Digits; test: Digits }> {
  const bytes = await readFile(dataFile("digits.csv.gz"));
  const [, ...lines] = gunzipSync(bytes).toString("utf8").trim().split("\n");
  const rows = lines.map((line) => line.split(",").map(Number));
  const order = shuffle(
    rows.map((_, i) => i),
    randomSource(seed),
  );
  const take = (chosen: number[]): Digits => ({
    x: Float32Array.from(chosen.flatMap((row) => rows[row].slice(0, pixels).map((v) => v / 16))),
    y: Int32Array.from(chosen, (row) => rows[row][pixels]),
  });
  const quarter = Math.floor(rows.length / 4);
  return { train: take(order.slice(quarter)), test: take(order.slice(0, quarter)) };
}

if (import.meta.main) {
  await init("wasm");
  defaultDevice("wasm");
  const result = await ownNetwork();
  const percent = (v: number) => `${(100 * v).toFixed(1)} %`;
  console.log(`cross-entropy  ${percent(result.crossEntropy)}`);
  console.log(`own loss       ${percent(result.own)}`);
}
