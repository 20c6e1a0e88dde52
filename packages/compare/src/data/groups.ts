import type { Dataset } from "./dataset.ts";
import { type Random, shuffle } from "./random.ts";
import { strataOf } from "./strata.ts";

/**
 * Deals whole groups to `parts` parts, greedily: the largest group first, each to the part where its classes are rarest (as
 * shares of the class; at a tie the smaller part). Equal groups come in random order.
 *
 * @param groups the group of every row of the data set.
 * @returns the part of each of `rows`.
 */
export function dealGroups(
  dataset: Dataset,
  groups: Int32Array,
  rows: Int32Array,
  parts: number,
  rng: Random,
): Int32Array {
  const strata = strataOf(dataset, rows, rng);
  const { members, starts } = membersOf(groups, rows);
  const total = new Float64Array(strata.count);
  for (const id of strata.ids) total[id]!++;
  const squared = total.map((n) => n ** 2);

  const count = starts.length - 1;
  const sizeOf = (group: number): number => starts[group + 1]! - starts[group]!;
  const order = bySize(
    shuffle(
      Int32Array.from({ length: count }, (_, i) => i),
      rng,
    ),
    sizeOf,
  );
  const held = new Float64Array(strata.count * parts);
  const size = new Float64Array(parts);
  const part = new Int32Array(rows.length);
  const counts = new Float64Array(strata.count);
  // The strata of a group, from the first place on.
  const own = new Int32Array(strata.count);
  for (const which of order) {
    const from = starts[which]!;
    const to = starts[which + 1]!;
    let owned = 0;
    for (let m = from; m < to; m++) {
      const id = strata.ids[members[m]!]!;
      if (counts[id]!++ === 0) own[owned++] = id;
    }
    let best = 0;
    let bestCost = Number.POSITIVE_INFINITY;
    for (let p = 0; p < parts; p++) {
      // The growth of the sum of squared shares, less what is the same for every part.
      let cost = 0;
      for (let o = 0; o < owned; o++) {
        const id = own[o]!;
        cost += (held[id * parts + p]! * counts[id]!) / squared[id]!;
      }
      if (cost < bestCost || (cost === bestCost && size[p]! < size[best]!)) {
        best = p;
        bestCost = cost;
      }
    }
    for (let m = from; m < to; m++) part[members[m]!] = best;
    for (let o = 0; o < owned; o++) {
      const id = own[o]!;
      held[id * parts + best]! += counts[id]!;
      counts[id] = 0;
    }
    size[best]! += to - from;
  }
  return part;
}

/** Returns how many orders of the groups are tried: `most`, and fewer where each is a pass over more than a hundred thousand rows. */
export const attemptsFor = (most: number, rows: number): number =>
  Math.max(2, Math.min(most, Math.floor((1e5 * most) / rows)));

/**
 * Returns groups from 0 on, in the order of the rows: rows are of one where they are linked, directly or through others.
 *
 * @param parent another row, or itself, that each row is linked with, such that following the links ends somewhere; paths are shortened
 */
export function linkedRows(parent: Int32Array): Int32Array<ArrayBuffer> {
  const numbers = new Map<number, number>();
  return Int32Array.from(parent, (_, row) => {
    const root = rootOf(parent, row);
    const number = numbers.get(root) ?? numbers.size;
    numbers.set(root, number);
    return number;
  });
}

/** Returns where the links of a row end. */
export function rootOf(parent: Int32Array, row: number): number {
  let at = row;
  while (parent[at] !== at) {
    parent[at] = parent[parent[at]!]!;
    at = parent[at]!;
  }
  return at;
}

/** Returns how many rows the largest group has. */
export function largestGroup(groups: Int32Array): number {
  const counts = new Int32Array(groups.length);
  for (const group of groups) counts[group]!++;
  return counts.reduce((a, b) => Math.max(a, b), 0);
}

/** Positions in `rows`, group by group in the order in which the groups first come; `starts` where each begins. */
function membersOf(groups: Int32Array, rows: Int32Array): { members: Int32Array; starts: Int32Array } {
  // A place for each group: a Map takes several times as long for a million groups.
  const numbers = new Int32Array(groups.reduce((a, b) => Math.max(a, b), 0) + 1).fill(-1);
  const own = new Int32Array(rows.length);
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    const group = groups[rows[i]!]!;
    if (numbers[group]! < 0) numbers[group] = count++;
    own[i] = numbers[group]!;
  }
  return sorted(
    Int32Array.from(rows, (_, i) => i),
    count,
    (i) => own[i]!,
  );
}

/** Groups from the largest on, equal ones in the order in which they are given. */
function bySize(order: Int32Array, sizeOf: (group: number) => number): Int32Array {
  const largest = order.reduce((most, group) => Math.max(most, sizeOf(group)), 0);
  return sorted(order, largest + 1, (group) => largest - sizeOf(group)).members;
}

/** Items by their bucket, a number below `buckets`, in a stable order. */
function sorted(
  items: Int32Array,
  buckets: number,
  bucketOf: (item: number) => number,
): { members: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(buckets + 1);
  for (const item of items) starts[bucketOf(item) + 1]!++;
  for (let b = 0; b < buckets; b++) starts[b + 1]! += starts[b]!;
  const next = starts.slice();
  const members = new Int32Array(items.length);
  for (const item of items) members[next[bucketOf(item)]!++] = item;
  return { members, starts };
}
