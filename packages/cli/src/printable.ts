import { inspect } from "node:util";

const written: Record<string, string> = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r" };

/** Control characters, other ends of lines, and what turns the direction of the text behind it. */
const controls = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

const escaped = (character: string): string =>
  written[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/**
 * A text as one line of a terminal. Names come from files, tables and servers: characters that would end the line, move the cursor, colour
 * the screen or change the direction of writing are shown as JSON writes them.
 */
export function printable(text: string): string {
  return text.replace(controls, escaped);
}

/** A value as JSON for a terminal or a program: the same value, without the control characters that `JSON.stringify` leaves as they are. */
export function printableJson(value: unknown, space?: number): string {
  return JSON.stringify(value, null, space).replace(controls, (character) =>
    // Between the lines of JSON, never inside of a text.
    character === "\n" ? character : escaped(character),
  );
}

/** An error with its stack, for whoever looks for a fault: lines stay lines. */
export function printableError(error: unknown): string {
  return inspect(error).split("\n").map(printable).join("\n");
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
