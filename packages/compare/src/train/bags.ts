import { bagMeans, bagProportions } from "minimand/training";
import type { Dataset } from "../data/dataset.ts";

/** What training sees of the target where rows are in bags. */
export interface Bags {
  /** The bag of each row of the part, from 0. */
  ids: Int32Array;
  /** Mean target of each bag; or proportions of the classes, `[bags, classes]`. */
  means: Float64Array;
}

/** Returns the bags of some rows, none of which is cut. */
export function bagsOf(
  { groups, task, classes, targets }: Dataset,
  rows: Int32Array,
  labels: Int32Array,
): Bags | undefined {
  if (groups === null) return undefined;
  const known = new Map<number, number>();
  const ids = rows.map((row) => {
    const id = known.get(groups[row]) ?? known.size;
    known.set(groups[row], id);
    return id;
  });
  const means =
    task === "regression"
      ? bagMeans(
          Float64Array.from(rows, (row) => targets[row]),
          ids,
        )
      : bagProportions(
          rows.map((row) => labels[row]),
          ids,
          classes.length,
        );
  return { ids, means };
}

/** Returns the data set with the mean of its bag as every row's target: cuts then can't depend on single rows. */
export function withBagTargets(dataset: Dataset): Dataset {
  const { groups, task, targets } = dataset;
  if (dataset.bags !== true || task !== "regression" || groups === null) return dataset;
  const means = bagMeans(targets, groups);
  return { ...dataset, targets: Float64Array.from(groups, (bag) => means[bag]) };
}

/** Returns the whole bags per training step, about as many as make `batchSize` rows. */
export function bagsPerBatchOf({ groups, rows, bags }: Dataset, batchSize: number): number | undefined {
  if (bags !== true || groups === null) return undefined;
  const count = groups.reduce((most, group) => Math.max(most, group), 0) + 1;
  return Math.max(1, Math.round((batchSize * count) / rows));
}
