import { describe, expect, it } from "vitest";
import { refusal } from "../../../../test/support/tables.ts";
import { parseNumber } from "./cells.ts";
import type { Damaged } from "./damage.ts";
import { readTable } from "./read-table.ts";

/* Files that were once read as something else. */

const times = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join("");
const digit = (i: number): number => (i * 7) % 10;

async function read(text: string, options: { damaged?: Damaged; strict?: boolean; name?: string } = {}) {
  const { name = "a.csv", ...rest } = options;
  const table = await readTable(new TextEncoder().encode(text), { name, ...rest });
  return {
    table,
    names: table.columns.map((column) => column.name),
    row: (i: number) => table.columns.map((column) => column.at(i)),
    notes: table.notes.map((note) => note.text).join(" / "),
  };
}

describe("a delimiter", () => {
  it.each<[string, string, string[], string[]]>([
    [
      "beside a stray quote",
      `id;n;b\n1;J;1,5\n2;"B" J;2,5\n${times(10, (i) => `${i};J;3,5\n`)}`,
      ["id", "n", "b"],
      ["1", "J", "1,5"],
    ],
    [
      "beside a stray quote and clocks",
      `id,name,t\n0,"B" J,10:10\n${times(12, (i) => `${i},J,10:1${digit(i)}\n`)}`,
      ["id", "name", "t"],
      ["0", '"B" J', "10:10"],
    ],
    [
      "beside titles of two words",
      `id,title,year\n0,"Best" of 7,1990\n${times(40, (i) => `${i},movie ${i},2000\n`)}`,
      ["id", "title", "year"],
      ["0", '"Best" of 7', "1990"],
    ],
    ["between decimal commas", "1,5;2,5\n3,5;4,5\n5,5;6,5\n", ["column_1", "column_2"], ["1,5", "2,5"]],
    [
      "between decimal commas of a spectrometer",
      times(50, (i) => `${400 + i},00\t0,1${digit(i)}00\n`),
      ["column_1", "column_2"],
      ["400,00", "0,1000"],
    ],
    [
      "between decimal commas below commas",
      "Time, s;Voltage, V\n1,5;2,5\n3,5;4,5\n",
      ["Time, s", "Voltage, V"],
      ["1,5", "2,5"],
    ],
    ["beside clocks", "10:00:01,5\n10:00:02,6\n10:00:03,7\n", ["column_1", "column_2"], ["10:00:01", "5"]],
    [
      "below a pattern of clocks",
      "hh:mm:ss,count\n10:00:01,5\n10:00:02,6\n",
      ["hh:mm:ss", "count"],
      ["10:00:01", "5"],
    ],
    [
      "below a pattern of dates",
      `day/month/year,count\n${times(20, (i) => `1/1/202${digit(i)},${i}\n`)}`,
      ["day/month/year", "count"],
      ["1/1/2020", "0"],
    ],
    [
      "beside points in time",
      times(9, (i) => `2020-01-01T10:00:1${i}+01:00,0.5\n`),
      ["column_1", "column_2"],
      ["2020-01-01T10:00:10+01:00", "0.5"],
    ],
    ["that is none, in clocks", `time\n${times(12, (i) => `10:0${digit(i)}\n`)}`, ["time"], ["10:00"]],
    [
      "that is none, in telephone numbers",
      `phone\n${times(12, (i) => `555 12${10 + i}\n`)}`,
      ["phone"],
      ["555 1210"],
    ],
    [
      "that is none, in addresses",
      `link\n${times(12, (i) => `http://x.org/a/${i}\n`)}`,
      ["link"],
      ["http://x.org/a/0"],
    ],
    [
      "that is none, in amounts",
      `betrag\n${times(12, (i) => `${i + 1},1${digit(i)}\n`)}`,
      ["betrag"],
      ["1,10"],
    ],
    [
      "that is none, with words after quotes",
      'review\n"Great" she "said"\n"Bad" he "cried"\n',
      ["review"],
      ['"Great" she "said"'],
    ],
    [
      "that is none, with line breaks in quotes",
      'review\n"good\nmovie"\n"bad"\n',
      ["review"],
      ["good\nmovie"],
    ],
    [
      "of R's short tables",
      '"mpg" "cyl" "name"\n"Mazda RX4" 21 6 "a b"\n"Datsun" 22 4 "c d"\n"Valiant" 18 6 "e f"\n',
      ["column_1", "mpg", "cyl", "name"],
      ["Mazda RX4", "21", "6", "a b"],
    ],
    [
      "between quoted words",
      '"name" "town"\n"Ann" "New York"\n"Bob" "Rome"\n',
      ["name", "town"],
      ["Ann", "New York"],
    ],
    [
      "of spaces and one tab",
      times(12, (i) => `1${i}.0   8   307.${digit(i)}      130.0\t"chevrolet ${i}"\n`),
      ["column_1", "column_2", "column_3", "column_4", "column_5"],
      ["10.0", "8", "307.0", "130.0", "chevrolet 0"],
    ],
  ])("is found %s", async (_, text, names, first) => {
    const { names: found, row } = await read(text);
    expect(found).toEqual(names);
    expect(row(0)).toEqual(first);
  });
});

