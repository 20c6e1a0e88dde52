import { numpy as np } from "@jax-js/jax";
import { generate } from "@minimand/lab/language";
import { refTree, type Tree } from "minimand/engine";
import type { TrialHost } from "../../reproduction.ts";
import type { SentimentCorpus } from "./corpus.ts";
import { contextWords } from "./model.ts";
import { programsFor, rowsAtOnce } from "./programs.ts";

/** The compiler of a host. */
export type Compiling = Pick<TrialHost, "compile">;

/** How texts are drawn. */
export interface Drawing {
  /** Each at least as long as the model's context. */
  prompts: readonly number[][];
  temperature: number;
  seed: number;
}

/** Completions of prompts by a policy, each a list of ids; keeps the parameters. */
export function completions(
  corpus: SentimentCorpus,
  policy: Tree,
  { prompts, temperature, seed }: Drawing,
  { compile }: Compiling,
): Promise<number[][]> {
  const program = programsFor(corpus, compile).next;
  return generate({
    next: async (texts) => {
      const contexts = texts.map((text) => text.slice(-contextWords));
      const parts = await inParts(contexts, (x) => program(refTree(policy), x));
      const width = corpus.words.length;
      return parts.flatMap(({ values, rows }) =>
        Array.from({ length: rows }, (_, i) => values.slice(i * width, (i + 1) * width)),
      );
    },
    prompts,
    temperature,
    seed,
    tokens: corpus.shape.completion,
  });
}

/** Numbers on whole texts, one per text. */
export interface Compared {
  /** Log-probability of the completion after the prompt, under the policy and under its reference. */
  policy: number[];
  reference: number[];
  /**
   * Divergence of the policy from the reference at each word of the completion, summed. Its mean over texts that the policy drew
   * estimates the divergence of whole completions, as the mean of log-ratios does, with less noise.
   */
  divergence: number[];
}

/** Compares a policy with its reference on texts of prompt and completion; keeps the parameters of both. */
export async function compared(
  corpus: SentimentCorpus,
  { policy, reference }: { policy: Tree; reference: Tree },
  texts: readonly number[][],
  { compile }: Compiling,
): Promise<Compared> {
  const program = programsFor(corpus, compile).compare;
  const parts = await inParts(texts, (x) => program(refTree(policy), refTree(reference), x));
  const [ours, theirs, divergence] = [0, 1, 2].map((k) =>
    parts.flatMap(({ values, rows }) => [...values.subarray(k * rowsAtOnce, k * rowsAtOnce + rows)]),
  );
  return { policy: ours, reference: theirs, divergence };
}

/** Runs a program on parts of equally many texts of one length, the last part filled up. */
async function inParts(
  texts: readonly number[][],
  program: (x: np.Array) => np.Array,
): Promise<{ values: Float32Array; rows: number }[]> {
  const parts = [];
  for (let from = 0; from < texts.length; from += rowsAtOnce) {
    const some = texts.slice(from, from + rowsAtOnce);
    const length = some[0].length;
    const x = new Int32Array(rowsAtOnce * length);
    x.set(some.flat());
    const found = program(np.array(x, { shape: [rowsAtOnce, length] }));
    parts.push({ values: (await found.data()) as Float32Array, rows: some.length });
  }
  return parts;
}
