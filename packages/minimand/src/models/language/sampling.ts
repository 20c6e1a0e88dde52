import { checkNumber, rangeError } from "../../engine/errors.ts";
import { checkOptions } from "../../engine/options.ts";

/** How a distribution over tokens is sharpened and cut before a token is drawn. */
export interface SamplingOptions {
  /** Logits are divided by it, `>= 0`, default 1; 0 takes the likeliest token. */
  temperature?: number;
  /** Only that many of the likeliest tokens are left; default: all. */
  topK?: number;
  /** Only the likeliest tokens that together have this probability are left, `0 < topP <= 1`, default 1. */
  topP?: number;
}

/** The names of {@link SamplingOptions}. */
export const samplingOptions = { temperature: true, topK: true, topP: true } as const;

/** Throws for temperatures and cuts that are none. */
export function checkSampling({ temperature = 1, topK = 1, topP = 1 }: SamplingOptions): void {
  checkNumber("temperature", temperature, { min: 0 });
  checkNumber("topK", topK, { min: 1, integer: true });
  checkNumber("topP", topP, { above: 0, max: 1 });
}

/**
 * The probabilities that a token is drawn by: `softmax(logits / temperature)`, then the `topK` likeliest, then of these the fewest whose
 * probability is at least `topP`; what is left is scaled to 1. Of equally likely tokens those of smaller ids come first.
 *
 * @param logits of one place, `[vocabulary]`
 * @param options `temperature`, `topK`, `topP`
 * @throws TypeError, RangeError for options out of range, NaN logits
 * @example
 * tokenProbabilities([2, 1, 0, 0], { topK: 2 }) // [0.7311, 0.2689, 0, 0]
 * tokenProbabilities([Math.log(6), Math.log(3), 0], { topP: 0.7 }) // [0.6667, 0.3333, 0]
 * @see Holtzman et al. 2020, arXiv 1904.09751, section 3.1; Fan et al. 2018, arXiv 1805.04833, on top-k
 */
export function tokenProbabilities(logits: ArrayLike<number>, options: SamplingOptions = {}): Float64Array {
  checkOptions("tokenProbabilities", options, samplingOptions);
  checkSampling(options);
  const { temperature = 1, topK = Infinity, topP = 1 } = options;
  const scaled = Float64Array.from(logits);
  if (scaled.length === 0) throw rangeError("logits", "at least one token", logits);
  if (scaled.some(Number.isNaN)) throw rangeError("logits", "numbers", Number.NaN);
  const order = Int32Array.from(scaled, (_, i) => i).sort((a, b) => scaled[b] - scaled[a] || a - b);
  const largest = scaled[order[0]];
  const weights = new Float64Array(scaled.length);
  if (temperature === 0 || largest === Infinity) {
    weights[order[0]] = 1;
    return weights;
  }
  const kept = order.subarray(0, Math.min(topK, order.length));
  let total = 0;
  for (const i of kept) total += weights[i] = Math.exp((scaled[i] - largest) / temperature);
  let [count, mass] = [0, 0];
  while (count < kept.length && mass < topP * total) mass += weights[kept[count++]];
  for (const i of kept.subarray(count)) weights[i] = 0;
  for (const i of kept.subarray(0, count)) weights[i] /= mass;
  return weights;
}

/** The token at a share of the probabilities, as a uniform number draws it. */
export function tokenAt(probabilities: ArrayLike<number>, share: number): number {
  let left = share;
  let last = 0;
  for (let i = 0; i < probabilities.length; i++) {
    if (probabilities[i] === 0) continue;
    last = i;
    left -= probabilities[i];
    if (left < 0) return i;
  }
  return last;
}
