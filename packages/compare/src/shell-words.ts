/** A word as a shell takes it. */
export function quotedWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** So many characters of names stand in an option; more would be a screen of it. */
const mostNamed = 200;

/**
 * What an option such as `--ignore`, `--types` or `--missing` takes for some columns, as a shell takes it: `a,b`, `'row no=numeric'`.
 *
 * @param assigned what follows each name
 * @returns `COLUMN` for them where a name can't be part of a list (a comma ends it, and spaces at its ends are lost), and where the list would
 *   be endless
 */
export function columnsWord(names: readonly string[], assigned = ""): string {
  const listable = names.every((name) => name === name.trim() && !/[,\p{Cc}]/u.test(name));
  const word = names.map((name) => name + assigned).join(",");
  return listable && word.length <= mostNamed ? quotedWord(word) : `COLUMN${assigned}`;
}
