/** A line of a text, without its end. */
export interface TextLine {
  text: string;
  /** Counted from 1. */
  number: number;
}

/**
 * Walks the lines of a text one at a time: an array of all lines, as `split` makes, may need far more memory than the text.
 *
 * @param text with lines that end with `\n`, `\r\n` or `\r`; what follows the last end is a line, too, unless it is empty
 * @example
 * [...textLines("a\r\n\nb")].map(({ text }) => text) // ["a", "", "b"]
 */
export function* textLines(text: string): Generator<TextLine, undefined> {
  const place = (end: string, from: number): number => {
    const found = text.indexOf(end, from);
    return found < 0 ? text.length : found;
  };
  let [feed, carriage] = [place("\n", 0), place("\r", 0)];
  for (let start = 0, number = 1; start < text.length; number++) {
    // Looked for anew only behind the last one found: a text that has one kind of end alone would be searched to its end for the other.
    if (feed < start) feed = place("\n", start);
    if (carriage < start) carriage = place("\r", start);
    const end = Math.min(feed, carriage);
    yield { text: text.slice(start, end), number };
    start = end + (carriage === end && feed === end + 1 ? 2 : 1);
  }
  return undefined;
}
