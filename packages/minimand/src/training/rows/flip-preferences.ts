import { typeError } from "../../engine/errors.ts";
import { readOptions } from "../../engine/options.ts";
import { randomSource } from "../../engine/random.ts";

/**
 * Swaps the labels of a share of preferences, the noise that {@link robustDpoLoss} is about.
 *
 * Each pair's chosen and rejected response change places with probability `epsilon`, independently of all others. To be done once to a data
 * set: drawn anew for each epoch, the flips would average out. The same seed flips the same pairs, and a higher rate a superset of them.
 *
 * @param pairs anything with a `chosen` and a `rejected`; left as they are
 * @param options `0 <= epsilon <= 1`, `seed`
 * @returns the noisy pairs, and of each whether it is swapped
 * @throws TypeError, RangeError for what are no pairs, `epsilon` outside [0, 1], a seed that is no integer
 * @example
 * flipPreferences([{ chosen: "yes", rejected: "no" }], { epsilon: 1, seed: 0 }).pairs // [{ chosen: "no", rejected: "yes" }]
 * @see Ray Chowdhury, Kini, Natarajan 2024, arXiv 2403.00409
 */
export function flipPreferences<P extends { chosen: unknown; rejected: unknown }>(
  pairs: readonly P[],
  options: { epsilon: number; seed: number },
): { pairs: P[]; flipped: boolean[] } {
  const { epsilon, seed } = readOptions("flipPreferences", options, {
    epsilon: { min: 0, max: 1 },
    seed: { integer: true },
  });
  if (!Array.isArray(pairs)) throw typeError("pairs", "a list of pairs { chosen, rejected }", pairs);
  const next = randomSource(seed);
  const flipped = pairs.map((pair, i) => {
    if (typeof pair !== "object" || pair === null || !("chosen" in pair && "rejected" in pair))
      throw typeError(`pairs[${i}]`, "a pair { chosen, rejected }", pair);
    return next() < epsilon;
  });
  const swapped = pairs.map((pair: P, i) =>
    flipped[i] ? { ...pair, chosen: pair.rejected, rejected: pair.chosen } : pair,
  );
  return { pairs: swapped, flipped };
}
