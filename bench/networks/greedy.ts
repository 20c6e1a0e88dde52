/** Steps of the selection: a weight is a multiple of one over this, or over a smaller number of steps that was better. */
const steps = 25;

/**
 * Returns the weights of a greedy ensemble: in each step the member is added, with replacement, whose addition gives the best mean. The
 * weights are those after the best step; of equally good ones the first counts.
 *
 * @param members predictions of the same rows, one array for each member
 * @param scoreOf larger is better
 */
export function greedyWeights(
  members: readonly Float64Array[],
  scoreOf: (values: Float64Array) => number,
): number[] {
  const counts = members.map(() => 0);
  let sum = new Float64Array(members[0].length);
  let best = { score: Number.NEGATIVE_INFINITY, weights: counts };
  for (let step = 1; step <= steps; step++) {
    let chosen = { score: Number.NEGATIVE_INFINITY, member: 0 };
    for (const [member, values] of members.entries()) {
      const score = scoreOf(sum.map((value, i) => (value + values[i]) / step));
      if (score > chosen.score) chosen = { score, member };
    }
    counts[chosen.member]++;
    sum = sum.map((value, i) => value + members[chosen.member][i]);
    if (chosen.score > best.score)
      best = { score: chosen.score, weights: counts.map((count) => count / step) };
  }
  return best.weights;
}

/** Returns the weighted mean of predictions. */
export function blend(members: readonly Float64Array[], weights: readonly number[]): Float64Array {
  return members[0].map((_, i) => members.reduce((sum, values, k) => sum + weights[k] * values[i], 0));
}