describe("rows", () => {
  it("with quotes as characters give a warning where they enclose a cell", async () => {
    const rows = [...Array<string>(8).fill("0,red"), '0,"say ""hi"""', "0,red", "0,red", '100,"t"wo'];
    const { table, row } = await read(`n,word\n${rows.join("\n")}\nlines"\n`);
    expect(row(11)).toEqual(["100", '"t"wo']);
    const text = "quotes are characters like others, although they enclose some cells";
    expect(table.notes).toContainEqual({ level: "warning", text });
  });

  it("with lines of text in quotes stay whole, whatever the lines look like", async () => {
    const text = `label,text\n${times(10, (i) => `p,t${i}\n`)}p,"a\nb, c\nd, e\nf"\np,z\n${times(10, (i) => `p,u${i}\n`)}`;
    const { table, row, notes } = await read(text);
    expect(table.rows).toBe(22);
    expect(row(10)).toEqual(["p", "a\nb, c\nd, e\nf"]);
    expect(notes).toBe("");
  });

  it("with a delimiter at their end are rows, under every choice", async () => {
    for (const damaged of ["drop", "pad", "refuse", "empty"] as const) {
      const { table, notes } = await read("a,b\n1,2\n3,4\n5,6\n7,8\n1,2,\n3,4,\n5,6,\n", { damaged });
      expect(table.rows).toBe(7);
      expect(notes).toBe("left out 3 delimiters at the end of rows (lines 6, 7, 8)");
    }
  });

  it("that are short at the end are damaged, and no other table", async () => {
    const text = `a,b,c\n${times(60, (i) => `${i},2,3\n`)}${times(20, (i) => `${i},2\n`)}`;
    expect(await refusal(text)).toMatch(/line 62: expected 3 fields .* 20 of 80 rows are damaged/);
    expect((await read(text, { damaged: "pad" })).table.rows).toBe(80);
    expect((await read(text, { damaged: "empty" })).table.rows).toBe(80);
  });

  it("go on after a blank line and a missing value", async () => {
    const text = `id,v\n${times(20, (i) => `a${i},${i}.5\n`)}\na99,n.d.\n${times(30, (i) => `b${i},${i}.5\n`)}`;
    expect((await read(text)).table.rows).toBe(51);
    expect((await read(text.replaceAll("\n", "\r\r\n"))).table.rows).toBe(51);
  });

  it("that begin like comments are none where others do", async () => {
    const text = `id,color,price\n${times(40, (i) => `#${i},red,${i}\n`)}#99,dark, red,5\n${times(40, (i) => `#${i},red,${i}\n`)}`;
    expect((await read(text)).notes).toBe("left out 1 row: 1 with too many cells (line 42)");
    expect((await read(text, { damaged: "empty" })).table.rows).toBe(81);
    await expect(read(text, { damaged: "refuse" })).rejects.toThrow(/line 42: expected 3 fields/);
  });

  it.each([
    "0,1\n1,0\n0,1\n1,1\n0,1\n",
    "1,2,3\n1,2,3\n3,2,1\n2,1,3\n",
    "A,B\nB,A\nA,B\nA,A\n",
    "yes\nno\nno\nyes\n",
    "a\na\nb\na\nb\n",
  ])("that come again are no headers: %j", async (text) => {
    const { table, names } = await read(text);
    expect(table.rows).toBe(text.trim().split("\n").length);
    expect(names[0]).toBe("column_1");
  });

  it("without any value are left out, wherever they are", async () => {
    const { table, notes } = await read("a,b\n1,2\n,\n3,4\n5,6\n,\n,\n");
    expect(table.rows).toBe(3);
    expect(notes).toBe("left out 3 rows without any value (lines 3, 6, 7)");
  });

  it("end above notes that are as wide as the table, and above a sum over them", async () => {
    const text =
      "Country,2019,2020,Code\nFrance,1.5,2.5,FR\nSpain,3.5,4.5,ES\nItaly,1,1,IT\nTotal,6,8,\n,,,\nSource: Eurostat,,,\n";
    const { table, notes } = await read(text);
    expect(table.rows).toBe(3);
    expect(notes).toMatch(/left out the lines below the table \(line 7\): 'Source: Eurostat'/);
    expect(notes).toMatch(/left out the row 'Total' \(line 5\)/);
  });

  it("keep a class of nothing at their end", async () => {
    expect((await read("k,a,b\nx,1,-1\ny,-1,1\nall,0,0\n")).table.rows).toBe(3);
  });

  it("survive many blank lines", async () => {
    expect((await read(`a,b\n1,2\n${"\n".repeat(150_000)}3,4\n`)).table.rows).toBe(2);
  });
});

