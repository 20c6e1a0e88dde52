/*
 * Weights of a few bits, read back from their bytes.
 *
 * A linear classifier of handwritten digits is exported with 8, 4 and 2 bits a weight. The program unpacks the bytes as a reader in
 * another language would, makes float weights of them, and counts the held-out digits that these recognise.
 *
 *     npx node --conditions=minimand-source examples/packed-weights.ts
 */

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { numpy as np } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import {
  adam,
  calibrateElastic,
  crossEntropy,
  dense,
  elasticNetwork,
  exportQuantized,
  fit,
  minibatches,
  objectiveOf,
  sequential,
  supervised,
  uniformConfigs,
} from "minimand";
import { disposeTree, keyOf, refTree, type Tree } from "minimand/engine";
import { dequantizeWeight, unpackIntegers } from "minimand/quantization";
import { startEngine } from "minimand/start";

const inputs = 64;
const classes = 10;

/** The classifier at some number of bits. */
export interface Packed {
  bits: number;
  bytes: number;
  /** Whether the codes from the bytes are those that were packed. */
  same: boolean;
  /** Distance of two neighbouring values of a weight; the largest one of a weight from its float value. */
  step: number;
  error: number;
  accuracy: number;
}

export async function packedWeights({ epochs = 15, seed = 1 } = {}): Promise<Packed[]> {
  const { x, y } = await digits();
  const cut = 64 * 21;
  const network = elasticNetwork([dense({ inputs, outputs: classes, bias: false })], { bits: [2, 4, 8] });
  const model = sequential(network.pieces);
  const step = supervised({
    model,
    objective: objectiveOf(model, (logits, labels, { weights }) => crossEntropy(logits, labels, { weights })),
    optimizer: adam(0.01),
  });
  const train = { x: x.slice(0, cut * inputs), shape: [inputs], y: y.slice(0, cut), classes };
  const batches = minibatches(train, { size: 64, seed });
  let state = step.init(keyOf(seed));
  for (let epoch = 0; epoch < epochs; epoch++) {
    // biome-ignore lint/suspicious/noFocusedTests: it trains
    state = await fit({ step, state, batches: batches.epoch(epoch) });
  }
  const float = (await (refTree(state.params) as { weight: np.Array }[])[0].weight.data()) as Float32Array;
  const variables = { params: refTree(state.params) as Tree[], state: network.pieces.map(() => ({})) };
  const start = calibrateElastic(
    network,
    variables,
    np.array(x.slice(0, 256 * inputs), { shape: [256, inputs] }),
  );
  const packed = [8, 4, 2].map((bits) => {
    const { layers } = exportQuantized(network, start, uniformConfigs(1, { bits, endBits: bits }));
    const { weight } = layers[0];
    const codes = unpackIntegers(weight.packed, { bits, count: inputs * classes });
    const read = dequantizeWeight({ ...weight, codes });
    return {
      bits,
      bytes: weight.packed.length,
      step: Math.max(...weight.scales),
      same: codes.every((code, i) => code === weight.codes[i]),
      error: Math.max(...read.map((value, i) => Math.abs(value - float[i]))),
      accuracy: accuracyOf(read, x.subarray(cut * inputs), y.subarray(cut)),
    };
  });
  disposeTree([state.params, state.optimizer, state.modelState, start as unknown as Tree]);
  step.dispose();
  return packed;
}

/** Share of digits recognised by weights `[inputs, classes]`. */
function accuracyOf(weight: Float32Array, x: Float32Array, y: Int32Array): number {
  const right = y.filter((label, row) => {
    const scores = new Float64Array(classes);
    for (let i = 0; i < inputs; i++)
      for (let k = 0; k < classes; k++) scores[k] += x[row * inputs + i] * weight[i * classes + k];
    return scores.indexOf(Math.max(...scores)) === label;
  });
  return right.length / y.length;
}

/** 1797 digits of 8 x 8 pixels. */
async function digits(): Promise<{ x: Float32Array<ArrayBuffer>; y: Int32Array<ArrayBuffer> }> {
  const text = gunzipSync(await readFile(dataFile("digits.csv.gz"))).toString("utf8");
  const rows = text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  return {
    x: Float32Array.from(rows.flatMap((row) => row.slice(0, inputs).map((value) => value / 16))),
    y: Int32Array.from(rows, (row) => row[inputs]),
  };
}

if (import.meta.main) {
  await startEngine();
  for (const { bits, bytes, same, error, accuracy } of await packedWeights())
    console.log(
      `${bits} bits: ${bytes} bytes, ${same ? "read back whole" : "damaged"}, weights at most ${error.toFixed(4)} off, ${(100 * accuracy).toFixed(1)} % recognised`,
    );
}
