import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../data-error.ts";
import { readTable } from "./read-table.ts";
import type { Table } from "./table.ts";

/** The table, or null where it is refused; anything but a refusal in one line fails. */
async function readOrRefuse(bytes: Uint8Array, name = "f.csv"): Promise<Table | null> {
  try {
    return await readTable(bytes, { name });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    expect(error.message).not.toMatch(/\n/);
    return null;
  }
}

const utf8 = new TextEncoder();
const rowsOf = (table: Table) =>
  Array.from({ length: table.rows }, (_, row) => table.columns.map((column) => column.at(row)));

const words = fc.constantFrom(
  ...[
    "red",
    "green",
    "blue",
    "New York",
    "São Paulo",
    "O'Brien",
    '5" pipe',
    "a, b",
    "x;y",
    "two\nlines",
    "",
    "NA",
  ],
  ...[
    "3-in-1",
    "50% off",
    "(none)",
    "C:\\dir",
    'say "hi"',
    "tab\there",
    "pipe|d",
    "end.",
    "12 Main St.",
    "a:b",
  ],
);
const digits = (max: number) => fc.integer({ min: 0, max }).map(String);
const cellsOfAColumn = fc.constantFrom(
  digits(1000),
  fc.integer({ min: 0, max: 10_000 }).map((n) => (n / 100).toFixed(2)),
  fc.integer({ min: 1, max: 9 }).map((n) => `2019-0${n}-1${n}`),
  fc.integer({ min: 10, max: 59 }).map((n) => `12:${n}`),
  fc.constantFrom("yes", "no"),
  words,
);

/** Names and rows; the first column holds numbers, so that names can be distinguished from values. */
const tables = fc
  .tuple(fc.array(cellsOfAColumn, { minLength: 1, maxLength: 5 }), fc.integer({ min: 8, max: 24 }))
  .chain(([columns, rows]) =>
    fc.array(fc.tuple(digits(1000), ...columns), { minLength: rows, maxLength: rows }).map((cells) => ({
      names: ["n", ...columns.map((_, j) => `col ${j + 1}`)],
      cells: cells as string[][],
    })),
  );

function write(
  { names, cells }: { names: string[]; cells: string[][] },
  delimiter: string,
  quote: string,
  end: string,
): string {
  const quoted = (cell: string): string =>
    cell.includes(delimiter) ||
    cell.includes(quote) ||
    /^\s|\s$|\n|^["']/.test(cell) ||
    (delimiter === " " && cell === "")
      ? quote + cell.replaceAll(quote, quote + quote) + quote
      : cell;
  return [names, ...cells].map((row) => row.map(quoted).join(delimiter)).join(end);
}

describe("the reader", () => {
  it("makes a table or a refusal of any bytes", async () => {
    const interesting = fc.constantFrom(..."\"',;\t|^ \n\r\\#$%.-019azé\u0000\ufeff".split(""));
    const texts = fc.array(
      fc.oneof({ weight: 5, arbitrary: interesting }, fc.string({ unit: "binary", maxLength: 3 })),
      { maxLength: 120 },
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      texts.map((parts) => utf8.encode(parts.join(""))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom("f.csv", "f.tsv", "f.jsonl", "f"), async (input, name) => {
        const table = await readOrRefuse(input, name);
        if (table === null) return;
        expect(table.rows).toBeGreaterThan(0);
        expect(table.lines).toHaveLength(table.rows);
        expect(new Set(table.columns.map((column) => column.name)).size).toBe(table.columns.length);
        for (const column of table.columns) expect(column.length).toBe(table.rows);
      }),
      { numRuns: 4000 },
    );
  });

  it("reads what was written, whatever the delimiter, or refuses it", async () => {
    const exact = { whole: 0, all: 0 };
    await fc.assert(
      fc.asyncProperty(
        tables,
        fc.constantFrom(",", ";", "\t", "|", "^", ":", " ", "~"),
        fc.constantFrom("\n", "\r\n"),
        async (written, delimiter, end) => {
          const table = await readOrRefuse(utf8.encode(write(written, delimiter, '"', end)));
          exact.all++;
          if (table === null) return;
          exact.whole++;
          expect(table.columns.map((column) => column.name)).toEqual(written.names);
          expect(rowsOf(table)).toEqual(written.cells);
        },
      ),
      { numRuns: 3000 },
    );
    expect(exact.whole).toBeGreaterThan(0.99 * exact.all);
  });

  it("never gives a row that isn't in the file, whatever one line of it suffers", async () => {
    const damages = fc.constantFrom<(line: string, at: number) => string>(
      (line, at) => `${line.slice(0, at)},${line.slice(at)}`,
      (line) => line.replace(",", ""),
      (line, at) => `${line.slice(0, at)}"${line.slice(at)}`,
      (line) => line.replace('"', ""),
      (line, at) => `${line.slice(0, at)}\n${line.slice(at)}`,
      (line, at) => line.slice(0, Math.max(1, at)),
      (line) => line.replaceAll(",", " "),
      (line) => line.replaceAll(",", ";"),
      (line) => `${line}\n\n${line}`,
      (line) => `${line},,`,
    );
    const counts = { read: 0, all: 0 };
    await fc.assert(
      fc.asyncProperty(tables, damages, fc.nat(), fc.nat(), async (written, damage, where, at) => {
        const { names, cells } = written;
        const row = where % cells.length;
        const before = write({ names, cells: cells.slice(0, row) }, ",", '"', "\n");
        const line = write({ names: cells[row]!, cells: [] }, ",", '"', "\n");
        const after = cells.slice(row + 1).map((one) => write({ names: one, cells: [] }, ",", '"', "\n"));
        const changed = damage(line, at % (line.length + 1));
        const table = await readOrRefuse(utf8.encode([before, changed, ...after].join("\n")));
        counts.all++;
        if (table === null || table.columns.length !== names.length) return;
        counts.read++;
        const known = new Set(cells.map((one) => JSON.stringify(one)));
        const strange = rowsOf(table).filter((one) => !known.has(JSON.stringify(one)));
        // What the line says now may be a row itself; any other row has to have a note.
        if (strange.length > 1) expect(table.notes.map((note) => note.level)).toContain("warning");
        const lost = cells.length - table.rows;
        if (lost > 0) expect(table.notes).not.toEqual([]);
        const untouched = cells.filter((_, i) => Math.abs(i - row) > 1).length;
        const kept = rowsOf(table).filter((one) => known.has(JSON.stringify(one))).length;
        if (table.notes.every((note) => note.level === "info"))
          expect(kept).toBeGreaterThanOrEqual(untouched);
      }),
      { numRuns: 3000 },
    );
    expect(counts.read).toBeGreaterThan(0.8 * counts.all);
  });
});