describe("names", () => {
  it.each([
    "id,name\n1,Smith, John\n2,Doe, Jane\n3,Roe, Rick\n",
    "id,income\n1,45,000\n2,52,000\n3,61,500\n",
    "city,pop\nParis,2,100\nLyon,1,500\nNice,3,400\n",
  ])("are not moved where commas stand in values: %j", async (text) => {
    expect(await refusal(text)).toMatch(/line 1: expected 3 names, as most rows have 3 cells, got 2/);
  });

  it.each<[string, string]>([
    ["years in steps", "Country,2000,2005,2010\nFrance,1.5,2.5,3.5\nSpain,2.5,3.5,4.5\nItaly,3,4,5\n"],
    ["years going down", "Country,2021,2020,2019\nFrance,1.5,2.5,3.5\nSpain,2.5,3.5,4.5\nItaly,3,4,5\n"],
    ["months", "Country,Jan-20,Feb-20,Mar-20\nFrance,1.5,2.5,3.5\nSpain,2.5,3.5,4.5\nItaly,3,4,5\n"],
    ["hours", "Country,00:00,01:00,02:00\nFrance,1.5,2.5,3.5\nSpain,2.5,3.5,4.5\nItaly,3,4,5\n"],
    [
      "wavelengths",
      "sample,400.5,402.5,404.5,406.5\na,0.1,0.2,0.3,0.4\nb,0.2,0.2,0.4,0.4\nc,0.3,0.2,0.3,0.4\n",
    ],
    [
      "places and days",
      "Province/State,Country/Region,Lat,Long,1/22/20,1/23/20\n,France,46.2,2.2,0,1\n,Spain,40.4,-3.7,1,2\n,Italy,41.8,12.5,2,3\n",
    ],
  ])("may be %s", async (_, text) => {
    const { names, table } = await read(text);
    expect(names).toEqual(text.split("\n")[0]!.split(","));
    expect(table.rows).toBe(3);
  });

  it.each<[string, string, string[], number]>([
    [
      "over years",
      "Region,Sales,,Costs,\n,2019,2020,2019,2020\nNorth,1.5,2.5,3.5,4.5\nSouth,2.5,3.5,4.5,5.5\n",
      ["Region", "Sales 2019", "Sales 2020", "Costs 2019", "Costs 2020"],
      2,
    ],
    [
      "over quarters",
      "Region,Sales,,Costs,\n,Q1,Q2,Q1,Q2\nNorth,1.5,2.5,3.5,4.5\nSouth,2.5,3.5,4.5,5.5\n",
      ["Region", "Sales Q1", "Sales Q2", "Costs Q1", "Costs Q2"],
      2,
    ],
    [
      "over units and kinds",
      '"TIMESTAMP","RECORD","T","P"\n"TS","RN","degC","kPa"\n"","","Min","Avg"\n"2020-01-01 10:00:00",1,20.5,99.5\n"2020-01-01 10:01:00",2,21.5,98.5\n',
      ["TIMESTAMP TS", "RECORD RN", "T degC Min", "P kPa Avg"],
      2,
    ],
    ["over the name of an index", ",a,b\nstore,,\nx,1.5,2.5\ny,2.5,3.5\n", ["store", "a", "b"], 2],
    ["over dashes", "id,name,v\n--,----,---\n1,x,1.5\n2,y,2.5\n", ["id", "name", "v"], 2],
    ["between bars", "| id | v |\n|---|---|\n| 1 | 1.5 |\n| 2 | 2.5 |\n", ["id", "v"], 2],
  ])("go on below: %s", async (_, text, expected, rows) => {
    const { names, table, notes } = await read(text);
    expect(names).toEqual(expected);
    expect(table.rows).toBe(rows);
    expect(notes).not.toBe("");
  });

  it.each<[string, string]>([
    ["with a blank line", "Instrument,XYZ\nSerial,12345\nOperator,Ann\nDate,2020-01-01\n\nTime,V\n"],
    ["without one", "Instrument,XYZ\nSerial,12345\nOperator,Ann\nDate,2020-01-01\nTime,V\n"],
  ])("are below a preamble as wide as the table, %s", async (_, above) => {
    const { names, table, notes } = await read(`${above}${times(30, (i) => `${i}.5,${digit(i)}.25\n`)}`);
    expect(names).toEqual(["Time", "V"]);
    expect(table.rows).toBe(30);
    expect(notes).toMatch(/left out 4 lines .*above the table: 'Instrument XYZ'/);
  });

  it("lose characters that can't be seen", async () => {
    const { names, notes } = await read("\u200bid,v\u200b\n1,2\n3,4\n");
    expect(names).toEqual(["id", "v"]);
    expect(notes).toMatch(/characters that can't be seen/);
  });
});

describe("numbers", () => {
  it.each<[string, string, (number | "text")[], RegExp]>([
    [
      "with a word among them",
      `x;y\n${times(60, (i) => `1,0${digit(i)};0\n`)}k.A.;1\n`,
      [1, "text"],
      /decimal commas read as decimal points in the column 'x'/,
    ],
    ["in brackets", 'x,y\n"(99.50)",1\n"1,200.00",2\n5,3\n', [-99.5, 1200, 5], /thousands/],
    ["in brackets with a currency", "x,y\n($99.50),1\n$5,2\n$7,3\n", [-99.5, 5, 7], /currency \$/],
    ["that are nothing", "x,y\n$ -,1\n$5,2\n$7,3\n", [0, 5, 7], /currency \$/],
    ["with the sign behind", "x;y\n99,50-;1\n5,25;2\n7,00;3\n", [-99.5, 5.25, 7], /decimal commas/],
    ["with a space behind the sign", "x;y\n- 5,5;1\n5,25;2\n7,00;3\n", [-5.5, 5.25, 7], /decimal commas/],
    [
      "in lakhs",
      'x,y\n"12,34,567",1\n"45,678.50",2\n"1,00,000",3\n',
      [1234567, 45678.5, 100000],
      /thousands/,
    ],
    ["in lakhs with a currency", 'x,y\n"₹1,00,000.00",1\n₹5,2\n₹7,3\n', [100000, 5, 7], /currency ₹/],
    [
      "with an exponent",
      "x;preis\n1.234E+05;1,50\n2.345E+04;2,25\n",
      [123400, 23450],
      /decimal commas .*'preis'/,
    ],
    ["of one currency in two spellings", 'x;y\n"1.234,50 €";1\n5,00 EUR;2\n', [1234.5, 5], /currency/],
  ])("are read or told: %s", async (_, text, values, note) => {
    const { table, notes } = await read(text);
    const { format } = table.columns[0]!;
    const last = values[1] === "text" ? table.rows - 1 : 1;
    const got = values[1] === "text" ? [0, last] : values.map((__, i) => i);
    expect(got.map((row) => parseNumber(table.columns[0]!.at(row), format))).toEqual(values);
    expect(notes).toMatch(note);
  });

  it.each<[string, string]>([
    [
      "choices beside thousands",
      'id,choices,x\n1,"1,3","45,000"\n2,"2,4","52,000"\n3,"1,2","61,500"\n4,"3","38,250"\n',
    ],
    ["numbers with and without a comma before three digits", "id;x\n5;1,500\n6;12,750\n7;131,500\n8;950\n"],
  ])("stay text where two readings are possible: %s", async (_, text) => {
    const { table, notes } = await read(text);
    expect(table.columns.at(-1)!.format).toBeNull();
    expect(notes).toMatch(/'x' stays text: '.*' could have a decimal comma or a mark of thousands/);
  });
});

describe("what can't be a table of texts", () => {
  it.each<[string, string | Uint8Array, RegExp]>([
    ["a page", "<!DOCTYPE html>\n<html><body>no</body></html>\n", /got an HTML page/],
    ["XML", '<?xml version="1.0"?>\n<a/>\n', /got XML/],
    ["a PDF", "%PDF-1.7\n...\n", /got a PDF/],
    [
      "a pointer of Git LFS",
      "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n",
      /got a pointer of Git LFS/,
    ],
    ["bzip2", Uint8Array.of(0x42, 0x5a, 0x68, 0x39, 1), /got a file compressed with bzip2/],
    ["zstd", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 1), /got a file compressed with Zstandard/],
    ["xz", Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), /got a file compressed with xz/],
  ])("is named: %s", async (_, content, message) => {
    expect(await refusal(content)).toMatch(message);
  });
});

