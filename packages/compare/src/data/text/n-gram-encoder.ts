import type { TextFeature } from "../dataset.ts";
import { buckets, firstPair, type Grams, type NGramRule } from "./n-grams.ts";

/** A free text: of each kept bucket of n-grams how often the text has it, all of them of one length together; then an input for missing. */
export interface NGramEncoder {
  kind: "text";
  name: string;
  /** How texts become buckets. */
  rule: NGramRule;
  /** The kept buckets, one input each. */
  buckets: number[];
  missing: boolean;
  /** Values that stand for missing ones. */
  asMissing?: readonly string[];
}

/** Buckets that all texts of a data set keep together. Parts of words say less each, so that more of them are of use. */
const mostInputs: Record<NGramRule, number> = {
  "words and pairs, fnv1a 15 bits": 1024,
  "three letters each, fnv1a 15 bits": 2048,
};

/** Numbers of all rows together: inputs are kept as whole rows, so that many rows leave room for fewer. */
const mostNumbers = 2 ** 26;

/** Fewer say little. */
const fewestInputs = 128;

/** A bucket of a single row says nothing of others. */
const fewestRows = 2;

/**
 * Returns the buckets of hashed words that most of the given rows have, at a tie the lower ones. Where there are too few of them, those of
 * pairs of words are added: with the same number of inputs, pairs in the place of words predicted worse. There are at most 1,024 buckets
 * (2,048 of three letters), fewer for more than 65,536 (32,768) rows, never below 128, shared by all texts of the data set.
 *
 * @param rows indices of the training rows
 * @param whole how many rows and columns of texts the data set has
 */
export function fitNGrams(
  { name, codes, grams }: Pick<TextFeature, "name" | "codes" | "grams">,
  rows: Int32Array,
  whole: { rows: number; texts: number },
): NGramEncoder {
  const rowsOf = new Int32Array(grams.starts.length - 1);
  let missing = false;
  for (const row of rows) {
    const code = codes[row]!;
    if (code < 0) missing = true;
    else rowsOf[code]!++;
  }
  const counts = new Int32Array(buckets);
  for (let text = 0; text < rowsOf.length; text++) {
    const n = rowsOf[text]!;
    if (n > 0)
      for (let i = grams.starts[text]!; i < grams.starts[text + 1]!; i++) counts[grams.buckets[i]!]! += n;
  }
  const most = Math.max(fewestInputs, Math.min(mostInputs[grams.rule], Math.floor(mostNumbers / whole.rows)));
  const found: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) if (counts[bucket]! >= fewestRows) found.push(bucket);
  const kept = found
    .sort((a, b) => isPair(a) - isPair(b) || counts[b]! - counts[a]! || a - b)
    .slice(0, Math.floor(most / whole.texts));
  return { kind: "text", name, rule: grams.rule, buckets: kept.sort((a, b) => a - b), missing };
}

const isPair = (bucket: number): number => Number(bucket >= firstPair);

/** The length of the numbers of a text, so that they weigh as much as some columns of numbers. */
const length = 2;

/** Where a bucket is among those that are kept, while inputs are written: a table may have thousands of texts. */
const place = new Int16Array(buckets).fill(-1);

/**
 * Writes the inputs of texts into rows of inputs: counts of the kept buckets, divided so that the root of the sum of their squares is 2.
 * A text without any of them, or a missing one, has zeros.
 *
 * @param codeOf the text of a row, -1 where missing
 */
export function writeNGrams(
  x: Float32Array,
  inputs: number,
  offset: number,
  { buckets: kept, missing }: NGramEncoder,
  grams: Grams,
  codeOf: (row: number) => number,
  rows: number,
): void {
  for (const [i, bucket] of kept.entries()) place[bucket] = i;
  for (let row = 0; row < rows; row++) {
    const code = codeOf(row);
    const first = row * inputs + offset;
    if (code < 0) {
      if (missing) x[first + kept.length] = 1;
      continue;
    }
    const [from, to] = [grams.starts[code]!, grams.starts[code + 1]!];
    let squares = 0;
    for (let i = from; i < to; i++) if (place[grams.buckets[i]!]! >= 0) squares += grams.counts[i]! ** 2;
    const scale = length / Math.sqrt(squares);
    for (let i = from; i < to; i++) {
      const at = place[grams.buckets[i]!]!;
      if (at >= 0) x[first + at] = scale * grams.counts[i]!;
    }
  }
  for (const bucket of kept) place[bucket] = -1;
}
