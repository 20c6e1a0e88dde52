import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { measured } from "../../../../../test/support/datasets.ts";
import type { Dataset } from "../../index.ts";
import { readTable } from "../../read/index.ts";
import { folds } from "../folds.ts";
import { encodeTable, fitEncoder, makeDataset } from "../index.ts";
import { examine, leaks, testCopies, withTwinsTogether } from "./index.ts";

const settings: Parameters<typeof examine>[1] = {
  folds: 5,
  model: "linear",
  targetScale: "linear",
  hidden: [],
  time: null,
  test: null,
};

/** A data set of the columns, of which `y` is the target. */
async function datasetOf(
  columns: Record<string, ArrayLike<number | string>>,
  options: Partial<Parameters<typeof makeDataset>[1]> = {},
): Promise<Dataset> {
  const names = Object.keys(columns);
  const rows = columns[names[0]!]!.length;
  const lines = Array.from({ length: rows }, (_, row) => names.map((name) => columns[name]![row]).join(","));
  const bytes = new TextEncoder().encode([names.join(","), ...lines].join("\n"));
  return makeDataset(await readTable(bytes, { name: "a.csv" }), { target: "y", ...options });
}

const examined = (dataset: Dataset, own: Partial<Parameters<typeof examine>[1]> = {}): string[] =>
  examine(dataset, { ...settings, ...own }).map(({ column = "", text }) => `${column}|${text}`);

const n = 200;
const random = randomSource(3);
// Different in every row.
const noise = Array.from({ length: n }, (_, i) => (Math.floor(500 * random()) * n + i) / 1000);
const labels = Array.from({ length: n }, () => (random() < 0.6 ? "a" : "b"));

