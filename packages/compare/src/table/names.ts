import type { Note } from "../results.ts";
import { listed, quoted } from "./data-error.ts";

/**
 * Names for all columns, each once: an empty one becomes `column_3`, one that is there already `name_2`. Each change has a
 * note.
 */
export function distinctNames(given: readonly string[]): { names: string[]; notes: Note[] } {
  const taken = new Set(given);
  const seen = new Set<string>();
  const named: string[] = [];
  const renamed: string[] = [];
  const names = given.map((name, i) => {
    if (name !== "" && !seen.has(name)) {
      seen.add(name);
      return name;
    }
    const own = name === "" ? free(`column_${i + 1}`, 1) : free(name, 2);
    taken.add(own);
    seen.add(own);
    (name === "" ? named : renamed).push(own);
    return own;
  });
  return {
    names,
    notes: [
      ...(named.length === 0 ? [] : [warning(`named ${columns(named)} without a name`)]),
      ...(renamed.length === 0
        ? []
        : [warning(`renamed ${columns(renamed)}, as the name was there already`)]),
    ],
  };

  function free(name: string, from: number): string {
    if (from === 1 && !taken.has(name)) return name;
    for (let n = Math.max(2, from); ; n++) if (!taken.has(`${name}_${n}`)) return `${name}_${n}`;
  }
}

/** `the column 'a'`, `2 columns ('a', 'b')`. */
export function columns(names: readonly string[]): string {
  return names.length === 1
    ? `the column ${quoted(names[0]!)}`
    : `${names.length} columns (${listed(names)})`;
}

const warning = (text: string): Note => ({ level: "warning", text });
