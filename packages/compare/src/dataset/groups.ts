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
  const members = new Map<number, number[]>();
  for (let i = 0; i < rows.length; i++) {
    const group = groups[rows[i]!]!;
    const list = members.get(group);
    if (list === undefined) members.set(group, [i]);
    else list.push(i);
  }
  const total = new Float64Array(strata.count);
  for (const id of strata.ids) total[id]!++;

  const lists = [...members.values()];
  const order = shuffle(
    Int32Array.from(lists, (_, i) => i),
    rng,
  );
  order.sort((a, b) => lists[b]!.length - lists[a]!.length);
  const held = Array.from({ length: parts }, () => new Float64Array(strata.count));
  const size = new Float64Array(parts);
  const part = new Int32Array(rows.length);
  for (const which of order) {
    const list = lists[which]!;
    const counts = new Map<number, number>();
    for (const i of list) counts.set(strata.ids[i]!, (counts.get(strata.ids[i]!) ?? 0) + 1);
    let best = 0;
    let bestCost = Number.POSITIVE_INFINITY;
    for (let p = 0; p < parts; p++) {
      // The growth of the sum of squared shares, less what is the same for every part.
      let cost = 0;
      for (const [id, count] of counts) cost += (held[p]![id]! * count) / total[id]! ** 2;
      if (cost < bestCost || (cost === bestCost && size[p]! < size[best]!)) {
        best = p;
        bestCost = cost;
      }
    }
    for (const i of list) {
      held[best]![strata.ids[i]!]!++;
      part[i] = best;
    }
    size[best]! += list.length;
  }
  return part;
}
