import { describe, expect, it } from "vitest";
import { csv, datasetOf, datasetRefusal, repeat } from "../../../../test/support/datasets.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import { readTable } from "../read/read-table.ts";
import type { ColumnKind } from "../results.ts";
import { describeFeatures, makeDataset } from "./make-dataset.ts";

const y = repeat(["no", "yes"], 12);
const number = (i: number) => (((i * 37) % 11) + 0.5).toString();
const numbers = Array.from({ length: 12 }, (_, i) => number(i));

describe("the type of a column", () => {
  it.each([
    ["numbers", numbers, "numeric", "all 12 values are numbers"],
    [
      "numbers and missing words",
      ["NA", "-", "?", ...numbers.slice(3)],
      "numeric",
      "all 9 values are numbers, 3 missing",
    ],
    ["words", repeat(["a", "b"], 12), "categorical", "no value is a number, e.g. 'a' (line 2)"],
    [
      "numbers and one word",
      ["1", "1", "abc", ...repeat(["1", "2"], 9)],
      "numeric",
      "11 of 12 values are numbers, the others read as missing",
    ],
    [
      "numbers and two words of twelve",
      ["abc", "n.n.", ...repeat(["1.5", "2.5"], 10)],
      "categorical",
      "2 of 12 values are text: 'abc' (line 2)",
    ],
    [
      "codes with leading zeros",
      ["1", "007", ...repeat(["1", "12"], 10)],
      "categorical",
      "'007' (line 3) has a leading zero: codes",
    ],
    [
      "words and codes",
      ["a", "007", ...repeat(["1", "12"], 10)],
      "categorical",
      "'007' (line 3) has a leading zero: codes",
    ],
    [
      "long digits",
      repeat(["9007199254740993", "1"], 12),
      "categorical",
      "'9007199254740993' (line 2) has more digits than a number keeps: identifiers",
    ],
    ["plus and minus", repeat(["+", "-"], 12), "categorical", "no value is a number, e.g. '+' (line 2)"],
  ])("is decided for %s from all cells, with the reason", async (_, x, kind, why) => {
    const [feature] = (await datasetOf(csv({ x, y }))).features;
    expect([feature!.kind, feature!.why]).toEqual([kind, why]);
  });

  it("reads numbers and levels, with NaN and -1 where missing", async () => {
    const { features } = await datasetOf(
      csv({ x: ["1.5", "", "3"], z: ["b", "NA", "a"], y: ["u", "v", "u"] }),
      {
        types: { z: "categorical" },
      },
    );
    expect(features).toMatchObject([
      { kind: "numeric", values: Float64Array.of(1.5, Number.NaN, 3) },
      { kind: "categorical", codes: Int32Array.of(1, -1, 0), levels: ["a", "b"] },
    ]);
  });

  it("can be set: numbers to levels (1 and 1.0 are one), codes to numbers", async () => {
    const text = csv({
      x: ["1", "10", "2", "1.0", "10", "2"],
      zip: ["01", "02", "01", "03", "02", "01"],
      y: repeat(["a", "b"], 6),
    });
    const { features } = await datasetOf(text, { types: { x: "categorical", zip: "numeric" } });
    expect(features).toMatchObject([
      {
        kind: "categorical",
        codes: Int32Array.of(0, 2, 1, 0, 2, 1),
        levels: ["1", "2", "10"],
        why: "--types",
      },
      { kind: "numeric", values: Float64Array.of(1, 2, 1, 3, 2, 1), why: "--types" },
    ]);
  });

  it("warns of a column of numbers that some texts make a category", async () => {
    const x = ["abc", "abc", ...repeat(["1.5", "2.5"], 10)];
    const { notes } = await datasetOf(csv({ x, z: numbers, y }));
    expect(notes).toContainEqual({
      level: "warning",
      column: "x",
      text: "read as categories: 2 of 12 values are text: 'abc' (line 2)",
    });
  });

  describe("of a column with at least 90 % numbers", () => {
    const price = ["ask", "", ...repeat(["100.5", "250.25", "99"], 38), "tbd"];
    const text = csv({ price, y: repeat(["a", "b"], price.length) });

    it("reads texts as missing and says which, and how to undo it", async () => {
      const { features, notes } = await datasetOf(text.replaceAll("tbd", "99"));
      expect(features).toMatchObject([{ kind: "numeric", textsAsMissing: true }]);
      expect([...(features[0] as { values: Float64Array }).values.subarray(0, 4)]).toEqual([
        ...[Number.NaN, Number.NaN],
        ...[100.5, 250.25],
      ]);
      expect(notes).toContainEqual({
        level: "warning",
        column: "price",
        text: "1 of 40 values is no number and read as missing: 'ask'; --types price=text (or =categorical) keeps it",
      });
      expect((await datasetOf(text)).notes.map((note) => note.text)).toContain(
        "2 of 40 values are no numbers and read as missing: 'ask', 'tbd'; --types price=text (or =categorical) keeps them",
      );
    });

    it.each(["text", "categorical"] as const)("can be set to %s", async (kind) => {
      const { features, notes } = await datasetOf(text, { types: { price: kind } });
      expect(features).toMatchObject([{ kind }]);
      expect(notes.filter((note) => /read as missing/.test(note.text))).toEqual([]);
    });
  });

  it("refuses a text in a column set to numeric, and names cell and line", async () => {
    expect(
      await datasetRefusal(csv({ x: ["1", "2", "abc", "4"], y: repeat(["a", "b"], 4) }), {
        types: { x: "numeric" },
      }),
    ).toBe(
      "DataError: a.csv, line 4: column 'x': expected a number, as its type was set to numeric, got 'abc'; --missing x=abc reads it as missing",
    );
  });

  it.each(["inf", "-Infinity", "1e309", "1e39", "-3.5e38"])(
    "refuses %s among numbers, and names column and line",
    async (value) => {
      const message = "column 'x': expected a finite number of at most 3.4e38 (float32)";
      expect(await datasetRefusal(csv({ x: ["1", "2", value, "4"], y: repeat(["a", "b"], 4) }))).toBe(
        `DataError: a.csv, line 4: ${message}, got '${value}'; --missing x=${value} reads it as missing`,
      );
      const missing = { x: [value] };
      const { features } = await datasetOf(csv({ x: ["1", "2", value, "4"], y: repeat(["a", "b"], 4) }), {
        missing,
      });
      expect(features[0]).toMatchObject({ kind: "numeric", values: Float64Array.of(1, 2, Number.NaN, 4) });
    },
  );

  it("accepts the largest float32, and infinities in a column that is set to categorical or ignored", async () => {
    const x = ["3.4028234e38", "1", "5", "9"];
    expect((await datasetOf(csv({ x, y: repeat(["a", "b"], 4) }))).features[0]!.kind).toBe("numeric");
    const z = ["inf", "1", "inf", "1"];
    const text = csv({ x, z, y: repeat(["a", "b"], 4) });
    expect((await datasetOf(text, { types: { z: "categorical" } })).features[1]).toMatchObject({
      levels: ["1", "Infinity"],
    });
    expect((await datasetOf(text, { ignore: ["z"] })).features).toHaveLength(1);
  });

  it("is the same for JSON lines, whose numbers stay numbers", async () => {
    const table = await tableOf(
      '{"x":1.5,"w":true,"y":"a"}\n{"x":2,"w":false,"y":"b"}\n{"x":null,"w":true,"y":"a"}\n',
      "a.jsonl",
    );
    expect(makeDataset(table, { target: "y" }).features).toMatchObject([
      { kind: "numeric", values: Float64Array.of(1.5, 2, Number.NaN) },
      { kind: "categorical", levels: ["false", "true"] },
    ]);
  });
});

