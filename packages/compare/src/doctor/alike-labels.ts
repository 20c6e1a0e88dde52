import type { Dataset } from "../dataset/dataset.ts";
import type { Note } from "../results.ts";
import { quoted } from "../table/data-error.ts";

/** So many sets of labels are named. */
const mostSets = 3;

/** Classes whose names differ in case or spaces only: mostly one class that people have typed in several ways. */
export function alikeLabels({ target, classes }: Pick<Dataset, "target" | "classes">): Note[] {
  const sets = [...Map.groupBy(classes, plainOf).values()].filter(({ length }) => length > 1);
  if (sets.length === 0) return [];
  const named = sets.slice(0, mostSets).map((names) => names.map(quoted).join(", "));
  const more = sets.length > mostSets ? ` and ${sets.length - mostSets} more sets of labels` : "";
  const text = `labels that differ in case or spaces only are classes of their own: ${named.join("; ")}${more}; if they mean the same, write them alike in the file`;
  return [{ level: "warning", column: target, text }];
}

const plainOf = (name: string): string => name.trim().replace(/\s+/g, " ").toLowerCase();
