import type { WriteStream } from "node:tty";
import { isQuiet, printable } from "../printable.ts";

/**
 * Prints warnings of training, each once whichever worker or trial it comes from, on a line of its own (above the line of
 * progress, which is drawn again).
 *
 * The same warning differs between workers in the names of traced variables, so what stands before the first colon
 * tells them apart.
 */
export function warnOnce(stream: WriteStream): (message: string) => void {
  const told = new Set<string>();
  return (message) => {
    const [subject] = message.split(": ", 1);
    if (isQuiet() || told.has(subject)) return;
    told.add(subject);
    stream.write(
      `${stream.isTTY ? "\r\u001b[2K" : ""}native engine: ${printable(message.replace(/\s+/g, " "))}\n`,
    );
  };
}