describe("a column that gives the target away", () => {
  const found = async (leak: ArrayLike<number | string>, y: ArrayLike<number | string> = labels) =>
    examined(await datasetOf({ noise, leak, y }));

  it.each<[string, (string | number)[]]>([
    ["is the target", labels],
    ["is a code of it", labels.map((label) => (label === "a" ? 17 : 3))],
    ["is beyond a threshold", labels.map((label, i) => (label === "a" ? 50 + noise[i]! : -1 - noise[i]!))],
  ])("%s", async (_, leak) => {
    const notes = await found(leak);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(
      /^leak\|predicts the target alone, with a balanced accuracy of 1\.000: is it known before .* --ignore leak leaves it out$/,
    );
  });

  it("is a number that the target is computed from", async () => {
    const [note] = await found(
      noise.map((v) => 3 * v + 1),
      noise.map((v) => v + 0.5),
    );
    expect(note).toMatch(/^noise\|predicts the target alone, with an R2 of 0\.99\d:/);
  });

  describe("by whether it has a value", () => {
    const day = (i: number): Date => new Date(Date.UTC(2024, 0, 1 + ((7 * i) % 150)));
    const iso = (i: number): string => day(i).toISOString().slice(0, 10);
    const [dotted, slashed] = [
      (i: number) => iso(i).split("-").reverse().join("."),
      (i: number) => iso(i).replaceAll("-", "/"),
    ];
    const spelled = (i: number): string =>
      day(i)
        .toLocaleDateString("en-US", { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" })
        .replace(",", "");
    const mixed = (i: number): string => [iso, dotted, slashed, spelled][i % 4]!(i);
    const where = (label: string, value: (i: number) => string, other: (i: number) => string = () => "") =>
      labels.map((own, i) => (own === label ? value(i) : other(i)));

    it.each<[string, (string | number)[]]>([
      ["numbers", labels.map((label, i) => (label === "a" ? "" : noise[i]!))],
      ["dates", where("b", iso)],
      ["dates in several formats", where("b", mixed)],
      ["sentences", where("a", (i) => `called back on day ${i} after the contract had ended`)],
      ["one word", where("b", () => "paid")],
    ])("%s, filled for one class alone", async (_, leak) => {
      expect(await found(leak)).toContain(
        "leak|whether it has a value predicts the target alone, with a balanced accuracy of 1.000: is it known before the target is? If not, --ignore leak leaves it out",
      );
      const dataset = await datasetOf({ noise, leak, y: labels });
      expect(leaks(dataset)).toHaveLength(1);
    });

    it("is silent about values that lack by chance, or somewhat more often for one class", async () => {
      const lacking = (share: (label: string) => number, value: (i: number) => string) =>
        labels.map((label, i) => (random() < share(label) ? "" : value(i)));
      for (const value of [iso, mixed, (i: number) => `${noise[i]}`, (i: number) => `c${i % 5}`]) {
        expect(leaks(await datasetOf({ noise, some: lacking(() => 0.3, value), y: labels }))).toEqual([]);
        const more = lacking((label) => (label === "a" ? 0.95 : 0.05), value);
        expect(leaks(await datasetOf({ noise, some: more, y: labels }))).toEqual([]);
      }
    });
  });

  it("has levels that other rows don't have, for one class alone", async () => {
    const dated = labels.map((label, i) => (label === "a" ? "open" : `closed by ${i % 150}`));
    expect((await found(dated))[0]).toMatch(/^leak\|predicts the target alone, with a balanced accuracy of /);
    const high = noise.map((v) => v % 2 < 1);
    const y = noise.map((v, i) => (high[i] ? 100 : 0) + (v % 1));
    const [note] = await found(
      high.map((is, i) => (is ? `claim ${i % 150}` : "none yet")),
      y,
    );
    expect(note).toMatch(/^leak\|predicts the target alone, with an R2 of /);
  });

  it("is found whatever order the rows are in", async () => {
    const alternating = labels.map((_, i) => (i % 2 === 0 ? "no" : "yes"));
    expect(
      await found(
        alternating.map((y) => (y === "no" ? 1 : 2)),
        alternating,
      ),
    ).toEqual([expect.stringMatching(/^leak\|predicts the target alone/)]);
    expect(await found(noise, alternating)).toEqual([]);
  });

  it("isn't one that tells ten of eleven rows, nor one that differs in every row", async () => {
    const often = labels.map((label, i) => (i % 11 === 0 ? "x" : label));
    expect(await found(often)).toEqual([]);
    expect(await found(noise.map((v, i) => `${v}-${i % 190}`))).toEqual([]);
  });
});

describe("a code for missing values", () => {
  const measured = noise.map((v) => 40 + v);
  const withCode = (code: number, every: number): number[] =>
    measured.map((v, i) => (i % every === 0 ? code : v));

  it.each([0, -1, -999, 9999])("is %d, far from all other values", async (code) => {
    expect(examined(await datasetOf({ a: withCode(code, 10), y: labels }))).toEqual([
      `a|20 of 200 values are ${code}, far from all others; if ${code} stands for a missing value, add --missing a=${code}`,
    ]);
  });

  it("is named once for all of its columns", async () => {
    const dataset = await datasetOf({ a: withCode(0, 10), b: withCode(0, 20), y: labels });
    const [note] = examine(dataset, settings);
    expect(note?.text).toBe(
      "the value 0 is far from all others in 'a' (20 of 200 rows), 'b' (10); if 0 stands for a missing value, add --missing a=0,b=0",
    );
    expect(note).toMatchObject({ level: "warning", missing: "a=0,b=0" });
    expect(note).not.toHaveProperty("column");
  });

  it.each<[string, number[]]>([
    ["a count from 0 on", Array.from({ length: n }, (_, i) => (7 * i) % 15)],
    ["a share from 0 on", noise.map((v, i) => (i % 10 === 0 ? 0 : v / 100))],
    ["a value that occurs four times", measured.map((v, i) => (i % 50 === 0 ? 0 : v))],
    ["a temperature", noise.map((v, i) => (i % 10 === 0 ? -9 : v / 5 - 20))],
    ["a category of few values", Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 0 : 50))],
  ])("isn't %s", async (_, a) => {
    expect(examined(await datasetOf({ a, y: labels }))).toEqual([]);
  });

  it("is read as missing where one says so, in new tables, too", async () => {
    const dataset = await datasetOf({ a: withCode(0, 10), y: labels }, { missing: { a: ["0"] } });
    expect(examined(dataset)).toEqual([]);
    expect(dataset.notes).toContainEqual({
      level: "info",
      column: "a",
      text: "20 values '0' read as missing",
    });
    const encoder = fitEncoder(
      dataset,
      Int32Array.from({ length: n }, (_, i) => i),
    );
    const table = await readTable(new TextEncoder().encode("a\n0\n0.0\n\n90\n"), { name: "b.csv" });
    const { x, inputs } = encodeTable(encoder, table);
    const row = (i: number): number[] => [...x.subarray(i * inputs, (i + 1) * inputs)];
    expect([row(0), row(1)]).toEqual([row(2), row(2)]);
    expect(row(3)[1]).toBe(0);
    expect(row(2)[1]).toBe(1);
  });

  it("may be a text, which then doesn't make the column one of texts", async () => {
    const a = measured.map((v, i) => (i % 10 === 0 ? "unknown" : v));
    const dataset = await datasetOf({ a, y: labels }, { missing: { a: ["unknown", "-9"] } });
    expect(dataset.features.map(({ kind }) => kind)).toEqual(["numeric"]);
  });

  it("can't be an empty text, which would be 0 as a number", async () => {
    await expect(datasetOf({ a: measured, y: labels }, { missing: { a: [" "] } })).rejects.toThrow(
      "missing: expected values of 'a', got an empty text",
    );
  });

  it("that a column doesn't have gets a warning; one of no column is refused", async () => {
    const dataset = await datasetOf({ a: measured, y: labels }, { missing: { a: ["-7"] } });
    expect(dataset.notes).toContainEqual({
      level: "warning",
      column: "a",
      text: "expected '-7' for missing values, got none of them",
    });
    await expect(datasetOf({ a: measured, y: labels }, { missing: { b: ["0"] } })).rejects.toThrow(
      /missing: expected a column of the file .*, got 'b'/,
    );
  });
});

