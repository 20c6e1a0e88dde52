import { styleText } from "node:util";
import type { Command } from "commander";
import { printable, printableJson } from "../printable.ts";
import { print } from "../terminal/print.ts";
import { terminalWidth } from "../terminal/terminal-width.ts";
import { cutText, textWidth, wrapText } from "../terminal/text-width.ts";

/** What there is, one thing: its name and label on a line, what it is below them. */
export interface Entry {
  name: string;
  label: string;
  /** Parts that are kept together where there is room for it. */
  about: readonly string[];
}

/** Entries under a heading; without one where all are of a kind. */
export interface EntryGroup {
  heading?: string;
  entries: readonly Entry[];
}

/** A command that lists what there is: a line or two an entry, or with `--json` all that is known of it. */
export function listing(command: Command, description: string, examples: readonly string[]): Command {
  return command
    .description(description)
    .option("--json", "machine-readable", false)
    .addHelpText("after", `\nExamples:${examples.map((example) => `\n  minimand ${example}`).join("")}`);
}

/** Prints a listing: `all` as JSON, or the groups as text. */
export function printListing(all: unknown, groups: readonly EntryGroup[], json: boolean): void {
  print(json ? `${printableJson(all, 1)}\n` : `${listingText(groups, terminalWidth())}\n`);
}

const indent = "    ";

/** Between parts of what an entry is, and between a name and its label. */
const gap = "   ";

/**
 * Entries as text of a width: labels start in the same column; the description follows below, indented and wrapped.
 *
 * @param width as `terminalWidth` returns it
 */
export function listingText(groups: readonly EntryGroup[], width: number): string {
  const longest = Math.max(...groups.flatMap(({ entries }) => entries.map(({ name }) => textWidth(name))));
  // Names are of use only whole, so that labels give way.
  const column = Math.min(longest, Math.max(0, width - 40));
  return groups
    .filter(({ entries }) => entries.length > 0)
    .map(({ heading, entries }) => {
      const lines = entries.flatMap((entry) => linesOf(entry, column, width));
      return [...(heading === undefined ? [] : [...wrapText(heading, width), ""]), ...lines].join("\n");
    })
    .join("\n\n");
}

function linesOf(entry: Entry, column: number, width: number): string[] {
  const [name, label] = [printable(entry.name), printable(entry.label)];
  const before = `${name}${" ".repeat(Math.max(0, column - textWidth(name)))}${gap}`;
  const first = cutText(label, width - textWidth(before));
  return [
    `${styleText("bold", name)}${before.slice(name.length)}${first}`.trimEnd(),
    ...packed(entry.about.map(printable), width - indent.length).map((line) => indent + line),
  ];
}

/** Parts side by side in lines of a width; only what is longer than a line is broken. */
function packed(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const together = `${lines.at(-1)}${gap}${part}`;
    if (lines.length > 0 && textWidth(together) <= width) lines[lines.length - 1] = together;
    else lines.push(...wrapText(part, width));
  }
  return lines;
}
