import { checkNumber, rangeError } from "../../engine/errors.ts";
import { oneOf, readOptions } from "../../engine/options.ts";
import type { TripletMining } from "./triplet.ts";

/** Rows of a batch that make triplets. */
export interface Triplets {
  anchors: Int32Array;
  positives: Int32Array;
  negatives: Int32Array;
}

/**
 * Batch-hard triplets on the host: for every example that has one, its farthest positive and a hard negative.
 *
 * Positive: the farthest example of the class. Negative: the nearest example of another class (`hard`), or the nearest of
 * those farther than the positive, if there is one, else the nearest (`semi-hard`). Squared Euclidean distances; ties go to
 * the first row.
 *
 * @param embeddings `batch * features` numbers, row by row
 * @param labels `[batch]`
 * @param options `mining`, default `semi-hard`
 * @returns row numbers; examples without a positive or a negative are left out
 * @throws RangeError for no rows, lengths that don't match, an unknown `mining`
 * @example
 * mineTriplets([0, 0, 1, 0, 0, 1], [0, 0, 1]).negatives // [2, 2]
 * @see Hermans, Beyer, Leibe 2017, arXiv 1703.07737; Schroff et al. 2015, arXiv 1503.03832, section 3.2
 */
export function mineTriplets(
  embeddings: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: { mining?: TripletMining } = {},
): Triplets {
  const { mining } = readOptions("mineTriplets", options, {
    mining: ["semi-hard", oneOf(["hard", "semi-hard"])],
  });
  const n = labels.length;
  if (n === 0) throw rangeError("labels", "at least one row", "none");
  const features = embeddings.length / n;
  if (features < 1 || !Number.isInteger(features))
    throw rangeError("embeddings", `${n} rows of equal length`, embeddings.length);
  for (let i = 0; i < embeddings.length; i++) checkNumber(`embeddings[${i}]`, embeddings[i]);
  const found: [number, number, number][] = [];
  for (let i = 0; i < n; i++) {
    const distances = Array.from({ length: n }, (_, j) => squared(embeddings, features, i, j));
    let positive = -1;
    for (let j = 0; j < n; j++) {
      const candidate = j !== i && labels[j] === labels[i];
      if (candidate && (positive < 0 || distances[j] > distances[positive])) positive = j;
    }
    if (positive < 0) continue;
    const nearest = (accept: (j: number) => boolean): number => {
      let best = -1;
      for (let j = 0; j < n; j++) {
        if (labels[j] === labels[i] || !accept(j)) continue;
        if (best < 0 || distances[j] < distances[best]) best = j;
      }
      return best;
    };
    const beyond = mining === "semi-hard" ? nearest((j) => distances[j] > distances[positive]) : -1;
    const negative = beyond >= 0 ? beyond : nearest(() => true);
    if (negative >= 0) found.push([i, positive, negative]);
  }
  const column = (k: number) => Int32Array.from(found, (triplet) => triplet[k]);
  return { anchors: column(0), positives: column(1), negatives: column(2) };
}

function squared(x: ArrayLike<number>, features: number, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < features; k++) sum += (x[i * features + k] - x[j * features + k]) ** 2;
  return sum;
}
