import { join } from "node:path";
import { plural } from "@minimand/compare/messages";
import type { Table } from "@minimand/data";
import type { Command } from "commander";
import { bundledTables, dataFolder } from "../../files/bundled.ts";
import { tell } from "../../printable.ts";
import { type Entry, listing, printListing } from "../listing.ts";

/** `minimand data`: the bundled data sets. */
export function define(command: Command): Command {
  const what = "List the bundled data sets; their names can be used wherever a file is expected.";
  return listing(command, what, ["data", "compare pima_diabetes"]).action(({ json }) => {
    const all = bundledTables();
    printListing(all, [{ entries: all.map(entryOf) }], json);
    if (!json) tell(`sources and licences: ${join(dataFolder(), "..", "LICENSE-DATA.md")}`);
  });
}

function entryOf({ name, task, classes, rows, features, missing, description }: Table): Entry {
  const shown = task === "multiclass" ? `${classes.length} classes` : task;
  const empty = missing === 0 ? [] : [`${missing} missing`];
  const label = [shown, plural(rows, "row"), plural(features, "input"), ...empty].join(", ");
  return { name, label, about: [description] };
}
