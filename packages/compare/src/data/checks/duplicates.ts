import { mix } from "minimand/engine";
import { DataError } from "../../data-error.ts";
import type { Note } from "../../results.ts";
import type { Dataset, Feature } from "../dataset.ts";
import { folds as cut } from "../folds.ts";
import { largestGroup, linkedRows, rootOf } from "../groups.ts";

/** A group with a larger share of the rows can't be kept in one fold. */
const largestShare = 0.05;

/**
 * Returns the data set with equal rows (all inputs and the target) kept in one fold, joined with the groups that it has. A copy in a
 * training part would give away the answer for its twin in the test part.
 *
 * Where that can't be, since a group would have 5 % of the rows or the folds would lack a class, they stay where they are and a
 * warning says so. Bags are left as they are.
 */
export function withTwinsTogether(dataset: Dataset, folds: number | null): Dataset {
  const twins = twinsOf(dataset);
  if (twins.rows === 0) return dataset;
  const what = `${twins.rows} of ${dataset.rows} rows ${twins.rows === 1 ? "is a copy of another" : "are copies of others"}, target included`;
  const noted = (level: Note["level"], text: string): Note[] => [
    ...dataset.notes,
    { level, ...(level === "warning" && { about: "leak" as const }), text },
  ];
  if (dataset.bags)
    return {
      ...dataset,
      notes: noted("warning", `${what}: bags with copies of the same rows leak into each other`),
    };
  const groups = components(twins.first, dataset.groups);
  if (largestGroup(groups) < largestShare * dataset.rows) {
    const together = { ...dataset, groups };
    if (folds === null || canBeCut(together, folds))
      return {
        ...together,
        notes: noted(
          "info",
          `${what}: ${twins.rows === 1 ? "it stays in one fold with that" : "each stays in one fold with its copies"}`,
        ),
      };
  }
  return {
    ...dataset,
    notes: noted(
      "warning",
      `${what}, and ${twins.rows === 1 ? "can't be kept in its" : "too many to keep them in one"} fold: scores are too good, leave copies out`,
    ),
  };
}

function canBeCut(dataset: Dataset, folds: number): boolean {
  try {
    cut(dataset, { folds, seed: 0 });
    return true;
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}

/** For each row the first that is equal to it, and how many rows are equal to an earlier one. */
function twinsOf({ features, labels, targets, task, rows }: Dataset): { first: Int32Array; rows: number } {
  const columns = [task === "regression" ? targets : labels, ...features.map(valuesOf)];
  const [high, low] = hashesOf(columns, rows);
  // Places of first rows, plus 1, by hash; the next free place where one is taken. A Map takes ten times as long.
  const places = new Int32Array(2 ** Math.ceil(Math.log2(2 * rows + 1)));
  const first = new Int32Array(rows);
  let copies = 0;
  for (let row = 0; row < rows; row++) {
    let place = high[row]! & (places.length - 1);
    let known = places[place]! - 1;
    while (known >= 0 && !(low[known] === low[row] && columns.every((c) => same(c[row]!, c[known]!)))) {
      place = (place + 1) & (places.length - 1);
      known = places[place]! - 1;
    }
    if (known < 0) places[place] = row + 1;
    else copies++;
    first[row] = known < 0 ? row : known;
  }
  return { first, rows: copies };
}

/** Missing values are equal, and so are 0 and -0. */
const same = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

/** 64 bits of each row. */
function hashesOf(
  columns: readonly (Float64Array | Int32Array)[],
  rows: number,
): [high: Uint32Array, low: Uint32Array] {
  const high = new Uint32Array(rows).fill(1);
  const low = new Uint32Array(rows).fill(2);
  const bits = new Float64Array(1);
  const words = new Uint32Array(bits.buffer);
  for (const column of columns) {
    for (let row = 0; row < rows; row++) {
      // -0 becomes 0.
      bits[0] = column[row]! + 0;
      // Small whole numbers differ in one of the words alone, and each half has to depend on it.
      low[row] = mix(low[row]! ^ words[1]! ^ high[row]!);
      high[row] = mix(high[row]! ^ words[0]! ^ low[row]!);
    }
  }
  return [high, low];
}

const valuesOf = (feature: Feature): Float64Array | Int32Array =>
  feature.kind === "numeric" ? feature.values : feature.codes;

/** Groups from 0 on: rows are together where they are equal, or of one group, or linked through others. */
function components(first: Int32Array, groups: Int32Array | null): Int32Array {
  const parent = Int32Array.from(first);
  const leader = new Map<number, number>();
  for (const [row, group] of (groups ?? []).entries()) {
    const other = leader.get(group);
    if (other === undefined) leader.set(group, row);
    else parent[rootOf(parent, row)] = rootOf(parent, other);
  }
  return linkedRows(parent);
}