describe("JSON", () => {
  it("may have NaN and Infinity, as Python writes them", async () => {
    const { row, notes } = await read(
      '{"a":NaN,"b":"NaN, too"}\n{"a":-Infinity,"b":"x"}\n{"a":1,"b":"y"}\n',
      { name: "a.jsonl" },
    );
    expect([row(0), row(1)]).toEqual([
      [null, "NaN, too"],
      [null, "x"],
    ]);
    expect(notes).toMatch(/NaN and Infinity read as missing/);
  });

  it("is known by its content, whatever the file is called", async () => {
    expect((await read('[{"a":1},{"a":2}]', { name: "a.txt" })).table.rows).toBe(2);
    expect((await read('{"a":1}\n{"a":2}\n', { name: "a.csv" })).table.rows).toBe(2);
  });

  it("keeps keys apart that differ by a space", async () => {
    expect((await read('{"a":1," a":2}\n', { name: "a.jsonl" })).names).toEqual(["a", "a_2"]);
  });

  it("is refused where the objects have so many keys that no memory holds a cell for each", async () => {
    // Each object has 1 in 90 of the keys: 36 bytes of memory a byte of the file.
    const keys = 9000;
    const text = times(
      12_500,
      (i) => `{${times(100, (k) => `,"${(i * 101 + 89 * k) % keys}":1`).slice(1)}}\n`,
    );
    expect(await refusal(text, "a.jsonl")).toMatch(
      /expected objects with the same keys, got 9000 different ones in 12000 objects/,
    );
  });

  it("is refused where hardly any object has a key of another", async () => {
    const text = times(5000, (i) => `{"k${i}":1}\n`);
    expect(await refusal(text, "a.jsonl")).toMatch(
      /expected objects with the same keys, got \d+ different ones in \d+ objects/,
    );
  });
});

