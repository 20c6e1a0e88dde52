import { estimateFlipRate } from "@minimand/lab/solvers";

/** More than 95 %, since margins of one model are correlated. */
const level = 0.99;

/** A wider interval hardly says anything, and its middle less. */
const widest = 0.2;

/** The reward has to agree with this many labels: below, its own mistakes are too many to be distinguished from flips. */
const leastAgreement = 0.65;

/**
 * Returns the likeliest flip rate by margins towards the labels, whatever their scale; null where these can't show it.
 *
 * The labels show `m(h) = e + (1 - 2e) g(h)`, and flips and mistakes look alike as far as that goes: if large margins are wrong in a share
 * of pairs, either these labels are flipped, or the reward is sure of what isn't so. A rate is returned where the reward is good enough for
 * the first. The limits were chosen on planted pairs, docs/preferences.md says how they do on others.
 */
export function likeliestFlips(margins: Float64Array): estimateFlipRate.FlipRate | null {
  const agreement = margins.filter((margin) => margin > 0).length / margins.length;
  if (!(agreement >= leastAgreement)) return null;
  try {
    const { epsilon, lower, upper } = estimateFlipRate.fromLikelihood(margins, { scale: "fitted", level });
    return upper - lower <= widest ? { epsilon, lower, upper } : null;
  } catch (error) {
    // The likelihood is the same for nearly all rates.
    if (error instanceof RangeError) return null;
    throw error;
  }
}
