/** How a delimiter-separated text is written. */
export interface Dialect {
  /** What separates two cells; {@link none} where every line is one cell. */
  delimiter: string;
  /** What a quoted cell begins with; it ends with the same, `“` with `”`. Empty where quotes are characters like others. */
  quote: '"' | "'" | "“" | "";
  /** `\"` stands for a quote inside a quoted cell, in addition to the doubled one. */
  backslash: boolean;
  /** Several spaces are one delimiter (columns that are aligned by eye). */
  runs: boolean;
}

/** Delimits nothing: no text has it. */
export const none = "\0";

/** RFC 4180. */
export const standard: Dialect = { delimiter: ",", quote: '"', backslash: false, runs: false };

/**
 * Returns the text in the standard way of quoting (`"`, doubled inside), so that one parser reads every dialect: other quotes, backslash
 * escapes, spaces between a delimiter and a quote, runs of spaces. Line breaks stay where they are. A quote inside a quoted cell that is
 * neither doubled nor escaped, and is followed by neither a delimiter nor a line end, is a character.
 *
 * @param text begins where a record begins, with line ends `\n`
 */
export function standardize(text: string, { delimiter, quote, backslash, runs }: Dialect): string {
  const closing = quote === "“" ? "”" : quote;
  const gap = delimiter === "\t" ? /[^\S\n\t]*/y : /[^\S\n]*/y;
  const skip = (from: number): number => {
    if (from >= text.length) return from;
    gap.lastIndex = from;
    gap.test(text);
    return gap.lastIndex;
  };
  // Where spaces delimit, there are none between a quote and its delimiter.
  const blank = delimiter === " " ? (from: number): number => from : skip;
  const delimits = (at: number): boolean => text.startsWith(delimiter, at) || (runs && text[at] === "\t");
  const ends = (at: number): boolean => at >= text.length || text[at] === "\n" || delimits(at);
  const nextNewline = searcher((from) => text.indexOf("\n", from), text.length);
  const nextDelimiter = searcher((from) => text.indexOf(delimiter, from), text.length);
  const nextTab = searcher((from) => (runs ? text.indexOf("\t", from) : -1), text.length);
  const parts: string[] = [];
  let at = 0;
  let lineStart = true;
  while (at < text.length) {
    if (runs && lineStart) at = skip(at);
    lineStart = false;
    const start = blank(at);
    if (quote !== "" && text[start] === quote) {
      const { content, end } = quoted(start + 1);
      // Quotes of the standard stay as they are, so that stray ones can be seen.
      if (quote === '"' && !backslash) parts.push(text.slice(start, end));
      else parts.push('"', content.replaceAll('"', '""'), end <= text.length ? '"' : "");
      at = blank(end);
    } else {
      const end = Math.min(nextNewline(at), nextDelimiter(at), nextTab(at));
      const cell = text.slice(at, end);
      // A quote of the standard that is a character here.
      parts.push(quote !== '"' && cell.includes('"') ? `"${cell.trim().replaceAll('"', '""')}"` : cell);
      at = end;
    }
    if (text[at] === "\n") {
      parts.push("\n");
      at++;
      lineStart = true;
    } else if (at < text.length) {
      const after = runs ? skip(at) : at + delimiter.length;
      // Spaces at the end of a line delimit nothing.
      if (!(runs && (after >= text.length || text[after] === "\n"))) parts.push(delimiter);
      at = after;
    }
  }
  return parts.join("");

  /** The content of a quoted cell from `from` on, and where it ends; beyond the text where it is never closed. */
  function quoted(from: number): { content: string; end: number } {
    let content = "";
    let done = from;
    for (let i = from; i < text.length; i++) {
      const character = text[i];
      if (backslash && character === "\\" && (text[i + 1] === closing || text[i + 1] === "\\")) {
        content += text.slice(done, i) + text[i + 1];
        i++;
        done = i + 1;
      } else if (character === closing) {
        if (ends(blank(i + 1))) return { content: content + text.slice(done, i), end: i + 1 };
        if (closing === quote && text[i + 1] === quote) {
          content += text.slice(done, i + 1);
          i++;
          done = i + 1;
        }
      }
    }
    return { content: content + text.slice(done), end: text.length + 1 };
  }
}

/** Where something is next from a place on, `end` if nowhere; looked for only where the last answer has been passed. */
function searcher(find: (from: number) => number, end: number): (from: number) => number {
  let known = -1;
  return (from) => {
    if (known < from) {
      const found = find(from);
      known = found < 0 ? end : found;
    }
    return known;
  };
}
