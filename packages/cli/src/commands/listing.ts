import Table from "cli-table3";
import { Command } from "commander";

/** What a command lists. */
export interface Listing {
  /** As `--json` prints it. */
  all: readonly unknown[];
  head: string[];
  widths: number[];
  rows: (string | number)[][];
}

/** A command that lists what there is: a table, or with `--json` all that is known of it. */
export function listingCommand(name: string, description: string, examples: readonly string[]): Command {
  return new Command(name)
    .description(description)
    .option("--json", "machine-readable", false)
    .addHelpText("after", `\nExamples:${examples.map((example) => `\n  minimand ${example}`).join("")}`);
}

/** Prints a listing, and what may be said below its table. */
export function printListing({ all, head, widths, rows }: Listing, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(all, null, 1)}\n`);
    return;
  }
  const style = { head: [], border: [] };
  const table = new Table({ head, style, wordWrap: true, colWidths: widths });
  table.push(...rows);
  process.stdout.write(`${table.toString()}\n`);
}
