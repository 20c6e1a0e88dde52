/**
 * Holm's step-down adjustment of p-values, which controls the chance of one or more false alarms in a family.
 *
 * `p̃_(i) = max_{j ≤ i} min(1, (m − j + 1) p_(j))` over the p-values from small to large.
 *
 * @param pValues the p-values of the family, in any order
 * @returns the adjusted p-values, in the same order
 * @throws RangeError for a value that is not in [0, 1]
 * @example
 * holm([0.01, 0.04, 0.03]); // [0.03, 0.06, 0.06]
 * @reference Holm 1979, Scandinavian Journal of Statistics 6:65
 */
export function holm(pValues: readonly number[]): number[] {
  pValues.forEach((p, i) => {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`pValues[${i}]: expected a number from 0 to 1, got ${p}`);
  });
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((index, i) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - i) * pValues[index]!));
    adjusted[index] = largest;
  });
  return adjusted;
}
