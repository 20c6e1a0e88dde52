import { checkFolds, type Dataset, type Settings, sampleRows } from "@minimand/compare";
import { samplesOf } from "../budget/budget.ts";
import type { Subject } from "./subjects.ts";

/** So many rows of a data set at most, the same in every thread; null: all. */
export function takeSample(dataset: Dataset, sample: number | null): Dataset {
  return sample === null || dataset.rows <= sample ? dataset : sampleRows(dataset, sample, 0);
}

/** The numbers of rows that can be drawn, with which each class is in all folds. */
export function samplesFor(subjects: readonly Subject[], { folds }: Pick<Settings, "folds">): number[] {
  const samples = samplesOf(Math.max(...subjects.map(({ dataset }) => dataset.rows)));
  const first = samples.findIndex((sample) => {
    try {
      for (const { dataset, testTable } of subjects)
        if (testTable === null) checkFolds(takeSample(dataset, sample), folds);
      return true;
    } catch {
      return false;
    }
  });
  return first < 0 ? [] : samples.slice(first);
}
