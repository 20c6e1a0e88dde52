import { checkNumber, rangeError, readOptions } from "minimand/engine";

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

/** Throws for invalid temperatures and cuts. */
export function checkSampling({ temperature = 1, topK = 1, topP = 1 }: SamplingOptions): void {
  checkNumber("temperature", temperature, { min: 0 });
  checkNumber("topK", topK, { min: 1, integer: true });
  checkNumber("topP", topP, { above: 0, max: 1 });
}

/**
 * Returns the probabilities that a token is drawn by: `softmax(logits / temperature)`, then the `topK` likeliest, then of these the fewest
 * whose probability is at least `topP`; what is left is scaled to 1. Of equally likely tokens those of smaller ids come first.
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
  const {
    temperature = 1,
    topK = Infinity,
    topP = 1,
  } = readOptions("tokenProbabilities", options, samplingOptions);
  checkSampling(options);
  const scaled = Float64Array.from(logits);
  if (scaled.length === 0) throw rangeError("logits", "at least one token", logits);
  if (scaled.some(Number.isNaN)) throw rangeError("logits", "numbers", Number.NaN);
  const largest = scaled.reduce((a, b) => Math.max(a, b), -Infinity);
  if (largest === -Infinity) throw rangeError("logits", "at least one token that may come", largest);
  if (temperature === 0 || largest === Infinity) {
    const best = scaled.indexOf(largest);
    return scaled.fill(0).fill(1, best, best + 1);
  }
  const weights = scaled.map((v) => Math.exp((v - largest) / temperature));
  const total = weights.reduce((a, b) => a + b);
  if (topK >= weights.length && topP === 1) return weights.map((w) => w / total);
  return likeliest(weights, Math.min(topK, weights.length), topP);
}

/** The largest weights alone, at most `count`, and as few as hold the share of what these have together; scaled to 1. */
function likeliest(weights: Float64Array, count: number, share: number): Float64Array {
  const order = Int32Array.from(weights.keys()).sort((a, b) => weights[b] - weights[a] || a - b);
  const kept = order.subarray(0, count);
  const total = kept.reduce((sum, i) => sum + weights[i], 0);
  const cut = new Float64Array(weights.length);
  let mass = 0;
  for (const i of kept) {
    if (mass >= share * total) break;
    cut[i] = weights[i];
    mass += weights[i];
  }
  return cut.map((w) => w / mass);
}

/** Returns the token at a share of the probabilities, as a uniform number draws it. */
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
