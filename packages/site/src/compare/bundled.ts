import { readFileSync } from "node:fs";
import { plural } from "../catalogue/words.ts";
import { readRepository, repositoryPath } from "../pages/repository.ts";

/** A data set of the repository, as the page offers it. */
export interface Bundled {
  name: string;
  /** Its file, below `data/`. */
  file: string;
  target: string;
  /** `binary, 768 rows, 8 inputs`. */
  about: string;
  description: string;
}

interface Indexed extends Omit<Bundled, "about"> {
  task: string;
  classes: string[];
  rows: number;
  features: number;
}

/** The data sets that come with the repository. */
export function bundledSets(): Bundled[] {
  const index = JSON.parse(readRepository("data/index.json")) as Indexed[];
  return index.map(({ name, file, target, description, task, classes, rows, features }) => {
    const what = task === "multiclass" ? `${classes.length} classes` : task;
    const about = `${what}, ${plural(rows, "row")}, ${plural(features, "input")}`;
    return { name, file, target, about, description };
  });
}

/** Their files, by paths below the site's public folder. */
export const bundledFiles = (): [path: string, content: Uint8Array][] =>
  bundledSets().map(({ file }) => [`public/data/${file}`, readFileSync(repositoryPath(`data/${file}`))]);
