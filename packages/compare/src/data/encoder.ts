import type { NumberFormat } from "../read/number-format.ts";
import type { Dataset, DatePart } from "./dataset.ts";
import { moments } from "./moments.ts";
import { entriesOf, entryCount } from "./pairs/entries.ts";
import { fitNGrams, type NGramEncoder } from "./text/n-gram-encoder.ts";

/**
 * A numeric input: (value or median - mean) / sd, then a 0/1 column for missing where training rows had missing values, then one input from 0 to
 * 1 for each bin, where there are any.
 */
export interface NumericEncoder {
  kind: "numeric";
  name: string;
  median: number;
  mean: number;
  /** 0 where all training rows have the same value: the input is 0 then. */
  sd: number;
  missingIndicator: boolean;
  /** Edges of the bins, ascending: one more than there are bins. Absent without bins. */
  edges?: readonly number[];
  /** The smallest and the largest value of the training rows; absent where there was none, and in models of earlier versions. */
  range?: readonly [number, number];
  /** How the column of the training data writes its numbers, where that is not as in a program: `1.234,5`, `$12`. */
  format?: NumberFormat;
  /** Cells that are no numbers are read as missing, as in training. */
  textsAsMissing?: true;
  /** Values that stand for missing ones. */
  asMissing?: readonly string[];
  /** Where it is a part of dates, whose column has another name. */
  date?: DatePart;
}

/** A categorical input, one-hot: the kept levels, then (where training rows had them) one input for the pooled and one for missing. */
export interface CategoricalEncoder {
  kind: "categorical";
  name: string;
  levels: string[];
  /** Rare levels, which share the input `other`. There is no such input if there are none. */
  pooled: string[];
  missing: boolean;
  /** Values that stand for missing ones. */
  asMissing?: readonly string[];
  date?: DatePart;
}

/** How rows become inputs of a network; a plain object that can be kept as JSON. */
export interface Encoder {
  features: (NumericEncoder | CategoricalEncoder | NGramEncoder)[];
  /** The number of inputs. */
  inputs: number;
}

const mostLevels = 64;

/**
 * Fits the encoding of the inputs on the given rows only.
 *
 * Numeric: missing values become the median, then mean 0 and standard deviation 1 (population). Categorical: one-hot over the
 * levels seen; those in fewer than max(2, 1 %) of the rows, and those beyond the 64 most frequent, share one input `other`; missing
 * is a level of its own. Free text: see `fitNGrams`. Of pairs both responses count, by one encoding.
 *
 * @param rows indices of the training rows.
 * @param bins the most bins that a number gets, see `fitEdges`; 0 for none
 * @throws RangeError if `rows` is empty or has an index out of range.
 */
export function fitEncoder(dataset: Dataset, rows: Int32Array, bins = 0): Encoder {
  if (rows.length === 0) throw new RangeError("rows: expected at least one row, got none");
  checkRows(dataset, rows);
  const entries = entriesOf(dataset, rows);
  const texts = dataset.features.filter(({ kind }) => kind === "text").length;
  const features = dataset.features.map((feature): Encoder["features"][number] => {
    const given = feature.asMissing === undefined ? {} : { asMissing: feature.asMissing };
    if (feature.kind === "text")
      return { ...fitNGrams(feature, entries, { rows: entryCount(dataset), texts }), ...given };
    if (feature.date !== undefined) Object.assign(given, { date: feature.date });
    return feature.kind === "numeric"
      ? {
          ...fitNumeric(feature.name, feature.values, entries, bins),
          ...(feature.format !== undefined && { format: feature.format }),
          ...(feature.textsAsMissing && { textsAsMissing: true as const }),
          ...given,
        }
      : { ...fitCategorical(feature.name, feature.codes, feature.levels, entries), ...given };
  });
  return { features, inputs: features.reduce((sum, feature) => sum + width(feature), 0) };
}

