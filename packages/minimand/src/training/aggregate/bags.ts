import { checkNumber, rangeError, typeError } from "../../engine/errors.ts";
import { readOptions } from "../../engine/options.ts";
import { randomSource, shuffle } from "../../engine/random.ts";
import { bagSizes } from "../../losses/aggregate/bag-ids.ts";

/** How {@link makeBags} puts rows together. */
export type BagStrategy =
  /** At random, which is what the theory assumes. */
  | { strategy?: "random"; seed: number }
  /** Neighbours in the order of these numbers, one a row. */
  | { strategy: "sorted"; by: ArrayLike<number> }
  /** A row and its nearest that are left over, by Euclidean distance of these features, row-major. */
  | { strategy: "cluster"; x: ArrayLike<number>; seed: number };

/**
 * Puts `rows` rows into bags of `size`, or a few more where it does not divide: never fewer, so that no bag reveals more about one row than
 * asked for.
 *
 * @param rows number of rows
 * @param size least number of rows of a bag
 * @param options `strategy` and what it needs; `cluster` costs `rows^2 / size` distances
 * @returns the bag of each row, 0 to `floor(rows / size) - 1`
 * @throws TypeError, RangeError where `size` is not a whole number from 1 to `rows`, for lists of another length or with
 * numbers that are not finite
 * @example
 * makeBags(4, 2, { strategy: "sorted", by: [10, 3, 11, 4] }) // [1, 0, 1, 0]
 */
export function makeBags(rows: number, size: number, options: BagStrategy): Int32Array {
  readOptions("makeBags", options, { strategy: true, seed: true, by: true, x: true });
  checkNumber("rows", rows, { min: 1, integer: true });
  checkNumber("size", size, { min: 1, max: rows, integer: true });
  const bags = Math.floor(rows / size);
  const ids = new Int32Array(rows);
  const assign = (order: ArrayLike<number>): Int32Array => {
    for (let i = 0; i < rows; i++) ids[order[i]] = Math.floor((i * bags) / rows);
    return ids;
  };
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  if (options.strategy === "sorted") {
    const by = checkNumbers("by", options.by, rows);
    return assign(all.sort((a, b) => by[a] - by[b] || a - b));
  }
  checkNumber("seed", options.seed, { integer: true });
  if (options.strategy === undefined || options.strategy === "random")
    return assign(shuffle(all, randomSource(options.seed)));
  if (options.strategy !== "cluster")
    throw rangeError("strategy", 'one of "random", "sorted", "cluster"', (options as BagStrategy).strategy);
  return assign(clustered(options.x, rows, bags, options.seed));
}

/** Rows in an order in which each bag's are near each other. */
function clustered(x: ArrayLike<number>, rows: number, bags: number, seed: number): Int32Array {
  const width = (x?.length ?? 0) / rows;
  if (!Number.isInteger(width) || width < 1) throw rangeError("x", `a multiple of ${rows} numbers`, x);
  checkNumbers("x", x, rows * width);
  let left = [
    ...shuffle(
      Int32Array.from({ length: rows }, (_, i) => i),
      randomSource(seed),
    ),
  ];
  const order: number[] = [];
  for (let bag = 0; bag < bags; bag++) {
    const count = Math.ceil(((bag + 1) * rows) / bags) - Math.ceil((bag * rows) / bags);
    const first = left[0];
    const distance = (row: number): number => {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += (x[row * width + j] - x[first * width + j]) ** 2;
      return sum;
    };
    const near = left.map((row) => ({ row, distance: row === first ? -1 : distance(row) }));
    near.sort((a, b) => a.distance - b.distance);
    order.push(...near.slice(0, count).map(({ row }) => row));
    const taken = new Set(near.slice(0, count).map(({ row }) => row));
    left = left.filter((row) => !taken.has(row));
  }
  return Int32Array.from(order);
}

/**
 * Mean response of each bag.
 *
 * @param y responses, `[rows]`
 * @param bagIds the bag of each row, 0 to bags - 1, no bag empty
 * @returns `[bags]`
 * @throws TypeError, RangeError for lengths that differ, responses that are not finite, bad bags
 * @example
 * bagMeans([1, 3, 5], [0, 0, 1]) // [2, 5]
 */
