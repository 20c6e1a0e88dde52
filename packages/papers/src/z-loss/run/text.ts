import type { RandomSource } from "minimand/engine";
import type { TrialHost } from "../../reproduction.ts";
import { contextWords, model } from "./settings.ts";

/** A text as numbers: words by falling frequency, and every position with the words before it. */
export interface Corpus {
  /** Distinct words, lower-cased. */
  words: number;
  /** Word at each position. */
  targets: Int32Array;
  /** Context words of each position, the nearest last; `contextWords` for a rarer word, one more before the sentence. */
  contexts: Int32Array;
  /** Positions of the documents for each use. */
  train: Int32Array;
  tune: Int32Array;
  test: Int32Array;
}

let known: { text: string; corpus: Corpus } | undefined;

/** The corpus of the host's text, made once in each thread. */
export async function corpusOf(host: TrialHost): Promise<Corpus> {
  if (host.text === undefined) throw new RangeError("text: expected a host that has texts, got none");
  const text = await host.text("brown");
  if (known?.text !== text) known = { text, corpus: readCorpus(text) };
  return known.corpus;
}

/**
 * Reads a text of one sentence a line, documents apart by an empty line. Words are numbered by falling frequency, equals
 * in the order of their first occurrence. Of ten documents in a row the ninth is for tuning, the tenth for testing.
 */
export function readCorpus(text: string): Corpus {
  const documents = text
    .toLowerCase()
    .trimEnd()
    .split("\n\n")
    .map((document) => document.split("\n").map((sentence) => sentence.split(" ")));
  const counts = new Map<string, number>();
  for (const word of documents.flat(2)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const byFrequency = [...counts].sort((a, b) => b[1] - a[1]);
  const ids = new Map(byFrequency.map(([word], id) => [word, id]));

  const total = byFrequency.reduce((sum, [, count]) => sum + count, 0);
  const targets = new Int32Array(total);
  const contexts = new Int32Array(total * model.context);
  const uses = { train: [] as number[], tune: [] as number[], test: [] as number[] };
  let position = 0;
  documents.forEach((sentences, d) => {
    const use = d % 10 === 9 ? uses.test : d % 10 === 8 ? uses.tune : uses.train;
    for (const sentence of sentences) {
      for (let i = 0; i < sentence.length; i++) {
        targets[position] = ids.get(sentence[i]) ?? 0;
        for (let j = 0; j < model.context; j++) {
          const before = i - model.context + j;
          const id = before < 0 ? contextWords + 1 : targets[position - model.context + j];
          contexts[position * model.context + j] = before < 0 ? id : Math.min(id, contextWords);
        }
        use.push(position++);
      }
    }
  });
  return {
    words: ids.size,
    targets,
    contexts,
    train: Int32Array.from(uses.train),
    tune: Int32Array.from(uses.tune),
    test: Int32Array.from(uses.test),
  };
}

/** Positions drawn without replacement, as many as there are. */
export function drawn(from: Int32Array, count: number, next: RandomSource): Int32Array {
  const pool = from.slice();
  const n = Math.min(count, pool.length);
  for (let i = 0; i < n; i++) {
    const j = i + Math.floor(next() * (pool.length - i));
    [pool[i], pool[j]] = [pool[j], pool[i]];
  }
  return pool.slice(0, n);
}