describe("small things", () => {
  it("of programs for tables are mended, with a note", async () => {
    const { row, notes } = await read('id,v\n="00123",1\n="00124",2\n');
    expect(row(0)).toEqual(["00123", "1"]);
    expect(notes).toMatch(/read ="\.\.\." as the text in it \(lines 2, 3\)/);
    const joined = await read('\ufeff"id","v"\n"1","2"\n\ufeff"id","v"\n"3","4"\n');
    expect(joined.names).toEqual(["id", "v"]);
    expect(joined.table.rows).toBe(2);
  });

  it("of gzip are read: several members, zeros behind the end", async () => {
    const { gzipSync } = await import("node:zlib");
    const joined = new Uint8Array(
      Buffer.concat([gzipSync("a,b\n1,2\n"), gzipSync("3,4\n"), Buffer.alloc(100)]),
    );
    const table = await readTable(joined, { name: "a.csv.gz" });
    expect(table.rows).toBe(2);
  });

  it("below a table of three rows are a note, commas or not", async () => {
    const { table, notes } = await read("a,b,c\n1,2,3\n4,5,6\n7,8,9\n2. Adjusted, see web\n");
    expect(table.rows).toBe(3);
    expect(notes).toMatch(/below the table/);
  });

  it("in quotes with a backslash are read without it", async () => {
    const { row } = await read(`a,b\n1,"x \\"5\\" y"\n${times(9, (i) => `${i},"z"\n`)}`);
    expect(row(0)).toEqual(["1", 'x "5" y']);
  });
});