export function bagMeans(y: ArrayLike<number>, bagIds: ArrayLike<number>): Float64Array {
  const sizes = bagSizes(bagIds);
  checkNumbers("y", y, bagIds.length);
  const means = new Float64Array(sizes.length);
  for (let row = 0; row < bagIds.length; row++) means[bagIds[row]] += y[row];
  return means.map((sum, bag) => sum / sizes[bag]);
}

/**
 * Proportions of the classes in each bag.
 *
 * @param labels class ids, `[rows]`, 0 to classes - 1
 * @param bagIds as in {@link bagMeans}
 * @param classes how many there are
 * @returns row-major `[bags, classes]`; each row sums to 1
 * @throws TypeError, RangeError for bad labels and bags
 * @example
 * bagProportions([0, 1, 1], [0, 0, 1], 2) // [0.5, 0.5, 0, 1]
 */
export function bagProportions(
  labels: ArrayLike<number>,
  bagIds: ArrayLike<number>,
  classes: number,
): Float64Array {
  checkNumber("classes", classes, { min: 2, integer: true });
  const sizes = bagSizes(bagIds);
  checkNumbers("labels", labels, bagIds.length);
  const parts = new Float64Array(sizes.length * classes);
  for (let row = 0; row < bagIds.length; row++) {
    const label = labels[row];
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      throw rangeError(`labels, row ${row}`, `class ids from 0 to ${classes - 1}`, label);
    parts[bagIds[row] * classes + label] += 1 / sizes[bagIds[row]];
  }
  return parts;
}

/**
 * Means of bags whose totals (or counts) are known.
 *
 * @param totals sum of the responses of each bag, `[bags]`
 * @param bagIds as in {@link bagMeans}
 * @returns `[bags]`
 * @throws TypeError, RangeError for another number of totals than bags, totals that are not finite, bad bags
 * @example
 * bagMeansOfTotals([3, 0], [0, 0, 0, 1]) // [1, 0]
 */
export function bagMeansOfTotals(totals: ArrayLike<number>, bagIds: ArrayLike<number>): Float64Array {
  const sizes = bagSizes(bagIds);
  checkNumbers("totals", totals, sizes.length);
  return Float64Array.from(totals, (sum, bag) => sum / sizes[bag]);
}

/**
 * Labels for single rows whose loss is right in the mean, if bags are random. They are for losses linear in the label (squared and
 * cross-entropy in their gradients), without the shrinkage of the instance-level loss but with more noise.
 *
 * `y'_i = n_a y_a - (n_a - 1) y` for i in bag a, with the mean response `y` of all rows: the others of the bag count as
 * average. The labels leave the range of the responses.
 *
 * @param means mean response of each bag, `[bags]`
 * @param bagIds as in {@link bagMeans}
 * @param options `mean` response of all rows; default that of the bags
 * @returns one label a row
 * @throws TypeError, RangeError for another number of means than bags, numbers that are not finite, bad bags
 * @example
 * debiasedLabels([0.5, 0], [0, 0, 1, 1]) // [0.75, 0.75, -0.25, -0.25]
 * @see Busa-Fekete et al. 2023, Easy learning from label proportions, arXiv 2302.03115
 */
export function debiasedLabels(
  means: ArrayLike<number>,
  bagIds: ArrayLike<number>,
  options: { mean?: number } = {},
): Float64Array {
  const { mean } = readOptions("debiasedLabels", options, { mean: true });
  const sizes = bagSizes(bagIds);
  checkNumbers("means", means, sizes.length);
  if (mean !== undefined) checkNumber("mean", mean);
  const overall = mean ?? sizes.reduce((sum, size, bag) => sum + size * means[bag], 0) / bagIds.length;
  return Float64Array.from(bagIds, (bag) => sizes[bag] * means[bag] - (sizes[bag] - 1) * overall);
}

/** Checks a list of finite numbers of this length and returns it. */
export function checkNumbers(argument: string, values: ArrayLike<number>, length: number): ArrayLike<number> {
  if (typeof values?.length !== "number") throw typeError(argument, `${length} numbers`, values);
  if (values.length !== length) throw rangeError(argument, `${length} numbers`, values);
  for (let i = 0; i < length; i++)
    if (!Number.isFinite(values[i]))
      throw rangeError(`${argument}, entry ${i}`, "a finite number", values[i]);
  return values;
}