function fitNumeric(name: string, values: Float64Array, rows: Int32Array, bins: number): NumericEncoder {
  const present = Float64Array.from(rows, (row) => values[row]!)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const n = present.length;
  const missing = rows.length - n;
  const middle = Math.floor(n / 2);
  const median =
    n === 0 ? 0 : n % 2 === 1 ? present[middle]! : present[middle - 1]! / 2 + present[middle]! / 2;
  const imputed = new Float64Array(rows.length).fill(median);
  imputed.set(present);
  const { mean, sd } = moments(imputed);
  const edges = bins === 0 || sd === 0 ? [] : fitEdges(present, bins);
  return {
    kind: "numeric",
    name,
    median,
    mean,
    sd,
    missingIndicator: missing > 0,
    // A single bin is the number once more.
    ...(edges.length > 2 && { edges }),
    ...(n > 0 && { range: [present[0]!, present[n - 1]!] as const }),
  };
}

/**
 * Returns the edges of bins that have about equally many rows: quantiles of the values, each once. Values that are at most one more than the bins
 * are edges themselves.
 *
 * @param sorted the values that are not missing, ascending
 */
function fitEdges(sorted: Float64Array, bins: number): number[] {
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (distinct.length <= bins + 1) return [...distinct];
  const last = sorted.length - 1;
  const quantiles = Array.from({ length: bins + 1 }, (_, k) => {
    const place = (k * last) / bins;
    const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
    return low === high ? low : low * (1 - (place % 1)) + high * (place % 1);
  });
  return quantiles.filter((edge, k) => k === 0 || edge > quantiles[k - 1]!);
}

function fitCategorical(
  name: string,
  codes: Int32Array,
  levels: readonly string[],
  rows: Int32Array,
): CategoricalEncoder {
  const counts = new Int32Array(levels.length);
  let missing = false;
  for (const row of rows) {
    const code = codes[row]!;
    if (code < 0) missing = true;
    else counts[code]!++;
  }
  const least = Math.max(2, rows.length / 100);
  const seen = [...counts.keys()].filter((code) => counts[code]! > 0);
  const frequent = seen
    .filter((code) => counts[code]! >= least)
    .sort((a, b) => counts[b]! - counts[a]! || a - b);
  const kept = frequent.slice(0, mostLevels).sort((a, b) => a - b);
  const isKept = new Set(kept);
  const levelOf = (code: number) => levels[code]!;
  const pooled = seen.filter((code) => !isKept.has(code)).map(levelOf);
  return { kind: "categorical", name, levels: kept.map(levelOf), pooled, missing };
}

function binsOf({ edges = [] }: NumericEncoder): number {
  return Math.max(0, edges.length - 1);
}

/** Returns how many inputs one feature becomes. */
export function width(feature: Encoder["features"][number]): number {
  if (feature.kind === "numeric") return 1 + Number(feature.missingIndicator) + binsOf(feature);
  if (feature.kind === "text") return feature.buckets.length + Number(feature.missing);
  return feature.levels.length + Number(feature.pooled.length > 0) + Number(feature.missing);
}

/**
 * Returns names of the inputs, in order: `age`, `age missing`, `age 20 to 30`, `job=clerk`, `job=(other)`, `job=(missing)`, `note n-gram 4711`,
 * `note missing`.
 */
export function inputNames(encoder: Encoder): string[] {
  return encoder.features.flatMap((feature) => {
    if (feature.kind === "numeric") {
      const { name, missingIndicator, edges = [] } = feature;
      const bins = edges.slice(1).map((upper, k) => `${name} ${edges[k]} to ${upper}`);
      return [name, ...(missingIndicator ? [`${name} missing`] : []), ...bins];
    }
    if (feature.kind === "text") {
      const names = feature.buckets.map((bucket) => `${feature.name} n-gram ${bucket}`);
      return feature.missing ? [...names, `${feature.name} missing`] : names;
    }
    const levels = [...feature.levels];
    if (feature.pooled.length > 0) levels.push("(other)");
    if (feature.missing) levels.push("(missing)");
    return levels.map((level) => `${feature.name}=${level}`);
  });
}

/** Refuses row indices that the data set does not have. */
export function checkRows(dataset: Dataset, rows: Int32Array): void {
  const wrong = rows.find((row) => row < 0 || row >= dataset.rows);
  if (wrong !== undefined)
    throw new RangeError(`rows: expected indices from 0 to ${dataset.rows - 1}, got ${wrong}`);
}