describe("columns that can't help", () => {
  const n = 12;
  const whole = (f: (i: number) => number) => Array.from({ length: n }, (_, i) => f(i));
  it.each([
    [
      "constant numbers",
      "x",
      repeat(["5"], n),
      "left out: it is constant; --ignore x leaves it out without a note",
    ],
    [
      "a constant text",
      "x",
      repeat(["a"], n),
      "left out: it is constant; --ignore x leaves it out without a note",
    ],
    [
      "no values",
      "x",
      repeat(["", "NA"], n),
      "left out: every value is missing; --ignore x leaves it out without a note",
    ],
    [
      "a different text in every row",
      "x",
      whole((i) => i).map((i) => `name ${i}`),
      "left out: every row has a different value; --types x=text reads its words, --ignore x leaves it out without a note",
    ],
    [
      "row numbers from 0",
      "x",
      whole((i) => i),
      "left out: it numbers the rows; --types x=numeric keeps it, --ignore x leaves it out without a note",
    ],
    [
      "row numbers from 1, shuffled",
      "x",
      whole((i) => 1 + ((i * 5) % n)),
      "left out: it numbers the rows; --types x=numeric keeps it, --ignore x leaves it out without a note",
    ],
    [
      "row numbers from 501",
      "x",
      whole((i) => 501 + i),
      "left out: it numbers the rows; --types x=numeric keeps it, --ignore x leaves it out without a note",
    ],
    [
      "whole numbers called id",
      "customerID",
      whole((i) => i * i),
      "left out: every row has a different value; --types customerID=numeric keeps it, --ignore customerID leaves it out without a note",
    ],
  ])("are left out with a word: %s", async (_, name, cells, text) => {
    const { features, notes } = await datasetOf(csv({ [name]: cells, other: numbers, y }));
    expect(features.map((feature) => feature.name)).toEqual(["other"]);
    expect(notes).toContainEqual({ level: "warning", column: name, text });
  });

  it.each([
    ["measurements that differ in every row", "x", whole((i) => i + 0.25)],
    ["whole numbers that differ in every row", "income", whole((i) => i * i)],
    ["a measurement called id", "id", whole((i) => i + 0.25)],
    ["one value and missing ones", "x", repeat(["5", ""], n)],
    ["texts of which two rows have the same", "x", whole((i) => Math.max(1, i)).map((i) => `name ${i}`)],
    ["two levels", "x", repeat(["a", "b"], n)],
    ["a name that only ends like id", "humid", whole((i) => i * i)],
  ])("are not: %s", async (_, name, cells) => {
    const { features } = await datasetOf(csv({ [name]: cells, y }));
    expect(features.map((feature) => feature.name)).toEqual([name]);
  });

  it("are kept where the type is set to numeric", async () => {
    const { features } = await datasetOf(csv({ x: whole((i) => i), y }), { types: { x: "numeric" } });
    expect(features.map((feature) => feature.name)).toEqual(["x"]);
  });

  it("are judged on the rows that have a target", async () => {
    const { features, notes } = await datasetOf(
      csv({ x: ["1", "1", "1", "2"], z: ["1", "2", "2", "3"], y: ["a", "b", "a", ""] }),
    );
    expect(features.map((feature) => feature.name)).toEqual(["z"]);
    expect(notes.map((note) => note.text)).toContain(
      "left out: it is constant; --ignore x leaves it out without a note",
    );
    expect(notes.map((note) => note.text)).toContain("left out 1 row without a target, 3 remain");
  });

  it("are told in one note where they are many", async () => {
    const columns = Object.fromEntries(Array.from({ length: 40 }, (_, j) => [`c${j}`, repeat(["1"], n)]));
    const { notes } = await datasetOf(csv({ ...columns, x: numbers, y }));
    const names = "'c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7' and 32 more";
    expect(notes).toContainEqual({
      level: "warning",
      text: `left out 40 columns: it is constant (${names}); --ignore ${Object.keys(columns).join(",")} leaves them out without a note`,
    });
  });
});

