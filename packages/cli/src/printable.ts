const written: Record<string, string> = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r" };

/**
 * A text as one line of a terminal: names come from files and tables, and what would end the line, move the cursor or
 * colour the screen is shown as it is written in JSON.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (c) => written[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Says one line on stderr. */
export function tell(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}
