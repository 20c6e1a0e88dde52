import { UsageError } from "./usage-error.ts";

/**
 * Reads a list of names: commas divide it, and spaces around parts are lost. A part, or what follows its `=` or `:`, may be in double
 * quotes as in CSV: `a,"size, cm"`, `"size, cm"=-999`, `arm:"Billing, refunds"`.
 *
 * @returns null for a list with an empty part, or a quote that is not closed
 */
export function splitNames(text: string): string[] | null {
  const parts: string[] = [];
  for (let at = 0; ; at++) {
    while (/\s/.test(text[at] ?? "")) at++;
    let part = "";
    // This much of it was in quotes, or before them: its spaces stay.
    let kept = 0;
    for (; at < text.length && text[at] !== ","; at++) {
      const opens = text[at] === '"' && (part === "" || /[=:]$/.test(part.slice(kept)));
      const quoted = opens ? /^"((?:[^"]|"")*)"/.exec(text.slice(at)) : null;
      if (opens && quoted === null) return null;
      part += quoted === null ? text[at] : quoted[1]!.replaceAll('""', '"');
      if (quoted === null) continue;
      kept = part.length;
      at += quoted[0].length - 1;
    }
    part = part.slice(0, kept) + part.slice(kept).trimEnd();
    if (part === "") return null;
    parts.push(part);
    if (at >= text.length) return parts;
  }
}

/** Returns a name, or a value, as {@link splitNames} reads it: in double quotes where it wouldn't be one part otherwise. */
export function nameInList(name: string): string {
  const plain = name === name.trim() && !/,|^"|[=:]"/.test(name);
  return plain ? name : `"${name.replaceAll('"', '""')}"`;
}

/**
 * Returns the names that were asked for: each text is one of the known names, or a list.
 *
 * @param argument the option, for messages
 * @throws UsageError in one line for a text that is no list
 */
export function namesAmong(argument: string, asked: readonly string[], known: readonly string[]): string[] {
  return asked.flatMap((text) => {
    if (known.includes(text)) return [text];
    const names = splitNames(text);
    if (names === null) throw new UsageError(`${argument}: expected ${namesExpected}, got '${text}'`);
    return names;
  });
}

/** What is expected of a list. */
export const namesExpected = "names separated by commas, those with a comma in double quotes";

/** Returns a hint where a part of a name was taken for the whole; empty where no known name has such a part. */
export function commaHint(part: string, known: readonly string[]): string {
  const whole = known.find((name) => name.includes(",") && splitNames(name)?.includes(part));
  return whole === undefined ? "" : `: a name with a comma goes in double quotes, '${nameInList(whole)}'`;
}