describe("what is left out", () => {
  const n = 12;
  const counting = Array.from({ length: n }, (_, i) => i);
  const notesOf = async (columns: Record<string, (string | number)[]>, options = {}) =>
    (await datasetOf(csv({ ...columns, x: numbers, y }), options)).notes.map(({ text }) => text);

  it("can be left out without a note, or kept, as its note says", async () => {
    const columns = { row: counting, code: counting.map((i) => `code ${i}`), same: repeat(["1"], n) };
    const texts = (await notesOf(columns)).filter((text) => text.startsWith("left out"));
    expect(texts).toHaveLength(3);
    const ignored = texts.map((text) => /--ignore (\S+)/.exec(text)![1]);
    expect((await notesOf(columns, { ignore: ignored })).filter((text) => /left out/.test(text))).toEqual([]);
    const types: Record<string, ColumnKind> = Object.fromEntries(
      texts.flatMap((text) => {
        const kind = /--types (\w+)=(\w+)/.exec(text);
        return kind === null ? [] : [[kind[1], kind[2] as ColumnKind]];
      }),
    );
    expect(types).toEqual({ row: "numeric", code: "text" });
    const { features } = await datasetOf(csv({ ...columns, x: numbers, y }), { types });
    expect(features.map(({ name }) => name)).toEqual(["row", "code", "x"]);
  });

  it("is quoted where a shell needs it, and in double quotes where a list does", async () => {
    const notes = await notesOf({ "row no": counting, '"a,b"': repeat(["1"], n) });
    expect(notes).toContain(
      "left out: it numbers the rows; --types 'row no=numeric' keeps it, --ignore 'row no' leaves it out without a note",
    );
    expect(notes).toContain(`left out: it is constant; --ignore '"a,b"' leaves it out without a note`);
  });

  it("is not repeated in an option where its name is endless", async () => {
    const notes = await notesOf({ ["x".repeat(5000)]: repeat(["1"], n) });
    expect(notes).toContain("left out: it is constant; --ignore COLUMN leaves it out without a note");
  });

  it("has one option for a handful of columns", async () => {
    const columns = Object.fromEntries(Array.from({ length: 6 }, (_, j) => [`c${j}`, counting]));
    const [note] = (await notesOf(columns)).filter((text) => text.startsWith("left out 6"));
    expect(note).toMatch(
      /it numbers the rows \(.*\); --types c0=numeric,c1=numeric,.* keeps them, --ignore c0,c1,c2,c3,c4,c5 leaves/,
    );
  });
});

