import { rangeError } from "minimand/engine";
import { inner } from "../../online/vectors.ts";

/**
 * What a matrix maps to zero, where that is vectors which are constant on groups of unknowns and zero elsewhere: regions without a
 * fixed value in a Poisson equation, unknowns that no equation mentions.
 */
export interface NullSpace {
  /** The group of each unknown, counted from 0, or -1. */
  readonly labels: Int32Array;
  /** Number of groups. */
  readonly groups: number;
}

/**
 * Returns the groups of unknowns on which a constant is mapped to zero: parts of the graph of a matrix all of whose rows add up to zero.
 *
 * @param neighbours calls back with each unknown that a row has an entry for
 * @param isBalanced whether a row adds up to zero
 * @returns null where there are none
 */
export function balancedParts(
  size: number,
  neighbours: (row: number, visit: (column: number) => void) => void,
  isBalanced: (row: number) => boolean,
): NullSpace | null {
  const labels = new Int32Array(size).fill(-1);
  const part = new Int32Array(size);
  const met = new Uint8Array(size);
  let groups = 0;
  for (let start = 0; start < size; start++) {
    if (met[start] === 1) continue;
    let length = 0;
    let balanced = true;
    const visit = (unknown: number): void => {
      if (met[unknown] === 1) return;
      met[unknown] = 1;
      part[length++] = unknown;
    };
    visit(start);
    for (let i = 0; i < length; i++) {
      balanced &&= isBalanced(part[i]);
      neighbours(part[i], visit);
    }
    if (!balanced) continue;
    for (let i = 0; i < length; i++) labels[part[i]] = groups;
    groups++;
  }
  return groups === 0 ? null : { labels, groups };
}

/** The mean of a vector on each group. */
function means({ labels, groups }: NullSpace, v: Float64Array): Float64Array {
  const sums = new Float64Array(groups);
  const counts = new Int32Array(groups);
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] < 0) continue;
    sums[labels[i]] += v[i];
    counts[labels[i]]++;
  }
  return sums.map((sum, group) => sum / counts[group]);
}

/** Takes out of a vector, in place, its part in the null space: its mean on each group. */
export function projectOut(nullSpace: NullSpace | null | undefined, v: Float64Array): void {
  if (nullSpace === null || nullSpace === undefined) return;
  const { labels } = nullSpace;
  const mean = means(nullSpace, v);
  for (let i = 0; i < labels.length; i++) if (labels[i] >= 0) v[i] -= mean[labels[i]];
}

/**
 * Throws unless `A x = b` has a solution: b is orthogonal to the null space, but for rounding, or for a tenth of the residual that is
 * asked for (numbers of a file have few digits).
 *
 * @throws RangeError naming the largest mean that should be zero
 */
export function checkCompatible(
  nullSpace: NullSpace | null | undefined,
  b: Float64Array,
  tolerance: number,
): void {
  if (nullSpace === null || nullSpace === undefined) return;
  const mean = means(nullSpace, b);
  const without = nullSpace.labels.reduce((sum, label) => sum + (label < 0 ? 0 : mean[label] ** 2), 0);
  if (Math.sqrt(without) <= 0.1 * tolerance * Math.sqrt(inner(b, b))) return;
  const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const group = mean.reduce((worst, value, i) => (Math.abs(value) > Math.abs(mean[worst]) ? i : worst), 0);
  if (Math.abs(mean[group]) <= 1e-8 * scale) return;
  const members = nullSpace.labels.reduce((count, label) => count + (label === group ? 1 : 0), 0);
  const where =
    members === nullSpace.labels.length
      ? "all unknowns"
      : members === 1
        ? `unknown ${nullSpace.labels.indexOf(group)}, which no equation mentions (counted from 0)`
        : `the ${members} unknowns connected with unknown ${nullSpace.labels.indexOf(group)} (counted from 0)`;
  throw rangeError(
    "b",
    `mean 0 over ${where}, since A is singular (it maps a constant there to 0)`,
    mean[group],
  );
}
