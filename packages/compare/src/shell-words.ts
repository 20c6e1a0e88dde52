import { nameInList } from "./name-list.ts";

/** Returns a word as a shell takes it. */
export function quotedWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** An option has at most this many characters of names; more would fill the screen. */
const mostNamed = 200;

/**
 * Returns what an option such as `--ignore`, `--types` or `--missing` takes for some columns, as a shell takes it: `a,b`,
 * `'row no=numeric'`, `'"size, cm"'`.
 *
 * @param assigned what follows each name
 * @returns `COLUMN` for them where a name has control characters, and where the list would be endless
 */
export function columnsWord(names: readonly string[], assigned = ""): string {
  const listable = names.every((name) => !/\p{Cc}/u.test(name));
  const word = names.map((name) => nameInList(name) + assigned).join(",");
  return listable && word.length <= mostNamed ? quotedWord(word) : `COLUMN${assigned}`;
}
