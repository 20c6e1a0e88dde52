/** A piece of text that a person reads: a paragraph, a heading, the help of an option, the first line of a docstring. */
export interface Passage {
  /** Path of the file that it is in, and its first line there, counted from 1. */
  path: string;
  line: number;
  /** The text, its lines as in the file. Code is replaced by `X`. */
  text: string;
  /** Part of the project, for the summary. */
  area: string;
  isHeading: boolean;
  /** The page whose average length of sentences it counts towards; null where no average is asked for. */
  page: string | null;
}
