/*
 * A language model of letters: a small causal transformer learns to continue English text.
 *
 * Trains on news of the Brown corpus, and tells how well it guesses the next letter of documents that it hasn't seen, beside a
 * table of pairs of letters that was counted in the same text.
 *
 *     npx node --conditions=minimand-source examples/tiny-language-model.ts
 */

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { dataFile } from "@minimand/data";
import { nativeCompiler } from "@minimand/native";
import {
  adamw,
  type Batch,
  crossEntropy,
  dense,
  type Examples,
  fit,
  layerNorm,
  minibatches,
  objectiveOf,
  predictor,
  sequential,
  supervised,
} from "minimand";
import { type Compile, disposeTree, keyOf, logSoftmax, randomSource } from "minimand/engine";
import { embedding, learnedPositions, transformerBlock } from "minimand/models";
import { cosineSchedule, warmup } from "minimand/optimizers";

/** What is left of the text; everything else becomes a space. */
const letters = " abcdefghijklmnopqrstuvwxyz.,'";
/** Letters that the model sees at once. */
const time = 64;

/** Losses in nats a letter, of documents that were held out. */
export interface LanguageModelResult {
  before: number;
  after: number;
  /** Of the table of pairs. */
  pairs: number;
  /** How the trained model goes on after the prompt. */
  sample: string;
}

export async function tinyLanguageModel({
  steps = 600,
  size = 64,
  blocks = 2,
  positions = "rotary",
  seed = 1,
  prompt = "the president said that ",
  compile,
}: {
  steps?: number;
  size?: number;
  blocks?: number;
  /** How the model knows where a letter stands. */
  positions?: "rotary" | "learned";
  seed?: number;
  prompt?: string;
  compile?: Compile;
} = {}): Promise<LanguageModelResult> {
  const documents = await readDocuments();
  const [text, held] = [idsOf(documents.slice(0, 60)), idsOf(documents.slice(60, 64))];

  const rotary = positions === "rotary";
  const model = sequential([
    embedding({ vocabulary: letters.length, size }),
    ...(rotary ? [] : [learnedPositions({ length: time, size })]),
    ...Array.from({ length: blocks }, () => transformerBlock({ size, heads: 4, causal: true, rotary })),
    layerNorm(size),
    dense({ inputs: size, outputs: letters.length }),
  ]);
  const step = supervised({
    model,
    objective: objectiveOf(model, (logits, y, { weights }) => lossOf(logits, y).mul(weights)),
    optimizer: adamw(warmup(30, cosineSchedule(3e-3, steps))),
    compile,
  });
  const forward = predictor(model, compile);

  let state = step.init(keyOf(seed));
  const heldOut = async (): Promise<number> => {
    const losses: number[] = [];
    for (const { x, y, weights } of minibatches(windowsOf(held), { size: 32, seed: 0 }).epoch(0)) {
      const each = lossOf(forward(state.params, state.modelState, x), y);
      losses.push(...(await each.data()).subarray(0, (await weights.sum().data())[0]));
    }
    return losses.reduce((a, b) => a + b, 0) / losses.length;
  };
  const before = await heldOut();
  const batches = minibatches(windowsOf(text), { size: 16, seed });
  // biome-ignore lint/suspicious/noFocusedTests: it trains
  state = await fit({ step, state, batches: endless(batches).take(steps) });
  const after = await heldOut();

  const next = randomSource(seed);
  let sample = prompt;
  while (sample.length < 4 * time) {
    const seen = idsOf([sample.slice(-time)]);
    // The model takes `time` letters; those beyond the text are seen by none before them.
    const x = np.array(
      Int32Array.from({ length: time }, (_, i) => seen[i] ?? 0),
      { shape: [1, time] },
    );
    const logits = forward(state.params, state.modelState, x).slice(0, seen.length - 1);
    sample += letters[drawn(await logSoftmax(logits.mul(1.25)).data(), next())];
  }
  disposeTree([state.params, state.optimizer, state.modelState]);
  step.dispose();
  forward.dispose();
  return { before, after, pairs: pairLoss(text, held), sample };
}

/** The mean over positions of `-log p(next letter)`, for each window. */
function lossOf(logits: np.Array, y: np.Array): np.Array {
  return crossEntropy(logits.reshape([-1, letters.length]), y.reshape([-1]))
    .reshape([-1, time])
    .mean(1);
}

/** Windows of the text, one after the other; what is to be guessed is the same window one letter later. */
function windowsOf(text: Int32Array): Examples {
  const count = Math.floor((text.length - 1) / time);
  return {
    x: text.slice(0, count * time),
    shape: [time],
    vocabulary: letters.length,
    y: text.slice(1, count * time + 1),
    targetShape: [time],
    classes: letters.length,
  };
}

function* endless(batches: ReturnType<typeof minibatches>): Generator<Batch> {
  for (let epoch = 0; ; epoch++) yield* batches.epoch(epoch);
}

/** The letter at a share of the distribution. */
function drawn(logProbabilities: ArrayLike<number>, share: number): number {
  let left = share;
  for (let i = 0; i < logProbabilities.length; i++) {
    left -= Math.exp(logProbabilities[i]);
    if (left < 0) return i;
  }
  return 0;
}

/** What guessing from the last letter alone gives: counts of pairs, each one more than it was. */
function pairLoss(text: Int32Array, held: Int32Array): number {
  const counts = Array.from(letters, () => new Float64Array(letters.length).fill(1));
  text.subarray(1).forEach((letter, i) => {
    counts[text[i]][letter]++;
  });
  const totals = counts.map((row) => row.reduce((a, b) => a + b));
  const losses = Array.from(held.subarray(1), (letter, i) =>
    Math.log(totals[held[i]] / counts[held[i]][letter]),
  );
  return losses.reduce((a, b) => a + b) / losses.length;
}

async function readDocuments(): Promise<string[]> {
  const bytes = await readFile(dataFile("text/brown.txt.gz"));
  return gunzipSync(bytes).toString("utf8").split("\n\n");
}

function idsOf(documents: readonly string[]): Int32Array<ArrayBuffer> {
  const plain = documents
    .join(" ")
    .toLowerCase()
    .replaceAll(/[^a-z.,']+/g, " ");
  return Int32Array.from(plain, (letter) => letters.indexOf(letter));
}

if (import.meta.main) {
  await init("wasm");
  defaultDevice("wasm");
  const result = await tinyLanguageModel({ compile: await nativeCompiler() });
  const nats = (v: number) => `${v.toFixed(2)} nats a letter`;
  console.log(`before training   ${nats(result.before)}`);
  console.log(`pairs of letters  ${nats(result.pairs)}`);
  console.log(`after training    ${nats(result.after)}`);
  console.log(`\n${result.sample}`);
}
