import { derive, randomSource } from "minimand/engine";
import { meanReciprocalRank, topKAccuracy } from "minimand/metrics";
import type { TrialHost } from "../../reproduction.ts";
import { bodyOf } from "./body.ts";
import { layerOf } from "./layers.ts";
import { ranksOf } from "./ranks.ts";
import { ks, model } from "./settings.ts";
import type { Checkpoint, WordResult, WordSpec } from "./spec.ts";
import { corpusOf, drawn } from "./text.ts";
import type { WordLayer } from "./word-layer.ts";

/** Positions after which the rates are halved; they fall as `1 / (1 + positions / halving)`. */
const halving = 12_800;

/** Trains one language model; equal seeds share positions, order and start. */
export async function wordTrial(spec: WordSpec, host: TrialHost): Promise<WordResult> {
  const corpus = await corpusOf(host);
  const classes = corpus.words;
  const next = randomSource(derive(spec.seed, 41));
  const last = spec.checkpoints[spec.checkpoints.length - 1];
  const train = drawn(corpus.train, last, next);
  const judged = drawn(corpus[spec.judge], spec.held, next);
  const contextsOf = (positions: Int32Array): Int32Array => {
    const out = new Int32Array(positions.length * model.context);
    positions.forEach((position, i) => {
      const at = position * model.context;
      out.set(corpus.contexts.subarray(at, at + model.context), i * model.context);
    });
    return out;
  };
  const labelsOf = (positions: Int32Array) => positions.map((position) => corpus.targets[position]);

  const body = bodyOf(spec.seed, host.compile);
  const layer = layerOf(spec.arm, classes, derive(spec.seed, 42));
  const checkpoints: Checkpoint[] = [];
  const judge = (positions: number, seconds: number): void => {
    const ranks = ranksOf(layer.scores(), body.hidden(contextsOf(judged)), labelsOf(judged));
    const top = ks.map((k) => topKAccuracy(ranks, k));
    checkpoints.push({ positions, seconds, top, mrr: meanReciprocalRank(ranks) });
  };

  // Compiles before the clock runs; along a gradient of zero nothing moves.
  const warm = new Int32Array(model.batch * model.context);
  body.hidden(warm);
  body.update(warm, new Float64Array(model.batch * model.features), 0);
  let seconds = 0;
  try {
    for (let first = 0; first < last; first += model.batch) {
      host.signal?.throwIfAborted();
      const order = train.subarray(wrapped(first, train), wrapped(first, train) + model.batch);
      const [contexts, labels] = [contextsOf(order), labelsOf(order)];
      const decay = 1 / (1 + first / halving);
      const start = performance.now();
      const gradHidden = stepped(layer, body.hidden(contexts), labels, decay * spec.learningRate);
      if (gradHidden === null) return { part: "words", classes, checkpoints: null };
      body.update(contexts, gradHidden, decay * model.bodyRate);
      seconds += (performance.now() - start) / 1000;
      if (spec.checkpoints.includes(first + model.batch)) judge(first + model.batch, seconds);
    }
  } finally {
    body.dispose();
  }
  return { part: "words", classes, checkpoints };
}

/** One step of the layer, or null where training has diverged. */
function stepped(
  layer: WordLayer,
  hidden: Float64Array,
  labels: Int32Array,
  rate: number,
): Float64Array | null {
  if (!hidden.every(Number.isFinite)) return null;
  try {
    const { loss, gradHidden } = layer.step(hidden, labels, rate);
    return Number.isFinite(loss) ? gradHidden : null;
  } catch (error) {
    // The exact update refuses rates at which it would lose its inverse.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Where a batch starts in a pool that is passed through again and again. */
function wrapped(first: number, pool: Int32Array): number {
  const batches = Math.floor(pool.length / model.batch);
  return ((first / model.batch) % batches) * model.batch;
}