describe("classes and networks", () => {
  it("are warned of where a class is rare, or hardly in a fold", async () => {
    const withRare = (count: number, rows: number) => ({
      x: Array.from({ length: rows }, (_, i) => Math.sin(i)),
      y: Array.from({ length: rows }, (_, i) => (i < count ? "yes" : "no")),
    });
    expect(examined(await datasetOf(withRare(40, 1000)))).toEqual([
      expect.stringMatching(/class 'yes' has 40 of 1000 rows \(4\.0 %\): accuracy says little here/),
    ]);
    expect(examined(await datasetOf(withRare(12, 1000)))).toEqual([
      expect.stringMatching(/class 'yes' has 12 of 1000 rows, about 2 in each of 5 folds/),
    ]);
    expect(examined(await datasetOf(withRare(300, 1000)))).toEqual([]);
    // Of 25 classes each has 4 %.
    const x = Array.from({ length: 1000 }, (_, i) => Math.sin(i));
    expect(examined(await datasetOf({ x, y: x.map((_, i) => `c${i % 25}`) }))).toEqual([]);
  });

  it("are told where the network is large for the rows", async () => {
    const dataset = await datasetOf({ noise, y: labels });
    expect(examined(dataset, { model: "mlp", hidden: [64, 64] })).toEqual([
      // 1 x 64 + 64, 64 x 64 + 64, 64 x 2 + 2.
      expect.stringMatching(
        /^\|hidden layers of 64 and 64 units are many for 200 rows: --hidden 16 or --model linear/,
      ),
    ]);
    expect(examined(dataset, { model: "mlp", hidden: [16] })).toEqual([]);
    expect(examined(dataset)).toEqual([]);
  });
});

describe("labels that differ in case or spaces only", () => {
  const warnings = async (...names: string[]) => {
    const y = Array.from({ length: n }, (_, i) => names[i % names.length]!);
    const dataset = await datasetOf({ x: noise, y });
    expect(dataset.classes.toSorted()).toEqual(names.toSorted());
    return examine(dataset, settings).filter(({ column }) => column === "y");
  };

  it("are warned of, since each is a class of its own", async () => {
    expect(await warnings("Yes", "yes", "YES", "no", "No")).toEqual([
      {
        level: "warning",
        about: "task",
        column: "y",
        text: "labels that differ in case or spaces only are different classes: 'No', 'no'; 'YES', 'Yes', 'yes'; --merge-labels makes each set one class (2 classes instead of 5)",
      },
    ]);
    expect(await warnings("new york", "new  york", "rome")).toEqual([
      expect.objectContaining({ text: expect.stringContaining(": 'new  york', 'new york'; --merge-labels") }),
    ]);
    expect(await warnings("yes", "no", "not known")).toEqual([]);
  });
});

