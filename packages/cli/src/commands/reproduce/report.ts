import { styleText } from "node:util";
import { caveatOf, otherSeedsOf, type ReproductionFile } from "@minimand/papers";
import { printable } from "../../printable.ts";
import { wrapText } from "../../terminal/text-width.ts";
import { rowTables } from "../row-table.ts";

const styleOf = {
  reproduced: "green",
  "partly reproduced": "yellow",
  "not reproduced": "red",
  undecided: "yellow",
} as const;

/** Tables, and the verdict with what decided. */
export function reportText(file: ReproductionFile, width: number): string {
  const { rows, verdict, because } = file;
  const sentence = wrapText(
    printable(
      [caveatOf(file), otherSeedsOf(file), verdict, because].filter((part) => part !== null).join(": "),
    ),
    width,
  ).join("\n");
  const coloured = sentence.replace(verdict, styleText(styleOf[verdict], verdict));
  return `${rowTables(rows, width)}\n\n${coloured}\n`;
}
