import type { TrialHost } from "../../reproduction.ts";
import { type Lexicon, readLexicon } from "./lexicon.ts";

/** What is kept of a corpus. */
export interface SentimentShape {
  /** Most frequent words. */
  frequent: number;
  /** Most frequent words of the lexicon in addition to them. */
  sentiment: number;
  /** Words of a prompt and of its completion: a window has both. */
  prompt: number;
  completion: number;
  /** Most unknown words in a window. */
  unknown: number;
}

/** The usual sizes: 402 tokens, windows of 11. */
export const sentimentShape: SentimentShape = {
  frequent: 250,
  sentiment: 150,
  prompt: 3,
  completion: 8,
  unknown: 2,
};

/** Ids of the tokens that stand for other words, and for the start of a text. */
export const [unknownId, startId] = [0, 1];

/** Windows of a corpus as ids of a small vocabulary with many words of sentiment. */
export interface SentimentCorpus {
  shape: SentimentShape;
  /** By id; the first two are no words. */
  words: string[];
  /** What each word is worth; 0 for words that aren't in the lexicon. */
  valences: number[];
  /** Windows of the documents for each use, one after the other: no word is in two of them. */
  train: number[][];
  tune: number[][];
  test: number[][];
}

let known: { text: string; lexicon: string; corpus: SentimentCorpus } | undefined;

/** Returns the Brown corpus by VADER's lexicon, made once in each thread. */
export async function sentimentCorpusOf(host: TrialHost): Promise<SentimentCorpus> {
  if (host.text === undefined) throw new RangeError("text: expected a host that has texts, got none");
  const [text, lexicon] = [await host.text("brown"), await host.text("vader_lexicon")];
  if (known?.text !== text || known.lexicon !== lexicon)
    known = { text, lexicon, corpus: readSentimentCorpus(text, readLexicon(lexicon), sentimentShape) };
  return known.corpus;
}

/**
 * Reads a text of one sentence a line, documents apart by an empty line. Of ten documents in a row the ninth is for tuning, the
 * tenth for testing.
 */
export function readSentimentCorpus(text: string, lexicon: Lexicon, shape: SentimentShape): SentimentCorpus {
  const documents = text
    .toLowerCase()
    .trimEnd()
    .split("\n\n")
    .map((document) => document.split("\n").map((sentence) => sentence.split(" ")));
  const words = ["<unk>", "<s>", ...vocabularyOf(documents, lexicon, shape)];
  const ids = new Map(words.map((word, id) => [word, id]));
  const parts = { train: [] as number[][], tune: [] as number[][], test: [] as number[][] };
  documents.forEach((sentences, d) => {
    const part = d % 10 === 9 ? parts.test : d % 10 === 8 ? parts.tune : parts.train;
    for (const sentence of sentences)
      part.push(
        ...windowsOf(
          sentence.map((word) => ids.get(word) ?? unknownId),
          shape,
        ),
      );
  });
  return { shape, words, valences: words.map((word) => lexicon.get(word) ?? 0), ...parts };
}

/** The most frequent words, and the most frequent ones of the lexicon that aren't among them. */
function vocabularyOf(documents: string[][][], lexicon: Lexicon, shape: SentimentShape): string[] {
  const counts = new Map<string, number>();
  for (const sentence of documents.flat())
    for (const word of sentence) counts.set(word, (counts.get(word) ?? 0) + 1);
  const byFrequency = [...counts].sort((a, b) => b[1] - a[1]).map(([word]) => word);
  const rest = byFrequency.slice(shape.frequent).filter((word) => lexicon.has(word));
  return [...byFrequency.slice(0, shape.frequent), ...rest.slice(0, shape.sentiment)];
}

/** From the left, windows that don't overlap and have few unknown words. */
function windowsOf(sentence: number[], { prompt, completion, unknown }: SentimentShape): number[][] {
  const length = prompt + completion;
  const windows: number[][] = [];
  for (let from = 0; from + length <= sentence.length; ) {
    const window = sentence.slice(from, from + length);
    const isKept = window.filter((id) => id === unknownId).length <= unknown;
    if (isKept) windows.push(window);
    from += isKept ? length : 1;
  }
  return windows;
}