describe("copies of rows", () => {
  it("are told of a single one as of one", async () => {
    const dataset = await datasetOf(repeated(1));
    expect(withTwinsTogether(dataset, 5).notes.at(-1)?.text).toBe(
      "1 of 201 rows is a copy of another, target included: it stays in one fold with that",
    );
  });

  const repeated = (copies: number): Record<string, (string | number)[]> => {
    const rows = noise.map((v, i) => [v, i % 7 === 0 ? "" : i % 5, labels[i]!] as const);
    const all = [...rows, ...Array.from({ length: copies }, (_, i) => rows[(3 * i) % n]!)];
    return { a: all.map((r) => r[0]), b: all.map((r) => r[1]), y: all.map((r) => r[2]) };
  };

  it("stay in one fold with their originals", async () => {
    const plain = await datasetOf(repeated(30));
    const dataset = withTwinsTogether(plain, 5);
    expect(dataset.notes.at(-1)!.text).toMatch(
      /^30 of 230 rows are copies of others, target included: each stays/,
    );
    for (const { test } of folds(dataset, { folds: 5, seed: 1 })) {
      const inTest = new Set(test);
      for (let i = 0; i < 30; i++) expect(inTest.has(n + i), `copy ${i}`).toBe(inTest.has((3 * i) % n));
    }
    // As they are, some are torn apart.
    const torn = folds(plain, { folds: 5, seed: 1 }).some(({ test }) => {
      const inTest = new Set(test);
      return Array.from({ length: 30 }, (_, i) => i).some(
        (i) => inTest.has(n + i) !== inTest.has((3 * i) % n),
      );
    });
    expect(torn).toBe(true);
  });

  it("link the groups that they are in", async () => {
    const columns = repeated(1);
    const group = Array.from({ length: n + 1 }, (_, i) => (i < 2 ? "first" : i > n - 2 ? "last" : `g${i}`));
    const dataset = withTwinsTogether(await datasetOf({ ...columns, group }, { group: "group" }), 5);
    const groups = dataset.groups!;
    // The copy is in the last group, its original in the first one.
    expect(new Set([0, 1, n - 1, n].map((row) => groups[row])).size).toBe(1);
    expect(new Set(groups).size).toBe(n + 1 - 3);
  });

  it("finds no copies among many whole numbers, at once", () => {
    const numbers = measured(Array.from({ length: 400_000 }, (_, i) => i));
    expect(withTwinsTogether(numbers, 5)).toBe(numbers);
  });

  it("leave a data set without any as it is, and say where there are too many", async () => {
    const plain = await datasetOf({ noise: noise, y: labels });
    expect(withTwinsTogether(plain, 5)).toBe(plain);
    const few = await datasetOf({ a: labels.map((_, i) => i % 3), y: labels });
    const dataset = withTwinsTogether(few, 5);
    expect(dataset.groups).toBeNull();
    expect(dataset.notes.at(-1)).toMatchObject({
      level: "warning",
      text: expect.stringMatching(/and too many to keep them in one fold: scores are too good/),
    });
  });

  it("are equal inputs and an equal target, nothing less", async () => {
    const a = noise;
    const differ = await datasetOf({
      a: [...a, ...a],
      y: [...labels, ...labels.map((l) => (l === "a" ? "b" : "a"))],
    });
    expect(withTwinsTogether(differ, 5)).toBe(differ);
  });
});

