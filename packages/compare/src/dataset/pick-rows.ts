import type { Dataset, Feature } from "./dataset.ts";
import { innerSplit } from "./inner-split.ts";

/** The data set with some of its rows. */
export function pickRows(dataset: Dataset, rows: Int32Array): Dataset {
  const { labels, targets, groups, teacher, classes, time } = dataset;
  const width = classes.length;
  return {
    ...dataset,
    rows: rows.length,
    features: dataset.features.map((feature) => pickFeature(feature, rows)),
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
 * So many rows of a data set, drawn with about the shares of its classes; groups stay whole, so that their number is met only nearly.
 *
 * @param count at least 2, below the number of rows
 */
export function sampleRows(dataset: Dataset, count: number, seed: number): Dataset {
  const all = Int32Array.from({ length: dataset.rows }, (_, row) => row);
  // From all times alike.
  const { time: _, ...timeless } = dataset;
  const { validation } = innerSplit(timeless, all, { fraction: count / dataset.rows, seed });
  return pickRows(dataset, validation.toSorted());
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
