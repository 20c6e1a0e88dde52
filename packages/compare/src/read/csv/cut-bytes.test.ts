import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeLines } from "./blocks.ts";
import { cutBytes } from "./cut-bytes.ts";
import { standard } from "./dialect.ts";
import { cutRecords } from "./records.ts";

it("cuts lines without quotes as the parser does, with their numbers", () => {
  const character = fc.constantFrom(
    "a",
    "1",
    ",",
    ",",
    ";",
    " ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "é",
    "\u00a0",
    "\u2003",
    "\ufeff",
    "�",
  );
  fc.assert(
    fc.property(
      fc.array(character, { maxLength: 60 }),
      fc.constantFrom(",", ";", "\t"),
      fc.integer({ min: 1, max: 4 }),
      (parts, delimiter, width) => {
        const bytes = new TextEncoder().encode(parts.join(""));
        const cells: [number, string[]][] = [];
        const decode = (from: number, to: number): string =>
          new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(from, to));
        cutBytes(bytes, 0, bytes.length, 1, delimiter.charCodeAt(0), width, {
          row: (_, bounds, line) =>
            cells.push([
              line,
              Array.from({ length: width }, (_, j) => decode(bounds[2 * j]!, bounds[2 * j + 1]!)),
            ]),
          other: (_, from, to, line) =>
            cells.push([
              line,
              decode(from, to)
                .split(delimiter)
                .map((cell) => cell.trim()),
            ]),
        });
        const { records } = cutRecords(
          decodeLines(bytes),
          1,
          { ...standard, delimiter },
          { width, isRow: () => false },
          true,
        );
        expect(cells).toEqual(records.map((record) => [record.line, record.cells]));
      },
    ),
    { numRuns: 3000 },
  );
});
