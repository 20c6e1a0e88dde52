import { largestGroup, linkedRows, rootOf } from "../groups.ts";

/** A set of keys by which pairs belong together: each pair has some, and pairs with a key in common are of one group. */
export interface PairKeys {
  /** What they are, for the note: `prompts`. Null: nothing is said of them. */
  name: string | null;
  /** The keys of each pair. */
  of: readonly (readonly string[])[];
}

/** Joining by items is given up where a group would have a larger share of the pairs: five folds couldn't be cut any more. */
const largestShare = 0.2;

/**
 * Returns groups of pairs that folds keep together: the components of the graph in which pairs with a key in common are neighbours.
 *
 * Keys that must be kept come first, and are. Of the others each set is joined in its turn, unless one group would then have more than a
 * fifth of the pairs: if few items are all compared with each other, all pairs are linked, as are answers to a single prompt, and no fold
 * could be cut. The note then says what folds share.
 *
 * @param must keys that a group may never leave, or none
 * @param wanted sets of keys, the most important first
 * @returns the group of each pair, from 0 on in the order of the pairs
 */
export function groupPairs(
  count: number,
  must: PairKeys | null,
  wanted: readonly PairKeys[],
): { groups: Int32Array; notes: string[] } {
  const notes: string[] = [];
  let parent = Int32Array.from({ length: count }, (_, pair) => pair);
  if (must !== null) parent = joined(parent, must.of);
  for (const { name, of } of wanted) {
    const together = joined(parent, of);
    const before = largestGroup(linkedRows(parent));
    const after = largestGroup(linkedRows(together));
    if (after <= Math.max(before, largestShare * count)) {
      parent = together;
      continue;
    }
    if (name === null) continue;
    const share = Math.round((100 * after) / count);
    notes.push(
      `${name} are shared between folds: kept together, ${share} % of the pairs would be one group; the scores are of known ${name}, for new ones expect less`,
    );
  }
  return { groups: linkedRows(parent), notes };
}

/** The forest of before with the trees of all pairs joined that have a key in common. */
function joined(parent: Int32Array, keys: readonly (readonly string[])[]): Int32Array<ArrayBuffer> {
  const next = Int32Array.from(parent);
  const first = new Map<string, number>();
  for (const [pair, own] of keys.entries())
    for (const key of own) {
      const other = first.get(key);
      if (other === undefined) first.set(key, pair);
      else next[rootOf(next, pair)] = rootOf(next, other);
    }
  return next;
}
