import type { Dataset } from "../../data/dataset.ts";
import { encodeTarget } from "../../data/encode-target.ts";
import type { Table } from "../../read/table.ts";

/** What was to be predicted on the rows that trials are tested on. */
export interface Truth {
  /** Class ids; empty for regression. */
  labels: ArrayLike<number>;
  /** Numbers; empty for classification. */
  targets: ArrayLike<number>;
  /** Groups of rows that stay together, by numbers; null where each row stands for itself. */
  groups: ArrayLike<number> | null;
}

/** Returns what was to be predicted on the rows that trials are tested on. */
export function truthOf(dataset: Dataset, testTable: Table | null = null): Truth {
  if (testTable === null) {
    const { labels, targets, groups } = dataset;
    return { labels, targets, groups: groups ?? null };
  }
  const { labels, targets } = encodeTarget(dataset, testTable);
  return { labels, targets, groups: null };
}
