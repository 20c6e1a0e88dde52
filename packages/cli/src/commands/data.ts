import { plural } from "@minimand/compare/messages";
import type { Command } from "commander";
import { type Bundled, bundledDatasets, dataFolder } from "../files/input.ts";
import { tell } from "../printable.ts";
import { type Entry, listing, printListing } from "./listing.ts";

/** `minimand data`: the bundled data sets. */
export function define(command: Command): Command {
  const what = "List the bundled data sets; their names can be used wherever a file is expected.";
  return listing(command, what, ["data", "compare pima_diabetes"]).action(({ json }) => {
    const all = bundledDatasets();
    printListing(all, [{ entries: all.map(entryOf) }], json);
    if (!json) tell(`sources and licences: ${dataFolder()}README.md`);
  });
}

function entryOf({ name, task, classes, rows, features, missing, description }: Bundled): Entry {
  const shown = task === "multiclass" ? `${classes.length} classes` : task;
  const empty = missing === 0 ? [] : [`${missing} missing`];
  const label = [shown, plural(rows, "row"), plural(features, "input"), ...empty].join(", ");
  return { name, label, about: [description] };
}
