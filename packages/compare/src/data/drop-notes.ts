import { listed } from "../data-error.ts";
import type { Note } from "../results.ts";
import { columnsWord } from "../shell-words.ts";
import type { Drop } from "./drop-column.ts";
import type { Dropped } from "./read-features.ts";

/** This many columns with one reason have a note each. */
const mostNotes = 5;

/** Returns what was left out, why, and what to do about it: one note a column, but one for all where many have the same reason. */
export function dropNotes(dropped: readonly Dropped[]): Note[] {
  const alike = Map.groupBy(dropped, ({ reason, keep }) => `${keep} ${reason}`);
  return [...alike.values()].flatMap((columns): Note[] => {
    const [{ reason }] = columns;
    const names = columns.map(({ name }) => name);
    if (columns.length <= mostNotes)
      return columns.map((column) => ({
        level: "warning",
        column: column.name,
        text: `left out: ${reason}; ${remedy([column.name], column)}`,
      }));
    const text = `left out ${columns.length} columns: ${reason} (${listed(names)}); ${remedy(names, columns[0])}`;
    return [{ level: "warning", text }];
  });
}

function remedy(names: readonly string[], { keep }: Drop): string {
  const [them, leaves] = names.length === 1 ? ["it", "leaves it out"] : ["them", "leaves them out"];
  const ignore = `--ignore ${columnsWord(names)} ${leaves} without a note`;
  if (keep === undefined) return ignore;
  const types = columnsWord(names, `=${keep}`);
  return keep === "text"
    ? `--types ${types} reads ${names.length === 1 ? "its" : "their"} words, ${ignore}`
    : `--types ${types} keeps ${them}, ${ignore}`;
}