describe("a column that differs in every row", () => {
  const n = 60;
  const whole = (of: (i: number) => number) => Array.from({ length: n }, (_, i) => `${of(i)}`);
  const others = { x: whole((i) => (i * 37) % 11), y: repeat(["no", "yes"], n) };
  const keys = whole((i) => 1000 + ((i * 7919) % 9973));
  /** With the first rows once more at the end, all cells or all but those of a column. */
  const withCopies = (columns: Record<string, string[]>, copies: number, but?: string) =>
    csv(
      Object.fromEntries(
        Object.entries(columns).map(([name, cells]) => [
          name,
          [...cells, ...cells.slice(0, copies).map((cell) => (name === but ? "5" : cell))],
        ]),
      ),
    );
  const left = async (text: string) => {
    const { features, notes } = await datasetOf(text);
    return { names: features.map(({ name }) => name), texts: notes.map((note) => note.text) };
  };

  it.each([
    ["row", whole((i) => i + 1), "it numbers the rows, but for copies of whole rows;"],
    ["id", keys, "every row has a different value, but for copies of whole rows;"],
    [
      "name",
      keys.map((key) => `name ${key}`),
      "every row has a different value, but for copies of whole rows;",
    ],
  ])("is left out where a few rows are there twice: %s", async (name, cells, reason) => {
    const columns = { [name]: cells, ...others };
    const { names, texts } = await left(withCopies(columns, 3));
    expect(names).toEqual(["x"]);
    expect(texts).toContainEqual(expect.stringContaining(`left out: ${reason}`));
    // The same value in rows that differ elsewhere isn't a key, and neither is one of which many come again.
    expect((await left(withCopies(columns, 3, "x"))).names).toEqual([name, "x"]);
    expect((await left(withCopies(columns, 20))).names).toEqual([name, "x"]);
  });

  it("looks at each row once to see which are copies, whatever number of columns asks", async () => {
    const table = await tableOf(
      withCopies(
        {
          ...Object.fromEntries(
            Array.from({ length: 300 }, (_, k) => [`c${k}`, whole((i) => 1000 + ((i * (k + 7)) % 9973))]),
          ),
          ...others,
        },
        3,
      ),
    );
    let looks = 0;
    const counted = table.columns.map((column) =>
      Object.assign(Object.create(column), {
        at(row: number) {
          looks++;
          return column.at(row);
        },
      }),
    );
    makeDataset({ ...table, columns: counted }, { target: "y" });
    expect(looks).toBeLessThan(20 * table.columns.length * table.rows);
  });

  it("takes any number of bags", async () => {
    const cells = Array.from({ length: 200_000 }, (_, i) => i);
    const text = csv({ b: cells, x: cells.map((i) => (i % 7) / 2), y: repeat(["no", "yes"], 200_000) });
    const { notes } = await datasetOf(text, { bagColumn: "b" });
    expect(notes.map((note) => note.text)).toContainEqual(
      expect.stringContaining("every bag has a single row"),
    );
  });

  it.each(["client", "nr", "kundennummer", "Patient", "ticket_nr", "customer id"])(
    "is left out below a name of keys: %s",
    async (name) => {
      expect((await left(csv({ [name]: keys, ...others }))).names).toEqual(["x"]);
    },
  );

  it("has a note where it may be a key below another name, and none where it is a measurement", async () => {
    const note = (name: string) =>
      `differs in every row and is a whole number; if it is a key: --ignore ${name}`;
    const measured = whole((i) => i * 1.5);
    const columns = { amount: keys, measured, ...others };
    for (const text of [csv(columns), withCopies(columns, 3)]) {
      const { names, texts } = await left(text);
      expect(names).toEqual(["amount", "measured", "x"]);
      expect(texts.filter((one) => one.startsWith("differs"))).toEqual([note("amount")]);
    }
    const { notes } = await datasetOf(csv(columns), { types: { amount: "numeric" } });
    expect(notes.map(({ text }) => text)).not.toContainEqual(note("amount"));
  });

  it("has one note for many", async () => {
    const many = Object.fromEntries(Array.from({ length: 6 }, (_, j) => [`gene${j}`, keys]));
    const { texts } = await left(csv({ ...many, ...others }));
    expect(texts.filter((one) => one.includes("differ"))).toEqual([
      expect.stringMatching(
        /^6 columns differ in every row and are whole numbers \(.*\); those that are keys/,
      ),
    ]);
  });
});

