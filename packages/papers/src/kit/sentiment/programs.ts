import { numpy as np } from "@jax-js/jax";
import { type Compile, type Compiled, compileWithJit, logSoftmax, type Tree } from "minimand/engine";
import { sequenceLogps } from "minimand/losses";
import { programsOf } from "../programs.ts";
import type { SentimentCorpus } from "./corpus.ts";
import { contextWords, sentimentModel } from "./model.ts";

/** Texts that a program takes at once. */
export const rowsAtOnce = 100;

interface Programs {
  /** Parameters and the last words of texts, `[rows, contextWords]`, to the logits of the next one, `[rows, vocabulary]`. */
  next: Compiled<[Tree, np.Array], np.Array>;
  /** Policy, reference and texts `[rows, time]` to log-probabilities of the completions under both, and divergences: `[3, rows]`. */
  compare: Compiled<[Tree, Tree, np.Array], np.Array>;
}

const programs = programsOf<Programs>();

/** Returns compiled forward passes of the language model, one of each for a thread. */
export function programsFor({ words, shape }: SentimentCorpus, compile: Compile = compileWithJit): Programs {
  const vocabulary = words.length;
  const time = shape.prompt + shape.completion;
  const model = sentimentModel(vocabulary);
  const logitsOf = (params: Tree, x: np.Array): np.Array =>
    model.apply({ params, state: {} }, x, { training: false })[0];
  const isCompletion = Float32Array.from({ length: time }, (_, t) => Number(t >= shape.prompt));
  return programs(compile, `${vocabulary} ${time}`, () => ({
    next: compile((params: Tree, x: np.Array) => logitsOf(params, x).slice([], contextWords - 1)),
    compare: compile((policy: Tree, reference: Tree, x: np.Array) => {
      const logits = [policy, reference].map((params) => logitsOf(params, x.ref));
      const mask = np.zeros([rowsAtOnce, time]).add(np.array(isCompletion).reshape([1, time]));
      const [ours, theirs] = logits.map((own) => sequenceLogps(own.ref, x.ref, mask.ref).sum);
      return np.stack([ours, theirs, divergence(logits, isCompletion)]);
    }),
  }));
}

/** Kullback-Leibler divergence of the next word's distributions, summed over the words of the completion, `[rows]`. */
function divergence(logits: np.Array[], isCompletion: Float32Array): np.Array {
  const [p, q] = logits.map((own) => logSoftmax(own));
  const isBefore = isCompletion.map((_, t) => isCompletion[t + 1] ?? 0);
  const at = np.exp(p.ref).mul(p.sub(q)).sum(-1);
  return at.mul(np.array(isBefore as Float32Array<ArrayBuffer>).reshape([1, isBefore.length])).sum(-1);
}
