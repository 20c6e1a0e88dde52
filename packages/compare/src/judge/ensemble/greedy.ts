/** Steps of the selection: a weight is a multiple of one over this, or over a smaller number of steps that was better. */
const steps = 25;

/**
 * Returns the weights of a greedy ensemble: each step adds, with replacement, the member whose addition gives the best mean. The weights
 * are those after the best step. Of equally good members and steps the first counts.
 *
 * @param members predictions of the same rows, one array for each member
 * @param scoreOf larger is better; NaN is worse than any number
 * @param tieBreak decides between means of equal score, larger is better
 * @returns a weight for each member; they add up to 1
 * @example greedyWeights([network, trees], (mean) => -logLoss(labels, mean, 2)); // [0.4, 0.6]
 * @reference Caruana, Niculescu-Mizil, Crew and Ksikes 2004, ICML
 */
export function greedyWeights(
  members: readonly Float64Array[],
  scoreOf: (values: Float64Array) => number,
  tieBreak: (values: Float64Array) => number = () => 0,
): number[] {
  const judge = (values: Float64Array) => ({ values, score: orLeast(scoreOf(values)) });
  type Judged = ReturnType<typeof judge>;
  const isBetter = (a: Judged, b: Judged): boolean =>
    a.score > b.score || (a.score === b.score && orLeast(tieBreak(a.values)) > orLeast(tieBreak(b.values)));
  const counts = members.map(() => 0);
  let sum = new Float64Array(members[0].length);
  let best: (Judged & { weights: number[] }) | null = null;
  for (let step = 1; step <= steps; step++) {
    const means = members.map((own) => judge(sum.map((value, i) => (value + own[i]) / step)));
    const chosen = means.reduce((first, other) => (isBetter(other, first) ? other : first));
    const member = means.indexOf(chosen);
    counts[member]++;
    sum = sum.map((value, i) => value + members[member][i]);
    if (best === null || isBetter(chosen, best))
      best = { ...chosen, weights: counts.map((count) => count / step) };
  }
  return best!.weights;
}

/** Returns the weighted mean of predictions of the same rows. */
export function weightedMean(members: readonly Float64Array[], weights: readonly number[]): Float64Array {
  return members[0].map((_, i) => members.reduce((sum, values, k) => sum + weights[k] * values[i], 0));
}

const orLeast = (score: number): number => (Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score);
