import { rangeError, readOptions, typeError } from "minimand/engine";

/** Options of {@link equalizeHistogram} and {@link equalizationTable}. */
export interface EqualizeOptions {
  /** Equal intervals of [0, 1] in which numbers are counted, >= 2; default 256. */
  bins?: number;
}

/**
 * Histogram equalisation of one picture or one of its channels: each number becomes the share of the others below it, so that all
 * brightnesses are about equally frequent. `y = table[min(floor(x bins), bins - 1)]` with {@link equalizationTable}.
 *
 * It counts, so it has no derivative: it is done on plain numbers before training, not within.
 *
 * @param values numbers in [0, 1]; looked at
 * @param options `bins`
 * @returns as many numbers in [0, 1]; those of a flat picture as they were
 * @throws TypeError, RangeError for what are no numbers in [0, 1], none of them, options that are unknown or out of range
 * @example
 * equalizeHistogram([0.01, 0.02, 0.02, 0.03, 0.9], { bins: 100 }) // [0, 0.5, 0.5, 0.75, 1]
 * @see Gonzalez, Woods 2018, Digital image processing, section 3.3
 */
export function equalizeHistogram(values: ArrayLike<number>, options: EqualizeOptions = {}): Float64Array {
  readOptions("equalizeHistogram", options, { bins: true });
  const table = equalizationTable(values, options);
  return Float64Array.from(values, (x) => (table === null ? x : table[binOf(x, table.length)]));
}

/**
 * Returns what {@link equalizeHistogram} puts in the place of each bin: `(cdf - cdf_min) / (n - cdf_min)`, with the number of values up to
 * a bin, `cdf`, and that of the first bin that isn't empty, `cdf_min`.
 *
 * @param values numbers in [0, 1]; looked at
 * @param options `bins`
 * @returns a number in [0, 1] for each bin, or null where one bin has all values: there is nothing to be spread
 * @throws TypeError, RangeError as {@link equalizeHistogram}
 * @example
 * equalizationTable([0.1, 0.3, 0.3, 0.6, 0.6], { bins: 4 }) // [0, 0.5, 1, 1]
 */
export function equalizationTable(
  values: ArrayLike<number>,
  options: EqualizeOptions = {},
): Float64Array | null {
  const { bins } = readOptions("equalizationTable", options, { bins: [256, { min: 2, integer: true }] });
  if (typeof values?.length !== "number") throw typeError("values", "numbers in [0, 1]", values);
  if (values.length === 0) throw rangeError("values", "at least one number", values);
  const counts = new Float64Array(bins);
  for (let i = 0; i < values.length; i++) {
    if (!(values[i] >= 0 && values[i] <= 1)) throw rangeError("values", "numbers in [0, 1]", values[i]);
    counts[binOf(values[i], bins)]++;
  }
  const first = counts.find((count) => count > 0) as number;
  const spread = values.length - first;
  if (spread === 0) return null;
  let sum = 0;
  return counts.map((count) => {
    sum += count;
    return Math.max(0, sum - first) / spread;
  });
}

const binOf = (x: number, bins: number): number => Math.min(Math.floor(x * bins), bins - 1);
