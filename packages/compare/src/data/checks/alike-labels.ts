import type { Note } from "../../results.ts";
import type { Dataset } from "../dataset.ts";
import { alikeSets, plainLabel, setsText } from "../target-reading.ts";

/** Finds classes whose names differ in case or spaces only: mostly one class that people have typed in several ways. */
export function alikeLabels({ target, classes }: Pick<Dataset, "target" | "classes">): Note[] {
  const sets = alikeSets(classes);
  if (sets.length === 0) return [];
  const left = new Set(classes.map(plainLabel)).size;
  const text = `labels that differ in case or spaces only are different classes: ${setsText(sets)}; --merge-labels makes each set one class (${left} classes instead of ${classes.length})`;
  return [{ level: "warning", about: "task", column: target, text }];
}
