import type { Command } from "commander";
import { type Bundled, bundledDatasets, dataFolder } from "../files/input.ts";
import { tell } from "../printable.ts";
import { listingCommand, printListing } from "./listing.ts";

/** `minimand data`: the bundled data sets. */
export function dataCommand(): Command {
  const what = "List the bundled data sets; their names can be used wherever a file is expected.";
  return listingCommand("data", what, ["data", "compare pima_diabetes"]).action(({ json }) => {
    const all = bundledDatasets();
    const head = ["name", "task", "rows", "inputs", "missing", "what it is"];
    printListing({ all, head, widths: [26, 12, 8, 8, 9, 70], rows: all.map(rowOf) }, json);
    if (!json) tell(`sources and licences: ${dataFolder()}README.md`);
  });
}

function rowOf({ name, task, classes, rows, features, missing, description }: Bundled): (string | number)[] {
  const shown = task === "multiclass" ? `${classes.length} classes` : task;
  return [name, shown, rows, features, missing, description];
}
