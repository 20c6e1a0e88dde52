import { join } from "node:path";
import { plural } from "@minimand/compare/messages";
import type { Table } from "@minimand/data";
import { bundledTables, dataFolder } from "../../files/bundled.ts";
import { tell } from "../../printable.ts";
import { type Entry, printListing } from "../listing.ts";

/** Prints the bundled data sets. */
export function listData(json: boolean): void {
  const all = bundledTables();
  printListing(all, [{ entries: all.map(entryOf) }], json);
  if (!json) tell(`sources and licences: ${join(dataFolder(), "..", "LICENSE-DATA.md")}`);
}

function entryOf({ name, task, classes, rows, features, missing, description }: Table): Entry {
  const shown = task === "multiclass" ? `${classes.length} classes` : task;
  const empty = missing === 0 ? [] : [`${missing} missing`];
  const label = [shown, plural(rows, "row"), plural(features, "input"), ...empty].join(", ");
  return { name, label, about: [description] };
}
