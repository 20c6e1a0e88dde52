const written: Record<string, string> = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r" };

/**
 * A text as one line of a terminal: names come from files and tables, and what would end the line, move the cursor, colour
 * the screen or turn the direction of what follows is shown as it is written in JSON.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu,
    (c) => written[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

let quiet = false;

/** From here on only results and errors are said: no notes, no progress. */
export function beQuiet(): void {
  quiet = true;
}

/** Whether only results and errors are to be said. */
export function isQuiet(): boolean {
  return quiet || sink !== null;
}

let sink: ((line: string) => void) | null = null;

/** From here on what is said goes there, and not to stderr: in a thread whose run is watched from elsewhere. */
export function tellTo(other: (line: string) => void): void {
  sink = other;
}

/** Says one line on stderr. */
export function tell(line: string): void {
  if (sink !== null) sink(line);
  else if (!quiet) process.stderr.write(`${printable(line)}\n`);
}
