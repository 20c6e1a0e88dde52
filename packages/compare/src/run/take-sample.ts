import type { Dataset } from "../data/dataset.ts";
import { sampleRows } from "../data/pick-rows.ts";
import { checkFolds } from "../data/strata.ts";
import type { Subject } from "../plan/prepared.ts";
import type { Settings } from "../results.ts";
import { samplesOf } from "./budget.ts";

/** Draws at most `sample` rows of a data set, the same in every worker; null: all. */
export function takeSample(dataset: Dataset, sample: number | null): Dataset {
  return sample === null || dataset.rows <= sample ? dataset : sampleRows(dataset, sample, 0);
}

/** Returns the numbers of rows that can be drawn, with which each class is in all folds. */
export function samplesFor(subjects: readonly Subject[], { folds }: Pick<Settings, "folds">): number[] {
  const samples = samplesOf(Math.max(...subjects.map(({ dataset }) => dataset.rows)));
  const first = samples.findIndex((sample) => {
    const cut = subjects.filter(({ testTable }) => testTable === null);
    // To draw many groups takes seconds.
    if (cut.some(({ dataset }) => sample < folds * dataset.classes.length)) return false;
    try {
      for (const { dataset } of cut) checkFolds(takeSample(dataset, sample), folds);
      return true;
    } catch {
      return false;
    }
  });
  return first < 0 ? [] : samples.slice(first);
}
