import { warning } from "../../read/notes.ts";
import type { Note } from "../../results.ts";
import type { Dataset } from "../dataset.ts";

/** A class with a smaller share of the rows is rare, where there aren't so many classes that each has as little. */
const rare = 0.05;

/** Rows of a class that a test part should have, for its recall to mean something. */
const fewest = 5;

/** Finds classes that are rare, or so small that hardly a row of them is in a test part. */
export function balance({ task, classes, labels, rows }: Dataset, folds: number): Note[] {
  if (task === "regression") return [];
  const counts = new Int32Array(classes.length);
  for (const label of labels) counts[label]++;
  const least = counts.indexOf(Math.min(...counts));
  const share = counts[least] / rows;
  const name = `class '${classes[least]}' has ${counts[least]} of ${rows} rows`;
  const inPart = Math.floor(counts[least] / folds);
  if (inPart < fewest)
    return [
      warning(
        `${name}, ${inPart === 0 ? "less than one" : `about ${inPart}`} in each of ${folds} folds: what is found about that class is mostly chance; more rows help`,
      ),
    ];
  if (share < Math.min(rare, 0.5 / classes.length))
    return [
      warning(
        `${name} (${(100 * share).toFixed(1)} %): accuracy says little here; balanced accuracy, pr-auc and class weights see the class`,
      ),
    ];
  return [];
}
