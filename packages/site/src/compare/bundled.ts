import { readFileSync } from "node:fs";
import { dataFile, tables } from "@minimand/data";
import { plural } from "../catalogue/words.ts";

/** A data set of the repository, as the page offers it. */
export interface Bundled {
  name: string;
  /** Its file in the package of data. */
  file: string;
  target: string;
  /** `binary, 768 rows, 8 inputs`. */
  about: string;
  description: string;
}

/** Returns the data sets that come with the repository. */
export function bundledSets(): Bundled[] {
  return tables().map(({ name, file, target, description, task, classes, rows, features }) => {
    const what = task === "multiclass" ? `${classes.length} classes` : task;
    const about = `${what}, ${plural(rows, "row")}, ${plural(features, "input")}`;
    return { name, file, target, about, description };
  });
}

/** Returns the data sets' files, by paths below the site's public folder. */
export const bundledFiles = (): [path: string, content: Uint8Array][] =>
  bundledSets().map(({ file }) => [`public/data/${file}`, readFileSync(dataFile(file))]);
