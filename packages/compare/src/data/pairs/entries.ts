import type { Dataset } from "../dataset.ts";

/** Returns the places of the entries of rows in the columns of a data set: those of a pair follow one another. */
export function entriesOf({ pairs }: Pick<Dataset, "pairs">, rows: Int32Array): Int32Array {
  if (pairs === undefined) return rows;
  return Int32Array.from({ length: 2 * rows.length }, (_, i) => 2 * rows[i >> 1] + (i & 1));
}

/** Returns how many entries the columns of a data set have. */
export function entryCount({ pairs, rows }: Pick<Dataset, "pairs" | "rows">): number {
  return pairs === undefined ? rows : 2 * rows;
}

/** Returns the data set as splits see it: the side of a pair that has the better response is nothing to stratify by. */
export function withoutSides(dataset: Dataset): Dataset {
  if (dataset.pairs === undefined) return dataset;
  return { ...dataset, classes: ["pair"], labels: new Int32Array(dataset.rows) };
}

/** Returns the responses of pairs as rows of their own, of the classes rejected and chosen. */
export function singleResponses(dataset: Dataset): Dataset {
  const { labels, rows } = dataset;
  return {
    ...dataset,
    task: "binary",
    classes: ["rejected", "chosen"],
    labels: Int32Array.from({ length: 2 * rows }, (_, i) => Number(labels[i >> 1] === (i & 1))),
    groups: null,
    pairs: undefined,
    rows: 2 * rows,
  };
}
