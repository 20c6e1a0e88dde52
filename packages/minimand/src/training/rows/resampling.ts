import { rangeError } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import { type RandomSource, randomSource, shuffle } from "../../engine/random.ts";

/*
 * Resampling of imbalanced training sets on the host: baselines for losses that do without.
 */

/**
 * Random undersampling: keeps as many examples of each class as the smallest class has, chosen at random.
 *
 * @param labels class ids, integers >= 0, `[rows]`
 * @param options `seed`, an integer
 * @returns indices of the kept rows in ascending order
 * @throws RangeError for no rows, a label that is not an integer >= 0, a seed that is not an integer
 * @example
 * undersample([0, 0, 0, 1], { seed: 1 }) // two indices: one of 0..2, and 3
 */
export function undersample(labels: ArrayLike<number>, options: { seed: number }): Int32Array {
  const { seed } = readOptions("undersample", options, { seed: { integer: true } });
  const classes = rowsByClass(labels);
  const smallest = Math.min(...classes.map((rows) => rows.length));
  const next = randomSource(seed);
  const kept = classes.flatMap((rows) => shuffle(rows, next).slice(0, smallest));
  return Int32Array.from(kept).sort();
}

/** How {@link smote} makes examples. */
export interface SmoteOptions {
  seed: number;
  /** Nearest neighbours of the same class to choose from, default 5; fewer where the class is smaller. */
  neighbours?: number;
}

/**
 * SMOTE: fills every class up to the size of the largest with synthetic examples on the lines between neighbours.
 *
 * `x_new = x_i + u (x_n - x_i)`, `i` a random row of the class, `n` one of its nearest neighbours of the same class
 * (Euclidean distance), `u` uniform in [0, 1). Standardise the features first. Cost `O(m^2 d)` for a class of `m` rows.
 *
 * @param x features, row-major, `[rows, features]`
 * @param labels class ids, integers >= 0, `[rows]`
 * @param options `seed`; `neighbours >= 1`
 * @returns `x` and `labels` with the synthetic rows appended, of the number type of `x`
 * @throws RangeError where `x` holds no whole number of features a row, for NaN or infinite features, labels as
 * {@link undersample}, and a class that has to grow from a single row
 * @example
 * smote(new Float32Array([0, 1, 5, 6, 7]), [1, 1, 0, 0, 0], { seed: 1 }) // one more row of class 1, between 0 and 1
 * @see Chawla, Bowyer, Hall, Kegelmeyer 2002, arXiv 1106.1813
 */
export function smote<T extends Float32Array | Float64Array>(
  x: T,
  labels: ArrayLike<number>,
  options: SmoteOptions,
): { x: T; labels: Int32Array } {
  const { seed, neighbours } = readOptions("smote", options, {
    seed: { integer: true },
    neighbours: [5, { min: 1, integer: true }],
  });
  const classes = rowsByClass(labels);
  const width = x.length / labels.length;
  if (!Number.isInteger(width) || width === 0)
    throw rangeError("x", `a multiple of ${labels.length} numbers, one row a label`, x);
  const unusable = x.findIndex((v) => !Number.isFinite(v));
  if (unusable >= 0) throw rangeError(`x[${unusable}]`, "a finite number", x[unusable]);
  const largest = Math.max(...classes.map((rows) => rows.length));
  const total = largest * classes.length;
  const grown = new (x.constructor as new (size: number) => T)(total * width);
  grown.set(x);
  const grownLabels = new Int32Array(total);
  grownLabels.set(Int32Array.from(labels));
  const next = randomSource(seed);
  let row = labels.length;
  for (const rows of classes) {
    if (rows.length < largest && rows.length < 2)
      throw rangeError("labels", "at least 2 rows of a class that grows", rows.length);
    const near = rows.length < largest ? nearest(x, width, rows, neighbours) : [];
    for (let missing = largest - rows.length; missing > 0; missing--) {
      const i = pick(next, rows.length);
      const from = rows[i] * width;
      const to = near[i][pick(next, near[i].length)] * width;
      const u = next();
      for (let f = 0; f < width; f++) grown[row * width + f] = x[from + f] + u * (x[to + f] - x[from + f]);
      grownLabels[row] = labels[rows[0]];
      row++;
    }
  }
  return { x: grown, labels: grownLabels };
}

const pick = (next: RandomSource, below: number): number => Math.floor(next() * below);

/** The rows of each class that has any, in the order of class ids. */
function rowsByClass(labels: ArrayLike<number>): number[][] {
  if (labels.length === 0) throw rangeError("labels", "at least one row", "none");
  const classes: number[][] = [];
  for (let i = 0; i < labels.length; i++) {
    const y = labels[i];
    if (!Number.isInteger(y) || y < 0) throw rangeError(`labels[${i}]`, "a class id >= 0", y);
    classes[y] ??= [];
    classes[y].push(i);
  }
  return classes.filter((rows) => rows !== undefined);
}

/** For each of the rows the `k` nearest others of them. */
function nearest(x: ArrayLike<number>, width: number, rows: readonly number[], k: number): number[][] {
  return rows.map((a) =>
    rows
      .filter((b) => b !== a)
      .map((b) => {
        let distance = 0;
        for (let f = 0; f < width; f++) distance += (x[a * width + f] - x[b * width + f]) ** 2;
        return { b, distance };
      })
      .sort((p, q) => p.distance - q.distance)
      .slice(0, k)
      .map(({ b }) => b),
  );
}
