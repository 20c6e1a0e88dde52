import type { Dataset } from "../../packages/compare/src/data/dataset.ts";
import { makePairDataset } from "../../packages/compare/src/data/pairs/pair-dataset.ts";
import { pairTable } from "../../packages/compare/src/data/pairs/read-pairs.ts";
import { randomSource } from "../../packages/minimand/src/engine/random.ts";
import { csv } from "./datasets.ts";
import { tableOf } from "./tables.ts";

/** What synthetic pairs are like. */
export interface PairsLike {
  pairs: number;
  inputs?: number;
  /** The share of labels that are the wrong way round. */
  flips?: number;
  /** The reward is linear with weights of about this size; without end: whoever has the larger one is chosen. */
  scale?: number;
  seed?: number;
}

/** Pairs by a linear reward, as the text of a CSV file, and the share of labels that the true reward agrees with. */
export function pairsText({ pairs, inputs = 4, flips = 0, scale = 4, seed = 1 }: PairsLike): {
  text: string;
  agreement: number;
} {
  const next = randomSource(seed);
  const weights = Array.from(
    { length: inputs },
    (_, i) => (scale * (i % 2 === 0 ? 1 : -1)) / Math.sqrt(inputs),
  );
  const columns: Record<string, number[]> = {};
  for (let i = 0; i < inputs; i++) for (const side of ["chosen", "rejected"]) columns[`x${i}_${side}`] = [];
  let agreed = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const [a, b] = [0, 1].map(() => Array.from({ length: inputs }, () => normal(next)));
    const margin = weights.reduce((sum, w, i) => sum + w * (a[i] - b[i]), 0);
    const prefers = scale === Number.POSITIVE_INFINITY ? margin > 0 : next() < 1 / (1 + Math.exp(-margin));
    const first = prefers !== next() < flips;
    agreed += Number(first === margin > 0);
    for (let i = 0; i < inputs; i++) {
      columns[`x${i}_chosen`].push((first ? a : b)[i]);
      columns[`x${i}_rejected`].push((first ? b : a)[i]);
    }
  }
  return { text: csv(columns), agreement: agreed / pairs };
}

/** A data set of pairs from the text of a file. */
export async function pairsOf(text: string): Promise<Dataset> {
  return makePairDataset(pairTable(await tableOf(text)));
}

/** About normal, by the sum of twelve uniform numbers. */
function normal(next: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += next();
  return sum;
}
