/*
 * Draws handwritten digits that nobody wrote: noise multiplies the grey levels of real ones, a network learns to predict it, and the
 * sampler of Dale and Langevin goes back in time from noise alone, by steps that multiply and so never change a sign.
 *
 * Beside each drawing stands the digit of the training set that is nearest to it, so that copies would be seen.
 *
 *     npx node --conditions=minimand-source examples/generate-digits.ts [OUT.png]
 */

import { readFile, writeFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { numpy as np, random } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import {
  geometricBrownianMotion,
  hyvarinenScore,
  logNormalPrior,
  multiplicativeScoreMatching,
  sampleMultiplicative,
} from "@minimand/lab/generative";
import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import { readIdx } from "@minimand/papers";
import { encode } from "fast-png";
import { adam, dense, fit, minibatches, residual, sequential, silu, supervised } from "minimand";
import { type Compile, compileWithJit, disposeTree, keyOf, refTree, type Tree } from "minimand/engine";
import { linearSchedule } from "minimand/optimizers";
import { startEngine } from "minimand/start";
import { someBatches } from "minimand/training";

/** Digits are brought from 28 x 28 to this size. */
const side = 14;
const d = side ** 2;
/** Added to the grey levels from 0 to 1: only positive numbers can be multiplied by noise and found again. */
const offset = 1;
const [seed, waves] = [1, 16];
const motion = geometricBrownianMotion({ sigma: 1.5 });

export interface GenerateDigitsSettings {
  /** Digits to learn from, at most 10,000. */
  images?: number;
  steps?: number;
  /** Hidden units. */
  width?: number;
  samples?: number;
  /** The engine's own unless given. */
  compile?: Compile;
  onProgress?: (step: number, steps: number, loss: number) => void;
}

export interface GeneratedDigits {
  /** Grey levels from 0 to 1, `[samples, 14 * 14]`. */
  drawn: Float32Array;
  /** Those of the training digits nearest to them. */
  nearest: Float32Array;
  /** Mean distances: of drawings to the nearest training digit, and of digits that weren't trained on. */
  distance: { drawn: number; real: number };
  /** Mean loss over the first and the last tenth of the steps. */
  loss: { first: number; last: number };
}

/** Trains the network and draws. */
export async function generateDigits(settings: GenerateDigitsSettings = {}): Promise<GeneratedDigits> {
  const { images = 6000, steps = 6000, width = 384, samples = 40, compile = compileWithJit } = settings;
  const all = await digits(images + samples);
  const train = all.slice(0, images * d);
  const logs = np.log(np.array(train, { shape: [images, d] }));
  const mean = logs.ref.mean(0, { keepdims: true });
  const variance = np.square(logs.sub(mean.ref)).mean(0, { keepdims: true });

  const block = () => residual([dense({ inputs: width, outputs: width }), silu]);
  const model = sequential([
    ...[dense({ inputs: d + 2 * waves, outputs: width }), silu, block(), block()],
    dense({ inputs: width, outputs: d, initial: "zeros" }),
  ]);
  // The network sees log x_t at mean 0 and variance 1, with sines and cosines of the time behind it, and says what the noise is
  // beyond that which a normal distribution of each pixel by itself would tell.
  const rates = Float32Array.from({ length: waves }, (_, k) => Math.PI * 100 ** (k / (waves - 1)));
  const scoreOf = (params: Tree, state: Tree) =>
    hyvarinenScore(
      (input, t) => {
        const noise = t.ref.reshape([-1, 1]).mul(motion.sigma ** 2);
        const spread = np.sqrt(noise.ref.add(variance.ref));
        const angles = t.reshape([-1, 1]).mul(np.array(rates).reshape([1, waves]));
        const times = [np.sin(angles.ref), np.cos(angles)];
        const centred = input.sub(mean.ref).div(spread.ref);
        const told = centred.ref.mul(np.sqrt(noise).div(spread));
        const seen = np.concatenate([centred, ...times], 1);
        return model.apply({ params, state }, seen, { training: true })[0].add(told);
      },
      { motion },
    );

  const step = supervised({
    model,
    optimizer: adam(linearSchedule(1e-3, steps, 0)),
    compile,
    objective(params, { modelState, memory, key }, { x, y, weights }) {
      y.dispose();
      const [forTimes, forNoise] = [...random.split(key, 2)];
      const t = random.uniform(forTimes, [x.shape[0]]).mul(0.999).add(0.001);
      const xt = motion.sample(x.ref, t.ref, random.normal(forNoise, x.shape));
      const scores = scoreOf(params, refTree(modelState))(xt.ref, t.ref);
      const losses = multiplicativeScoreMatching(scores, xt, x, t, { sigma: motion.sigma, weights });
      return [losses.mean(), { output: np.zeros([1]), modelState, memory }];
    },
  });
  const batches = minibatches({ x: train, shape: [d], y: new Float32Array(images) }, { size: 64, seed });
  const losses: number[] = [];
  // biome-ignore lint/suspicious/noFocusedTests: it trains
  const state = await fit({
    step,
    state: step.init(keyOf(seed)),
    batches: someBatches(batches, steps),
    onMetrics({ loss }, at) {
      losses.push(loss);
      if (at % 500 === 0) settings.onProgress?.(at, steps, loss);
    },
  });
  step.dispose();

  const score = compile((params: Tree, modelState: Tree, xt: np.Array, t: np.Array) =>
    scoreOf(params, modelState)(xt, t),
  );
  const prior = logNormalPrior(np.array(train, { shape: [images, d] }), { motion, mode: "perPixel" });
  const x = await sampleMultiplicative(
    (xt, t) => score(refTree(state.params), refTree(state.modelState), xt, np.full([xt.shape[0]], t)),
    keyOf(seed, 1),
    prior.sample(keyOf(seed, 2), samples),
    { motion, steps: 200 },
  );
  const grey = (values: ArrayLike<number>) =>
    Float32Array.from(values, (value) => Math.min(1, Math.max(0, value - offset)));
  const known = grey(train);
  const drawn = grey(await x.data());
  const [of, real] = [nearestOf(drawn, known), nearestOf(grey(all.slice(images * d)), known)];
  score.dispose();
  disposeTree([state.params, state.optimizer, state.modelState, mean, variance]);
  const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const tenth = Math.ceil(losses.length / 10);
  return {
    drawn,
    nearest: of.rows,
    distance: { drawn: of.distance, real: real.distance },
    loss: { first: average(losses.slice(0, tenth)), last: average(losses.slice(-tenth)) },
  };
}

/** The rows of others that are nearest to some rows, and the mean of the distances to them. */
function nearestOf(rows: Float32Array, others: Float32Array): { rows: Float32Array; distance: number } {
  const nearest = new Float32Array(rows.length);
  let distance = 0;
  for (let i = 0; i < rows.length; i += d) {
    let least = Infinity;
    for (let j = 0; j < others.length; j += d) {
      let square = 0;
      for (let k = 0; k < d && square < least; k++) square += (rows[i + k] - others[j + k]) ** 2;
      if (square >= least) continue;
      least = square;
      nearest.set(others.subarray(j, j + d), i);
    }
    distance += Math.sqrt(least) / (rows.length / d);
  }
  return { rows: nearest, distance };
}

/** The first images of the file at half their size, with the offset: numbers from 1 to 2. */
async function digits(count: number): Promise<Float32Array<ArrayBuffer>> {
  const file = async (kind: string) =>
    new Uint8Array(gunzipSync(await readFile(dataFile(`images/mnist-train-${kind}.gz`))));
  const { pixels } = readIdx(await file("images.idx3"), await file("labels.idx1"), "mnist-train");
  return Float32Array.from({ length: count * d }, (_, i) => {
    const [image, place] = [Math.floor(i / d), i % d];
    const at = image * 4 * d + 4 * side * Math.floor(place / side) + 2 * (place % side);
    const sum = pixels[at] + pixels[at + 1] + pixels[at + 2 * side] + pixels[at + 2 * side + 1];
    return offset + sum / (4 * 255);
  });
}

/** A sheet of pairs: a drawing, and behind it what is nearest to it, ten of them a line, four times enlarged. */
export function sheetOf({ drawn, nearest }: Pick<GeneratedDigits, "drawn" | "nearest">): Uint8Array {
  const [pairs, zoom, gap] = [5, 4, 3];
  const cell = { width: 2 * side + gap, height: side + gap };
  const lines = Math.ceil(drawn.length / d / pairs);
  const [width, height] = [pairs * (cell.width + gap), lines * cell.height];
  const data = new Uint8Array(width * height * zoom ** 2).fill(255);
  for (let i = 0; i < drawn.length / d; i++)
    for (const [of, values] of [drawn, nearest].entries())
      for (let k = 0; k < d * zoom ** 2; k++) {
        const [r, c] = [Math.floor(k / (side * zoom)), k % (side * zoom)];
        const value = values[i * d + side * Math.floor(r / zoom) + Math.floor(c / zoom)];
        const [line, pair] = [Math.floor(i / pairs), i % pairs];
        const left = (pair * (cell.width + gap) + of * (side + 1)) * zoom + c;
        data[(line * cell.height * zoom + r) * width * zoom + left] = Math.round(255 * (1 - value));
      }
  return encode({ width: width * zoom, height: height * zoom, data, channels: 1, depth: 8 });
}

if (import.meta.main) {
  const path = process.argv[2] ?? "generated-digits.png";
  await startEngine();
  const compile = await nativeCompiler().catch((error: unknown) => {
    if (!(error instanceof NativeUnavailableError)) throw error;
    return undefined;
  });
  const started = performance.now();
  const result = await generateDigits({
    compile,
    onProgress: (step, steps, loss) => console.log(`step ${step} of ${steps}: loss ${loss.toFixed(1)}`),
  });
  await writeFile(path, sheetOf(result));
  const { distance } = result;
  console.log(`${path}: drawings, each with the digit of the training nearest to it`);
  console.log(`mean distance to the nearest: drawings ${distance.drawn.toFixed(2)}`);
  console.log(`                              digits not trained on ${distance.real.toFixed(2)}`);
  console.log(`${((performance.now() - started) / 1000).toFixed(0)} s`);
}
