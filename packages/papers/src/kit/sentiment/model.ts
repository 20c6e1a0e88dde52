import { numpy as np } from "@jax-js/jax";
import { neuralNgram } from "@minimand/lab/language";
import {
  adam,
  crossEntropy,
  fit,
  type Layer,
  type Minibatches,
  minibatches,
  objectiveOf,
  type Schedule,
  type SupervisedState,
  supervised,
  type TrainStep,
} from "minimand";
import { derive, disposeTree, type Tree } from "minimand/engine";
import { someBatches } from "minimand/training";
import type { TrialHost } from "../../reproduction.ts";
import { programsOf } from "../programs.ts";
import { keyFor } from "../train-network.ts";
import { type SentimentCorpus, startId, unknownId } from "./corpus.ts";

/** Words that the model sees before the one it predicts. */
export const contextWords = 3;

const models = new Map<number, Layer>();

/**
 * Returns the language model of a vocabulary: a neural 4-gram with embeddings of 24 and 64 hidden units, which never says an unknown word.
 */
export function sentimentModel(vocabulary: number): Layer {
  const found =
    models.get(vocabulary) ??
    neuralNgram({
      vocabulary,
      context: contextWords,
      size: 24,
      hidden: 64,
      start: startId,
      never: [unknownId, startId],
    });
  models.set(vocabulary, found);
  return found;
}

/** How the language model is trained before any preference. */
export interface Pretraining {
  seed: number;
  /** Batches of 64 windows. */
  steps: number;
}

const rates = { first: 3e-3, last: 1e-4 };
const batch = 64;

const steps = programsOf<TrainStep<SupervisedState>>();

/**
 * Returns a language model of the corpus's training windows, Adam from 3e-3 straight down to 1e-4.
 *
 * @returns its parameters, which are the caller's, and the mean loss of the last tenth of steps in nats a word
 */
export async function pretrained(
  corpus: SentimentCorpus,
  { seed, steps: count }: Pretraining,
  { compile, signal }: Pick<TrialHost, "compile" | "signal">,
): Promise<{ params: Tree; loss: number }> {
  const model = sentimentModel(corpus.words.length);
  const step = steps(compile, `${corpus.words.length} ${count}`, () =>
    supervised({
      model,
      objective: objectiveOf(model, (logits, y) => {
        const labels = y.reshape([-1]);
        const weights = labels.ref.notEqual(unknownId).astype(np.float32);
        const flat = logits.reshape([-1, corpus.words.length]);
        return crossEntropy(flat, labels, { weights: weights.ref }).sum().div(weights.sum());
      }),
      optimizer: adam(fallingRate(count)),
      compile,
    }),
  );
  const late: number[] = [];
  const state = await fit({
    step,
    state: step.init(keyFor(seed, 61)),
    batches: someBatches(windowBatches(corpus, derive(seed, 62)), count),
    onMetrics({ loss }, i) {
      if (i >= Math.floor(0.9 * count)) late.push(loss);
    },
    signal,
  });
  disposeTree([state.optimizer, state.modelState]);
  return { params: state.params, loss: late.reduce((a, b) => a + b, 0) / late.length };
}

const fallingRate =
  (count: number): Schedule =>
  (t) =>
    np
      .minimum(t.div(count), 1)
      .mul(rates.last - rates.first)
      .add(rates.first);

/** Windows with the word after each of their places; behind the last one none. */
function windowBatches({ train, shape }: SentimentCorpus, seed: number): Minibatches {
  const length = shape.prompt + shape.completion;
  const next = train.map((window) => [...window.slice(1), unknownId]);
  return minibatches(
    {
      x: Int32Array.from(train.flat()),
      y: Int32Array.from(next.flat()),
      shape: [length],
      targetShape: [length],
    },
    { size: batch, seed },
  );
}