describe("makeDataset", () => {
  it("drops rows without a target and counts them", async () => {
    const dataset = await datasetOf(csv({ x: numbers, g: numbers, y: ["", "?", ...y.slice(2)] }), {
      group: "g",
    });
    expect(dataset.rows).toBe(10);
    expect(dataset.labels).toHaveLength(10);
    expect(dataset.groups).toHaveLength(10);
    expect(dataset.features[0]).toMatchObject({ values: Float64Array.from(numbers.slice(2), Number) });
    expect(dataset.notes).toContainEqual({
      level: "warning",
      about: "task",
      column: "y",
      text: "left out 2 rows without a target, 10 remain",
    });
  });

  it("gives equal cells of the group column equal ids, and takes no input from it", async () => {
    const dataset = await datasetOf(
      csv({ g: ["b", "a", "b", "c"], x: numbers.slice(0, 4), y: y.slice(0, 4) }),
      { group: "g" },
    );
    expect(dataset.groups).toEqual(Int32Array.of(0, 1, 0, 2));
    expect(dataset.features.map((feature) => feature.name)).toEqual(["x"]);
  });

  it("describes its inputs for a report", async () => {
    const dataset = await datasetOf(
      csv({ x: ["", ...numbers.slice(1)], z: repeat(["a", "b", "NA"], 12), y }),
    );
    expect(describeFeatures(dataset)).toEqual([
      { name: "x", kind: "numeric", why: "all 11 values are numbers, 1 missing", missing: 1 },
      {
        name: "z",
        kind: "categorical",
        why: "no value is a number, e.g. 'a' (line 2)",
        missing: 4,
        levels: 2,
      },
    ]);
  });

  it("passes on the notes of the table", async () => {
    const { notes, features } = await datasetOf("x;y\n1,5;a\n2,5;b\n1,5;a\n");
    expect(features[0]!.kind).toBe("numeric");
    expect(notes[0]).toEqual({
      level: "info",
      about: "numbers",
      text: "decimal commas read as decimal points in the column 'x'",
    });
  });

  it.each([
    [
      "the target",
      { target: "Y" },
      "a.csv: target: expected a column of the file ('x', 'other', 'y'), got 'Y': did you mean 'y'?",
    ],
    [
      "the target, far off",
      { target: "outcome" },
      "a.csv: target: expected a column of the file ('x', 'other', 'y'), got 'outcome'",
    ],
    [
      "an ignored column",
      { ignore: ["othr"] },
      "a.csv: ignore: expected a column of the file ('x', 'other', 'y'), got 'othr': did you mean 'other'?",
    ],
    [
      "the group",
      { group: "z" },
      "a.csv: group: expected a column of the file ('x', 'other', 'y'), got 'z': did you mean 'x'?",
    ],
    [
      "a type",
      { types: { oter: "numeric" as const } },
      "a.csv: types: expected a column of the file ('x', 'other', 'y'), got 'oter': did you mean 'other'?",
    ],
    ["the target as group", { group: "y" }, "a.csv: group: expected a column other than the target, got 'y'"],
    [
      "the target as ignored",
      { ignore: ["y"] },
      "a.csv: ignore: expected a column other than the target, got 'y'",
    ],
    [
      "everything ignored",
      { ignore: ["x", "other"] },
      "a.csv: expected at least one input column in addition to the target, got none",
    ],
  ])("refuses a wrong name: %s", async (_, options, message) => {
    expect(await datasetRefusal(csv({ x: numbers, other: numbers, y }), options)).toBe(
      `DataError: ${message}`,
    );
  });

  it("names the reason where no column is left, and the line of a missing group", async () => {
    expect(await datasetRefusal(csv({ x: repeat(["1"], 12), y }))).toBe(
      "DataError: a.csv: expected at least one input column in addition to the target, got none: all were left out ('x': it is constant)",
    );
    const g = ["1", "", ...repeat(["2", "3"], 10)];
    expect(await datasetRefusal(csv({ x: numbers, g, y }), { group: "g" })).toBe(
      "DataError: a.csv, line 3: group 'g': expected a value in every row, got none",
    );
  });

  it("refuses unknown tasks and kinds as arguments", async () => {
    // @ts-expect-error no such task
    expect(await datasetRefusal(csv({ x: numbers, y }), { task: "ranking" })).toBe(
      "TypeError: task: expected one of binary, multiclass, regression, got ranking",
    );
    // @ts-expect-error no such kind
    expect(await datasetRefusal(csv({ x: numbers, y }), { types: { x: "words" } })).toBe(
      "TypeError: types: expected one of numeric, categorical, text, date, date-dmy, date-mdy for 'x', got words",
    );
  });

  it("takes 20,000 rows of 16 numbers, and 10,000 columns, in well under two seconds each", async () => {
    for (const [rows, columns] of [
      [20_000, 16],
      [50, 10_000],
    ] as const) {
      const line = (i: number) =>
        Array.from({ length: columns }, (_, j) => `${(i * 31 + j * 17) % 97}.25`).join(",");
      const header = `${Array.from({ length: columns }, (_, j) => `c${j}`).join(",")},y`;
      const text = [header, ...Array.from({ length: rows }, (_, i) => `${line(i)},${i % 2}`)].join("\n");
      const bytes = new TextEncoder().encode(text);
      const dataset = makeDataset(await readTable(bytes, { name: "big.csv" }), { target: "y" });
      expect([dataset.rows, dataset.features.length, dataset.task]).toEqual([rows, columns, "binary"]);
    }
  });
});