describe("times that nothing goes by", () => {
  const day = Array.from({ length: 60 }, (_, i) =>
    new Date(Date.UTC(2021, 0, 1 + ((i * 7) % 60))).toISOString(),
  );
  const x = Array.from({ length: 60 }, (_, i) => String(((i * 29) % 13) + 0.5));
  const y = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? "u" : "v"));
  const about = async (
    columns: Record<string, string[]>,
    name: string,
    own: Partial<typeof settings> = {},
  ): Promise<string[]> =>
    examine(await datasetOf(columns), { ...settings, ...own })
      .filter(({ column }) => column === name)
      .map(({ text }) => text);

  it("are warned of, with the option that does", async () => {
    const given = { day, x, y };
    expect(await about(given, "day")).toEqual([
      "says when each row was, and folds at random train on later rows than they test on: if the model is meant for later rows, --time day is the fair test",
    ]);
    expect(await about(given, "day", { time: "day" })).toEqual([]);
    expect(await about(given, "day", { test: "later.csv" })).toEqual([]);
    const gaps = day.map((text, i) => (i % 9 === 0 ? "" : text));
    expect(await about({ closed: gaps, x, y }, "closed")).toEqual([
      expect.stringMatching(
        /, --time closed would be the fair test, but 7 of 60 rows have no value there: leave such rows out$/,
      ),
    ]);
    expect(await about({ closed: gaps, day, x, y }, "day")).toEqual([
      expect.stringMatching(/^says when each row was \(or closed\), .* --time day is the fair test$/),
    ]);
  });

  it("may be numbers that look like dates, below the name of one", async () => {
    const epoch = day.map((text) => String(Date.parse(text) / 1000));
    expect(await about({ created_at: x, timestamp: epoch, x, y }, "timestamp")).toEqual([
      "its numbers look like dates: --types timestamp=date reads them as such",
    ]);
    expect(await about({ amount: epoch, x, y }, "amount")).toEqual([]);
    expect(await about({ timestamp: x, y }, "timestamp")).toEqual([]);
  });
});

describe("an option in a note", () => {
  const days = Array.from({ length: n }, (_, i) => new Date(Date.UTC(2021, 0, 1 + ((i * 7) % n))));
  const leak = labels.map((label) => (label === "a" ? 17 : 3));

  it("is quoted where a shell needs it", async () => {
    const coded = noise.map((v, i) => (i % 10 === 0 ? -999 : v));
    const iso = days.map((day) => day.toISOString());
    const seconds = days.map((day) => day.getTime() / 1000);
    const named = { "is a": leak, "how much": coded, "signed up": iso, "last time": seconds, y: labels };
    const notes = examined(await datasetOf(named)).join("\n");
    for (const option of [
      "--ignore 'is a' leaves",
      "--missing 'how much=-999'",
      "--time 'signed up' is",
      "--types 'last time=date' reads",
    ])
      expect(notes).toContain(option);
  });
});

describe("rows of a test file that were trained on", () => {
  const read = (lines: readonly string[], name: string) =>
    readTable(new TextEncoder().encode(lines.join("\n")), { name });
  const head = "a,day,unused,y";
  const rows = ["1,2026-01-02,p,yes", "2,2026-02-03,q,no", "3,2026-03-04,r,yes", ",2026-03-05,s,no"];

  it("are counted by inputs and target alone", async () => {
    const table = await read([head, ...rows], "train.csv");
    const dataset = makeDataset(table, { target: "y", ignore: ["unused"] });
    const of = async (...tested: string[]) =>
      testCopies(dataset, table, await read(["y,day,a,unused", ...tested], "test.csv"));
    expect(await of("yes,2026-01-02,1,z", "no,2026-01-02,1,p", "no,2026-03-05,,s")).toEqual([
      {
        level: "warning",
        about: "leak",
        text: "test.csv: 2 of 3 rows are copies of training rows, target included: scores are too good, leave them out",
      },
    ]);
    expect(await of("no,2026-01-02,1,p", "yes,2026-01-03,1,p")).toEqual([]);
  });
});

describe("a target with a long tail", () => {
  const tail = Array.from({ length: n }, (_, i) => Math.exp(2 * Math.sin(i * i) + 3 * Number(i % 40 === 0)));
  const found = async (y: number[], own: Partial<Parameters<typeof examine>[1]> = {}): Promise<string[]> =>
    examined(await datasetOf({ x: noise, y }, { task: "regression" }), own).filter((text) =>
      text.includes("median"),
    );

  it("is named with what to do about it", async () => {
    expect(await found(tail)).toEqual([
      expect.stringMatching(/^y\|the largest value is .+ times the median.+--target-scale log/),
    ]);
  });

  it("is not where logarithms are learned, or don't exist, or have a tail as well, and where the tail is short", async () => {
    expect(await found(tail, { targetScale: "log" })).toEqual([]);
    expect(await found(tail.map((v) => v - 1))).toEqual([]);
    expect(await found(tail.map((v) => v + 1e6))).toEqual([]);
    expect(await found(tail.map(Math.log1p))).toEqual([]);
  });
});
