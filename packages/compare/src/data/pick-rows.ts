import type { Dataset, Feature } from "./dataset.ts";
import { attemptsFor, dealGroups } from "./groups.ts";
import { innerSplit } from "./inner-split.ts";
import { entriesOf, withoutSides } from "./pairs/entries.ts";
import { type Random, random, shuffle } from "./random.ts";

/** Returns the data set with some of its rows. */
export function pickRows(dataset: Dataset, rows: Int32Array): Dataset {
  const { labels, targets, groups, teacher, classes, time } = dataset;
  const width = classes.length;
  const entries = entriesOf(dataset, rows);
  return {
    ...dataset,
    rows: rows.length,
    features: dataset.features.map((feature) => pickFeature(feature, entries)),
    labels: labels.length === 0 ? labels : Int32Array.from(rows, (row) => labels[row]),
    targets: targets.length === 0 ? targets : Float64Array.from(rows, (row) => targets[row]),
    groups: groups === null ? null : numbered(Int32Array.from(rows, (row) => groups[row])),
    ...(time && { time: Float64Array.from(rows, (row) => time[row]) }),
    ...(teacher && {
      teacher: Float32Array.from(
        { length: rows.length * width },
        (_, i) => teacher[rows[Math.floor(i / width)] * width + (i % width)],
      ),
    }),
  };
}

/**
 * Returns a given number of rows of a data set, drawn with about the shares of its classes; groups stay whole, so that their number is met
 * as nearly as these allow.
 *
 * @param count at least 2, below the number of rows
 * @returns the drawn rows, with `drawnFrom` saying of how many
 */
export function sampleRows(dataset: Dataset, count: number, seed: number): Dataset {
  const all = Int32Array.from({ length: dataset.rows }, (_, row) => row);
  // From all times alike.
  const { time: _, ...timeless } = withoutSides(dataset);
  const drawn =
    dataset.groups === null
      ? innerSplit(timeless, all, { fraction: count / dataset.rows, seed }).validation
      : drawGroups(timeless, dataset.groups, all, count, random(seed, "sampleRows"));
  return { ...pickRows(dataset, drawn.toSorted()), drawnFrom: dataset.rows };
}

/** How often other orders of the groups are tried for a draw with every class. */
const attempts = 20;

/** Groups are dealt to about this many parts, each with about the shares of the classes. */
const fineness = 20;

/**
 * With more rows than this many for each that is drawn, chance leaves out groups first: to deal a million to a thousand parts takes
 * minutes.
 */
const choice = 50;

/** Whole groups of about `count` rows in all, with every class where that can be found. */
function drawGroups(
  dataset: Dataset,
  groups: Int32Array,
  all: Int32Array,
  count: number,
  rng: Random,
): Int32Array {
  const rows = all.length <= choice * count ? all : someGroups(groups, all, choice * count, rng);
  const fraction = count / rows.length;
  const number = new Set(rows.map((row) => groups[row])).size;
  const parts = Math.min(number, Math.round(Math.max(1, Math.round(fineness * fraction)) / fraction));
  const classesIn = (some: Int32Array): number => new Set(some.map((row) => dataset.labels[row] ?? 0)).size;
  const present = classesIn(rows);
  let best: Int32Array = new Int32Array();
  let bestCover = 0;
  const partOf = new Int32Array(dataset.rows);
  const tries = attemptsFor(attempts, rows.length);
  for (let attempt = 0; attempt < tries && bestCover < present; attempt++) {
    const part = dealGroups(dataset, groups, rows, parts, rng);
    for (const [i, row] of rows.entries()) partOf[row] = part[i];
    const drawn = takeGroups(
      Map.groupBy(shuffle(rows.slice(), rng), (row) => groups[row]),
      partOf,
      count,
    );
    const cover = classesIn(drawn);
    if (cover > bestCover) [best, bestCover] = [drawn, cover];
  }
  return best;
}

/** Rows of groups in random order, until the count is reached. */
function someGroups(groups: Int32Array, rows: Int32Array, count: number, rng: Random): Int32Array {
  const members = Map.groupBy(rows, (row) => groups[row]);
  const taken: number[] = [];
  for (const group of shuffle(Int32Array.from(members.keys()), rng)) {
    if (taken.length >= count) break;
    for (const row of members.get(group)!) taken.push(row);
  }
  return Int32Array.from(taken).sort();
}

/** Part by part those groups that still have room, and the smallest of the others where that comes nearer. */
function takeGroups(
  members: ReadonlyMap<number, readonly number[]>,
  /** The part of each row of the data set that is among them. */
  part: Int32Array,
  count: number,
): Int32Array {
  const taken: number[] = [];
  let smallest: readonly number[] | null = null;
  for (const own of [...members.values()].sort((a, b) => part[a[0]] - part[b[0]])) {
    if (taken.length + own.length <= count) for (const row of own) taken.push(row);
    else if (smallest === null || own.length < smallest.length) smallest = own;
  }
  const lacking = count - taken.length;
  if (smallest !== null && (taken.length === 0 || smallest.length - lacking < lacking))
    for (const row of smallest) taken.push(row);
  return Int32Array.from(taken);
}

function pickFeature(feature: Feature, rows: Int32Array): Feature {
  return feature.kind === "numeric"
    ? { ...feature, values: Float64Array.from(rows, (row) => feature.values[row]) }
    : { ...feature, codes: Int32Array.from(rows, (row) => feature.codes[row]) };
}

function numbered(groups: Int32Array): Int32Array {
  const numbers = new Map([...new Set(groups)].sort((a, b) => a - b).map((group, i) => [group, i]));
  return groups.map((group) => numbers.get(group)!);
}
