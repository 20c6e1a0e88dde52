import type { Note, Settings } from "../../results.ts";
import type { Dataset } from "../dataset.ts";
import { alikeLabels } from "./alike-labels.ts";
import { balance } from "./balance.ts";
import { capacity } from "./capacity.ts";
import { leaks } from "./leaks.ts";
import { longTail } from "./long-tail.ts";
import { missingCodes } from "./missing-codes.ts";
import { times } from "./times.ts";

/**
 * Checks the data as a careful reader would before any training, and returns notes, each with what to do about it. They name columns that
 * give the target away, codes that stand for missing values, and times that splits do not use. They also name classes that are rare or one
 * by another spelling, targets with a long tail, and a network that is large for its rows.
 *
 * @param settings how rows are tested on, and the network that will be trained
 */
export function examine(
  dataset: Dataset,
  settings: Pick<Settings, "folds" | "model" | "hidden" | "time" | "test" | "targetScale">,
): Note[] {
  return [
    ...leaks(dataset),
    ...missingCodes(dataset),
    ...times(dataset, settings),
    ...alikeLabels(dataset),
    ...balance(dataset, settings.folds),
    ...longTail(dataset, settings),
    ...capacity(dataset, settings),
  ];
}
