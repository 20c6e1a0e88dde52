import { listed, quoted } from "../data-error.ts";
import type { Note } from "../results.ts";
import { info, warning } from "./notes.ts";

/**
 * Returns names for all columns, each once: an empty one becomes `column_3`, one that is there already `name_2`. Each change has a note.
 */
export function distinctNames(given: readonly string[]): { names: string[]; notes: Note[] } {
  const visible = given.map(withoutInvisible);
  const taken = new Set(visible);
  const seen = new Set<string>();
  const next = new Map<string, number>();
  const named: string[] = [];
  const renamed: [before: string, after: string][] = [];
  const names = visible.map((name, i) => {
    if (name !== "" && !seen.has(name)) {
      seen.add(name);
      return name;
    }
    const own = name === "" ? free(`column_${i + 1}`, true) : free(name, false);
    taken.add(own);
    seen.add(own);
    if (name === "") named.push(own);
    else renamed.push([name, own]);
    return own;
  });
  const cleaned = names.filter((_, i) => visible[i] !== given[i]);
  return {
    names,
    notes: [
      ...(named.length === 0 ? [] : [warning(`named ${columns(named)} without a name`)]),
      ...(renamed.length === 0
        ? []
        : [warning(`renamed ${renamings(renamed)}, as the name was there already`)]),
      ...(cleaned.length === 0
        ? []
        : [info(`left out characters that can't be seen in the name of ${columns(cleaned)}`)]),
    ],
  };

  function free(name: string, itself: boolean): string {
    if (itself && !taken.has(name)) return name;
    for (let n = next.get(name) ?? 2; ; n++) {
      next.set(name, n + 1);
      if (!taken.has(`${name}_${n}`)) return `${name}_${n}`;
    }
  }
}

/** Without spaces of no width at both ends. */
function withoutInvisible(name: string): string {
  return name.replace(
    /^[\u200b-\u200d\u2060\ufeff]+|(?<![\u200b-\u200d\u2060\ufeff])[\u200b-\u200d\u2060\ufeff]+$/g,
    "",
  );
}

/** `the column 'a'`, `2 columns ('a', 'b')`. */
export function columns(names: readonly string[]): string {
  return names.length === 1
    ? `the column ${quoted(names[0]!)}`
    : `${names.length} columns (${listed(names)})`;
}

/** This many columns are named in a note. */
const mostShown = 8;

/** `a column 'a' to 'a_2'`, `2 columns ('a' to 'a_2', 'b' to 'b_2')`. */
function renamings(pairs: readonly [before: string, after: string][]): string {
  const texts = pairs.map(([before, after]) => `${quoted(before)} to ${quoted(after)}`);
  if (texts.length === 1) return `a column ${texts[0]}`;
  const more = texts.length > mostShown ? ` and ${texts.length - mostShown} more` : "";
  return `${texts.length} columns (${texts.slice(0, mostShown).join(", ")}${more})`;
}
