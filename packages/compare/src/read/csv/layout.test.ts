import { describe, expect, it } from "vitest";
import { refusal, tableOf } from "../../../../../test/support/tables.ts";
import { readTable } from "../read-table.ts";

const rows = Array.from({ length: 12 }, (_, i) => `${i % 5},${i}.5,${i % 2 === 0 ? "a" : "b"}`).join("\n");

async function read(text: string) {
  const table = await tableOf(text);
  return {
    names: table.columns.map((column) => column.name),
    rows: table.rows,
    table,
    notes: table.notes.map((note) => note.text),
  };
}

describe("the place of the table in a file", () => {
  it.each<[string, string, string]>([
    ["a title", "Report 2024\n", "left out line 1 above the table: 'Report 2024'"],
    ["a title with empty cells", "Report,,\n,,\n", "left out line 1 above the table: 'Report'"],
    [
      "a title with commas",
      "Made by Ann, in May, at home, for Bob\n",
      "left out line 1 above the table: 'Made by Ann in May at home for Bob'",
    ],
    ["comments", "# made\n# by hand\n", "left out 2 lines (1 to 2) above the table: '# made'"],
    ["another little table", "who,Ann\nwhen,May\n\n", "left out 2 lines (1 to 2) above the table: 'who Ann'"],
    ["a line that names the delimiter", "sep=,\n", "left out the line 'sep=,', which names the delimiter"],
  ])("is below %s", async (_, above, note) => {
    const read1 = await read(`${above}n,x,k\n${rows}\n`);
    expect(read1.names).toEqual(["n", "x", "k"]);
    expect(read1.rows).toBe(12);
    expect(read1.notes).toEqual([note]);
    expect(read1.table.header).toBe(above.split("\n").length);
  });

  it.each<[string, string, RegExp]>([
    [
      "footnotes",
      "\nSource: a survey\n* of 2020\n",
      /^left out the lines below the table \(lines 15, 16\): 'Source: a survey'$/,
    ],
    [
      "a sum",
      "Total,72,\n",
      /^left out the row 'Total' \(line 14\), whose numbers are the sums of the columns$/,
    ],
    [
      "another table",
      "\na,b,c,d\n1,2,3,4\n5,6,7,8\n",
      /^left out another table \(lines 15 to 17, 4 columns\)$/,
    ],
    [
      "another table of the same width",
      "\nname,town,street\nAnn,York,High\nBob,Leeds,Low\n",
      /^left out another table from line 15 on \(3 records\)$/,
    ],
    ["rows without values", ",,\n,,\n", /^left out 2 rows without any value \(lines 14, 15\)$/],
  ])("is above %s", async (_, below, note) => {
    const { rows: count, notes } = await read(`n,x,k\n${rows}\n${below}`);
    expect(count).toBe(12);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(note);
  });

  it("leaves out comments, blank lines and headers inside of it", async () => {
    const { rows: count, notes } = await read(`n,x,k\n${rows}\n# half\n\nn,x,k\n${rows}\n`);
    expect(count).toBe(24);
    expect(notes).toEqual([
      "left out a blank line (line 15)",
      "left out a comment (line 14)",
      "left out a header that comes again (line 16)",
    ]);
  });

  it("keeps a row that calls itself a sum and is none, and says so", async () => {
    const { rows: count, notes } = await read(`n,x,k\n${rows}\nTotal,99,\n`);
    expect(count).toBe(13);
    expect(notes).toEqual(["kept the row 'Total' (line 14): its numbers are not the sums of the columns"]);
  });
});

