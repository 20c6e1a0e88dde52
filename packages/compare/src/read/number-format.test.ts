import { describe, expect, it } from "vitest";
import { tableOf } from "../../../../test/support/tables.ts";
import { makeDataset } from "../data/make-dataset.ts";
import { parseNumber } from "./cells.ts";
import { plainSpelling } from "./number-format.ts";

/** The numbers that a column of these cells is read as, and what is said of it; `text` where it stays one. */
async function numbersOf(cells: readonly string[], delimiter = ",", other: readonly string[] = []) {
  const quote = (cell: string): string => (cell.includes(delimiter) ? `"${cell}"` : cell);
  const rows = cells.map((cell, i) => [
    String(i),
    quote(cell),
    quote(other[i] ?? "a"),
    i % 2 === 0 ? "no" : "yes",
  ]);
  const text = [["n", "x", "o", "y"], ...rows].map((row) => row.join(delimiter)).join("\n");
  const table = await tableOf(text);
  const { format } = table.columns[1]!;
  const values = cells.map((cell) => parseNumber(cell, format));
  const notes = table.notes.map((note) => note.text).filter((note) => note.includes("'x'"));
  // The cells are as in the file; the data set has the numbers.
  expect(table.columns[1]!.cells).toEqual(cells);
  if (values.every((value) => typeof value === "number")) {
    const feature = makeDataset(table, { target: "y", types: { x: "numeric" } }).features.find(
      ({ name }) => name === "x",
    );
    expect(feature?.kind === "numeric" && [...feature.values]).toEqual(values);
    return { values, notes };
  }
  return { values: "text", notes };
}

describe("numbers of other countries and in tables for people", () => {
  it.each<[string, string[], number[], RegExp[]]>([
    [
      "a currency",
      ["$12.50", "$7", "$0.99"],
      [12.5, 7, 0.99],
      [/^numbers read without their currency \$ in the column 'x'$/],
    ],
    ["a currency behind", ["12.50 €", "7 €", "0.99 €"], [12.5, 7, 0.99], [/currency € in/]],
    ["a currency by its code", ["USD 12.50", "USD 7", "-USD 3"], [12.5, 7, -3], [/currency USD/]],
    ["a sign before or behind the currency", ["-$5", "$-6", "$7"], [-5, -6, 7], [/currency \$/]],
    ["a currency that some lack", ["$12.50", "7", "8"], [12.5, 7, 8], [/currency \$/]],
    [
      "percent signs",
      ["12.5%", "7 %", "100%"],
      [12.5, 7, 100],
      [/^percent signs left out .* in the column 'x'$/],
    ],
    [
      "thousands",
      ["1,234", "56", "1,234,567"],
      [1234, 56, 1234567],
      [/^',' read as a mark of thousands in the column 'x'$/],
    ],
    ["thousands and decimals", ["1,234.5", "56.25", "7"], [1234.5, 56.25, 7], [/mark of thousands/]],
    ["thousands only", ["1,234", "5,678"], [1234, 5678], [/mark of thousands/]],
    [
      "Swiss thousands",
      ["1'234.50", "7", "12’345"],
      [1234.5, 7, 12345],
      [/'''? read as a mark of thousands/],
    ],
    [
      "spaces between thousands",
      ["1 234", "7", "12 345 678"],
      [1234, 7, 12345678],
      [/' ' read as a mark of thousands/],
    ],
    [
      "a decimal comma in quotes",
      ["0,5", "1,25", "7"],
      [0.5, 1.25, 7],
      [/^decimal commas read as decimal points in the column 'x'$/],
    ],
    ["a real minus sign", ["−5", "6", "7"], [-5, 6, 7], []],
  ])("are read in a file with commas: %s", async (_, cells, values, notes) => {
    const read = await numbersOf(cells);
    expect(read.values).toEqual(values);
    expect(read.notes).toHaveLength(notes.length);
    for (const [i, note] of notes.entries()) expect(read.notes[i]).toMatch(note);
  });

  it.each<[string, string[], string[], number[], RegExp[]]>([
    ["decimal commas", ["3,14", "2", "1,5"], [], [3.14, 2, 1.5], [/decimal commas/]],
    ["three digits behind a comma", ["3,171", "2,728"], [], [3.171, 2.728], [/decimal commas/]],
    [
      "dots between thousands",
      ["1.234.567", "1.234", "56"],
      [],
      [1234567, 1234, 56],
      [/'\.' read as a mark of thousands/],
    ],
    ["dots and a comma", ["1.234,5", "7"], [], [1234.5, 7], [/decimal commas/, /'\.' read as a mark/]],
    [
      "dots beside decimal commas in the file",
      ["1.234", "56"],
      ["0,5", "1,25"],
      [1234, 56],
      [/'\.' read as a mark/, /^'1\.234' is read as 1234, as there are decimal commas in the file/],
    ],
    [
      "dots that nothing explains",
      ["1.234", "2.345"],
      [],
      [1.234, 2.345],
      [/^'1\.234' is read with a decimal point, not as 1234, in the column 'x'$/],
    ],
    ["certain decimal points", ["1.5", "2.345"], [], [1.5, 2.345], []],
    ["certain decimal points beside decimal commas", ["1.5", "2.345"], ["0,5", "1,25"], [1.5, 2.345], []],
  ])("are read in a file with semicolons: %s", async (_, cells, other, values, notes) => {
    const read = await numbersOf(cells, ";", other);
    expect(read.values).toEqual(values);
    expect(read.notes).toHaveLength(notes.length);
    for (const [i, note] of notes.entries()) expect(read.notes[i]).toMatch(note);
  });

  it.each<[string, string[], string, RegExp | null]>([
    [
      "several currencies",
      ["$5", "€6", "$7"],
      ",",
      /^the column 'x' stays text: numbers of several currencies \('\$', '€'\)$/,
    ],
    ["percent signs that some lack", ["5%", "6", "7%"], ",", /with and without a percent sign/],
    ["decimal commas and points", ["1,5", "1.5"], ";", /with a decimal comma and with a decimal point/],
    [
      "a comma that can be both",
      ["1,234", "5,678"],
      "\t",
      /could have a decimal comma or a mark of thousands/,
    ],
    ["lists of digits", ["1,2,3", "4"], ";", null],
    ["addresses", ["192.168.1.10", "10.0.0.1"], ",", null],
    ["dates", ["28.01.2018", "29.01.2018"], ",", null],
    ["words", ["free", "for all"], ",", null],
    [
      "numbers with a word among them",
      ["$5", "$6", "$7", "free"],
      ",",
      /^the column 'x' stays text: 3 of 4 values are numbers, but not 'free'$/,
    ],
  ])("stay text: %s", async (_, cells, delimiter, note) => {
    const read = await numbersOf(cells, delimiter);
    expect(read.values).toBe("text");
    if (note === null) expect(read.notes).toEqual([]);
    else expect(read.notes.join()).toMatch(note);
  });

  it("are spelled plainly only where groups are whole", () => {
    const german = { decimal: ",", group: "." } as const;
    expect(
      ["1.234,5", "1.234", "12,5", "7", "-1.000.000"].map((cell) => plainSpelling(cell, german)),
    ).toEqual(["1234.5", "1234", "12.5", "7", "-1000000"]);
    expect(
      ["1.5", "12.34,5", "1,234.5", "$5", "5 %", "007", "abc"].map((cell) => plainSpelling(cell, german)),
    ).toEqual(new Array(7).fill(null));
  });
});