it("says a word about columns of nearly as many texts as rows, such as names", async () => {
  const day = Array.from({ length: 80 }, (_, i) => `${(i % 60) + 1}. day`);
  const dataset = await datasetOf(
    csv({ day, x: numbers.concat(repeat(numbers, 68)), y: repeat(["no", "yes"], 80) }),
  );
  const notes = dataset.notes.filter(({ column }) => column === "day");
  expect(notes.map(({ text }) => text)).toEqual([
    "60 different texts in 80 rows (names? codes?) hardly help as an input: --ignore leaves the column out, --types day=text reads its words",
  ]);
});

describe("a row without a target", () => {
  it("decides nothing about the inputs", async () => {
    const rows = csv({ x: numbers, c: repeat(["a", "b"], 12), y });
    const { features, rows: count, notes } = await datasetOf(`${rows.trimEnd()}\nunknown,z,\n`);
    expect(count).toBe(12);
    expect(features.map(({ kind, why }) => [kind, why])).toEqual([
      ["numeric", "all 12 values are numbers"],
      ["categorical", "no value is a number, e.g. 'a' (line 2)"],
    ]);
    expect(features[1]).toMatchObject({ levels: ["a", "b"] });
    expect(notes.map(({ text }) => text)).toContain("left out 1 row without a target, 12 remain");
  });
});
