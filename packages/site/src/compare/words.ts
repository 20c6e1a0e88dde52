import { duration } from "../catalogue/words.ts";

/** Formats a size: `812 bytes`, `12 kB`, `1.3 MB`. */
export function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${Math.round(bytes / 1000)} kB`;
  return `${Number((bytes / 1e6).toPrecision(2))} MB`;
}

/** Formats progress: `12 of 45 trials, about 3 min left`. */
export function progressOf({ done, total, label, left }: Progress): string {
  const rest = left === null || done >= total ? "" : `, about ${duration(Math.ceil(left / 1000))} left`;
  return `${done} of ${total} ${label}${rest}`;
}

export interface Progress {
  done: number;
  total: number;
  label: string;
  /** Milliseconds; null: it is not known yet. */
  left: number | null;
}

/** Returns a name of a column, a class or a file that is shown: a long one is cut. */
export const shown = (text: string): string => (text.length <= 80 ? text : `${text.slice(0, 79)}…`);

/** Returns a number of a table. */
export const score = (value: number | null): string => (value === null ? "–" : value.toFixed(4));
