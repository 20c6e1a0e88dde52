/*
 * A small convolutional network reads handwritten digits, and another one enlarges them.
 *
 * Both are put together from layers and trained on 28 x 28 images, on the native engine where it is installed and on WebAssembly
 * otherwise. The first tells which digit it sees. The second is given images of half the size and makes them large again: it
 * learns what interpolation between pixels gets wrong.
 *
 *     npx node --conditions=minimand-source examples/small-cnn.ts
 */

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { numpy as np } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import { readIdx } from "@minimand/papers";
import {
  adam,
  crossEntropy,
  dense,
  dropout,
  fit,
  type Layer,
  minibatches,
  objectiveOf,
  predictor,
  sequential,
  supervised,
} from "minimand";
import { type Compile, disposeTree, keyOf } from "minimand/engine";
import {
  avgPool,
  batchNorm,
  conv2d,
  convTranspose2d,
  flatten,
  globalAveragePool,
  maxPool,
  relu,
  upsample,
} from "minimand/models";
import { startEngine } from "minimand/start";

const side = 28;
const classes = 10;
const size = 64;
const seed = 1;

/** What came out, of test images that neither network has seen. */
export interface SmallCnnResult {
  /** Share of digits read, by a network that flattens its last images and by one that averages them. */
  flattened: number;
  averaged: number;
  /** Mean squared error of enlarged pixels: by interpolation, and by the network that adds to it. */
  interpolated: number;
  enlarged: number;
}

export interface SmallCnnSettings {
  /** Images to learn from, at most 10,000. */
  images?: number;
  epochs?: number;
  /** The engine's own unless given. */
  compile?: Compile;
}

export async function smallCnn(settings: SmallCnnSettings = {}): Promise<SmallCnnResult> {
  const { images = 6000, epochs = 2, compile } = settings;
  const [train, test] = [await digits("mnist-train", images), await digits("mnist-test", 2000)];
  const batches = minibatches({ x: train.x, shape: [side, side, 1], y: train.y, classes }, { size, seed });

  const read = async (model: Layer): Promise<number> => {
    const step = supervised({
      model,
      objective: objectiveOf(model, (logits, y, { weights }) => crossEntropy(logits, y, { weights })),
      optimizer: adam(1e-2),
      compile,
    });
    let state = step.init(keyOf(seed));
    for (let epoch = 0; epoch < epochs; epoch++) {
      // biome-ignore lint/suspicious/noFocusedTests: it trains
      state = await fit({ step, state, batches: batches.epoch(epoch) });
    }
    const forward = predictor(model, compile);
    let right = 0;
    for (let first = 0; first < test.y.length; first += 500) {
      const found = await np
        .argmax(forward(state.params, state.modelState, part(test, first, 500)), 1)
        .data();
      for (const [i, digit] of found.entries()) right += Number(digit === test.y[first + i]);
    }
    disposeTree([state.params, state.optimizer, state.modelState]);
    step.dispose();
    forward.dispose();
    return right / test.y.length;
  };

  const flattened = await read(
    sequential([
      conv2d({ inputs: 1, outputs: 8, kernel: 3, padding: "same" }),
      relu,
      maxPool({ size: 2 }),
      conv2d({ inputs: 8, outputs: 16, kernel: 3, padding: "same" }),
      relu,
      maxPool({ size: 2 }),
      flatten(),
      dropout(0.2),
      dense({ inputs: (side / 4) ** 2 * 16, outputs: classes }),
    ]),
  );
  const averaged = await read(
    sequential([
      conv2d({ inputs: 1, outputs: 8, kernel: 3, stride: 2, padding: "same", bias: false }),
      batchNorm(8),
      relu,
      conv2d({ inputs: 8, outputs: 16, kernel: 3, stride: 2, padding: "same", bias: false }),
      batchNorm(16),
      relu,
      conv2d({ inputs: 16, outputs: 32, kernel: 3, bias: false }),
      batchNorm(32),
      relu,
      globalAveragePool(),
      dense({ inputs: 32, outputs: classes }),
    ]),
  );

  // What interpolation gives is added to, so that the network learns the difference alone.
  const halved = avgPool({ size: 2 });
  const interpolation = upsample({ factor: 2, method: "bilinear" });
  const correction = sequential([
    conv2d({ inputs: 1, outputs: 16, kernel: 3, padding: "same" }),
    relu,
    convTranspose2d({ inputs: 16, outputs: 1, kernel: 4, stride: 2, padding: "same" }),
  ]);
  const apply = (layer: Layer, x: np.Array): np.Array =>
    layer.apply({ params: {}, state: {} }, x, { training: false })[0];
  const step = supervised({
    model: correction,
    objective: (params, { modelState, memory, key }, { x, y, weights }) => {
      y.dispose();
      const small = apply(halved, x.ref);
      const [added, state] = correction.apply({ params, state: modelState }, small.ref, {
        training: true,
        key,
      });
      const output = apply(interpolation, small).add(added);
      const errors = np.square(output.ref.sub(x)).mean([1, 2, 3]);
      return [errors.mul(weights).mean(), { output, modelState: state, memory }];
    },
    optimizer: adam(3e-3),
    compile,
  });
  let state = step.init(keyOf(seed));
  for (let epoch = 0; epoch < epochs; epoch++) {
    // biome-ignore lint/suspicious/noFocusedTests: it trains
    state = await fit({ step, state, batches: batches.epoch(epoch) });
  }
  const forward = predictor(correction, compile);
  const x = part(test, 0, 500);
  const small = apply(halved, x.ref);
  const smooth = apply(interpolation, small.ref);
  const sharp = smooth.ref.add(forward(state.params, state.modelState, small));
  const error = (found: np.Array): number => np.square(found.sub(x.ref)).mean().item();
  const result = {
    flattened,
    averaged,
    interpolated: error(smooth),
    enlarged: error(sharp),
  };
  x.dispose();
  disposeTree([state.params, state.optimizer, state.modelState]);
  step.dispose();
  forward.dispose();
  return result;
}

interface Digits {
  x: Float32Array<ArrayBuffer>;
  y: Int32Array<ArrayBuffer>;
}

/** The first images of a file, and which digits they are. */
async function digits(name: string, count: number): Promise<Digits> {
  const file = async (kind: string) =>
    new Uint8Array(gunzipSync(await readFile(dataFile(`images/${name}-${kind}.gz`))));
  const { pixels, labels } = readIdx(await file("images.idx3"), await file("labels.idx1"), name);
  return {
    x: Float32Array.from(pixels.subarray(0, count * side * side), (v) => v / 255),
    y: Int32Array.from(labels.subarray(0, count)),
  };
}

function part({ x }: Digits, first: number, count: number): np.Array {
  const pixels = side * side;
  return np.array(x.slice(first * pixels, (first + count) * pixels), { shape: [count, side, side, 1] });
}

if (import.meta.main) {
  await startEngine();
  const compile = await nativeCompiler().catch((error: unknown) => {
    if (!(error instanceof NativeUnavailableError)) throw error;
    return undefined;
  });
  const started = performance.now();
  const { flattened, averaged, interpolated, enlarged } = await smallCnn({ compile });
  const percent = (v: number) => `${(100 * v).toFixed(1)} %`;
  console.log(`digits read, last images flattened   ${percent(flattened)}`);
  console.log(`digits read, last images averaged    ${percent(averaged)}`);
  console.log(`error of images enlarged, interpolated       ${interpolated.toFixed(5)}`);
  console.log(`error of images enlarged, by the network     ${enlarged.toFixed(5)}`);
  console.log(`${((performance.now() - started) / 1000).toFixed(0)} s`);
}