describe("the names of columns", () => {
  it.each<[string, string, string[], RegExp]>([
    ["an empty name", "n,,k", ["n", "column_2", "k"], /^named the column 'column_2' without a name$/],
    [
      "a name that is there already",
      "n,n,n",
      ["n", "n_2", "n_3"],
      /^renamed 2 columns \('n' to 'n_2', 'n' to 'n_3'\), as/,
    ],
    ["units below", "n,x,k\nkg,%,-", ["n", "x", "k"], /^left out a row of units: 'kg', '%', '-' \(line 2\)$/],
    [
      "a second row of names",
      "a,,b\nn,x,k",
      ["a n", "a x", "b k"],
      /^joined the names below those above \(line 2\)$/,
    ],
    [
      "the same names twice",
      "n,x,k\nn,x,k",
      ["n", "x", "k"],
      /^left out a header that comes again \(line 2\)$/,
    ],
    [
      "a delimiter too much",
      "n,x,k,",
      ["n", "x", "k"],
      /^left out a delimiter at the end of the header \(line 1\)$/,
    ],
  ])("are found beside %s", async (_, header, names, note) => {
    const read1 = await read(`${header}\n${rows}\n`);
    expect(read1.names).toEqual(names);
    expect(read1.rows).toBe(12);
    expect(read1.notes).toHaveLength(1);
    expect(read1.notes[0]).toMatch(note);
  });

  it("know a delimiter at the end of every line, with or without one behind the names", async () => {
    const trailing = rows.replaceAll(/$/gm, ",");
    const without = await read(`n,x,k\n${trailing}\n`);
    expect(without.names).toEqual(["n", "x", "k"]);
    expect(without.notes).toEqual([
      "the header has 3 names, rows have 4 cells of which the last is empty: read as a delimiter at the end of every row",
    ]);
    const both = await read(`n,x,k,\n${trailing}\n`);
    expect(both.names).toEqual(["n", "x", "k"]);
    expect(both.notes.at(-1)).toBe("left out the column 'column_4' without a name and without values");
  });

  it("know pandas' index and R's names of rows", async () => {
    const pandas = await read(`,x,k\n${Array.from({ length: 9 }, (_, i) => `${i},${i}.5,a`).join("\n")}\n`);
    expect(pandas.names).toEqual(["index", "x", "k"]);
    expect(pandas.notes[0]).toMatch(
      /^the first column has no name and counts the rows from 0 \(pandas' index\)/,
    );
    for (const name of [(i: number) => `"${i + 1}"`, (i: number) => `"car ${i}"`]) {
      const r = await read(
        `"x","k"\n${Array.from({ length: 9 }, (_, i) => `${name(i)},${i}.5,"a"`).join("\n")}\n`,
      );
      expect(r.names).toEqual(["column_1", "x", "k"]);
      expect(r.notes[0]).toMatch(/one name less than rows have cells: .* as R writes them$/);
    }
  });

  it.each([
    ["numbers", `${rows}\n`],
    ["dates", rows.replaceAll(/^\d/gm, (digit) => `2020-01-1${digit}`)],
    [
      "words that come again",
      Array.from({ length: 12 }, (_, i) =>
        `${i % 2},red,${i % 3 === 0 ? "u" : "v"}`.replace(/^\d/, "p"),
      ).join("\n"),
    ],
  ])("are made up where the first row has %s like the others", async (_, text) => {
    const { names, rows: count, notes, table } = await read(text);
    expect(names).toEqual(["column_1", "column_2", "column_3"]);
    expect(count).toBe(12);
    expect(notes[0]).toMatch(/^the first record \(line 1\) looks like the others: the file has no names/);
    expect(table.header).toBeNull();
  });

  it("are what the first row has where the table is known to have them, unless they are numbers", async () => {
    const words = `kind,y\n${Array.from({ length: 12 }, (_, i) => (i % 2 ? "kind,z" : "other,y")).join("\n")}\n`;
    const namesOf = async (text: string, known: string[]) =>
      (await readTable(new TextEncoder().encode(text), { name: "a.csv", names: known })).columns.map(
        ({ name }) => name,
      );
    expect(await namesOf(words, [])).toEqual(["column_1", "column_2"]);
    expect(await namesOf(words, ["y"])).toEqual(["kind", "y"]);
    expect(await namesOf(words, ["y", "x"])).toEqual(["column_1", "column_2"]);
    expect(await namesOf(`${rows}\n`, ["0.5"])).toEqual(["column_1", "column_2", "column_3"]);
  });

  it.each([
    ["years", "town,2019,2020\nA,1.5,2.5\nB,3.5,4.5\n", ["town", "2019", "2020"]],
    ["counted columns", "0,1,2\n1.5,2.5,a\n3.5,4.5,b\n", ["0", "1", "2"]],
    [
      "counted columns next to a name",
      "2,3,4,y\n107,10.1,2.2,1\n113,9.9,3.1,1\n127,12.9,2.4,2\n",
      ["2", "3", "4", "y"],
    ],
    [
      "words that don't come again",
      "who,where\nAnn,York\nBob,Leeds\nCleo,York\nDan,Bath\nEve,Bath\n",
      ["who", "where"],
    ],
  ])("may be %s", async (_, text, names) => {
    const read1 = await read(text);
    expect(read1.names).toEqual(names);
    expect(read1.notes).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    [
      "too few",
      "n,xk",
      /line 1: expected 3 names, as most rows have 3 cells, got 2: 'n', 'xk'; fix this line$/,
    ],
    ["too many", "n,m,x,k", /line 1: expected 3 names, .*, got 4/],
    ["other delimiters", "n;x;k", /line 1: expected 3 names, .*, got 'n;x;k'; fix this line$/],
    ["a broken quote", 'n,"x,k', /line 1: expected 3 names, .*, got (a broken quote|2: 'n', 'x,k')/],
  ])("are refused where the header has %s", async (_, header, message) => {
    expect(await refusal(`${header}\n${rows}\n`)).toMatch(message);
  });
});