describe("time stays in proportion to size", () => {
  it.each<[string, string]>([
    ["a quote that is never closed in every line", times(20_000, () => '0,"abc\n')],
    ["equal names", `${times(30_000, (i) => `${i % 2},`)}1\n2\n`],
    ["a run of spaces", `a,b\n1,${" ".repeat(200_000)}x\n2,'y'\n`],
    ["a line of delimiters", `${",".repeat(1_000_000)}\n`],
    ["a cell of several megabytes", `a,b\n1,"${"x, y ".repeat(1_500_000)}"\n2,3\n`],
    ["a cell of many lines", `a,b\n1,"${"line\n".repeat(1_200_000)}"\n2,3\n`],
    ["a run of carriage returns", `a,b\r1,2\r${"\r".repeat(1_000_000)}3,4\r`],
  ])("for %s", async (_, text) => {
    await read(text).catch((error: unknown) => expect(String(error)).toMatch(/^DataError/));
  });
});

describe("what first users found", () => {
  it("a total whose parts were rounded is one, also where its word stands in the last column", async () => {
    const rows = times(200, (i) => `${i},${(i * 0.337 + 0.004).toFixed(2)},x\n`);
    const sum = Array.from({ length: 200 }, (_, i) => i * 0.337 + 0.004).reduce((a, b) => a + b, 0);
    const { table, notes } = await read(`n,v,c\n${rows},${sum.toFixed(2)},Total\n`);
    expect(table.rows).toBe(200);
    expect(notes).toBe("left out the row 'Total' (line 202), whose numbers are the sums of the columns");
  });

  it("negative numbers of accounts have a note", async () => {
    const { table, notes } = await read("a,b\n1,(12.50)\n2,3.25\n3,7.50-\n4,8.50\n");
    expect(table.columns[1]!.format).not.toBeNull();
    expect(notes).toBe(
      "numbers in brackets, or with a minus behind them, read as negative in the column 'b'",
    );
  });
});
