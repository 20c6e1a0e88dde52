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
  const ends = /\r\n|\n|\r/g;
  for (let start = 0, number = 1; start < text.length; number++) {
    const end = ends.exec(text);
    yield { text: text.slice(start, end?.index), number };
    start = end === null ? text.length : ends.lastIndex;
  }
  return undefined;
}
