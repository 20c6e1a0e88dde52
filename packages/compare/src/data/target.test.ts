import { describe, expect, it } from "vitest";
import { csv, datasetOf, datasetRefusal, repeat } from "../../../../test/support/datasets.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import type { Task } from "../results.ts";
import { encodeTarget } from "./encode-target.ts";

const withTarget = (y: readonly (string | number)[]) => csv({ x: y.map((_, i) => ((i * 7) % 13) + 0.5), y });
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

describe("the task", () => {
  it.each<[string, (string | number)[], Task]>([
    ["two words", repeat(["a", "b"], 6), "binary"],
    ["two whole numbers", repeat(["0", "1"], 6), "binary"],
    ["two other numbers", repeat(["-1", "1.0"], 6), "binary"],
    ["plus and minus", repeat(["+", "-"], 6), "binary"],
    ["three words", repeat(["a", "b", "c"], 6), "multiclass"],
    ["codes with leading zeros", repeat(["01", "02", "03"], 6), "multiclass"],
    ["few whole numbers", range(150).map((i) => 10 * (i % 3)), "multiclass"],
    ["19 whole numbers in 683 rows", range(683).map((i) => i % 19), "multiclass"],
    ["26 codes of similar size", range(520).map((i) => i % 26), "multiclass"],
    ["20 whole numbers in 60 rows, with gaps", range(60).map((i) => 3 * (i % 20)), "regression"],
    ["30 counts, most of them small", range(2000).map((i) => Math.floor(30 * (i / 2000) ** 8)), "regression"],
    ["many whole numbers", range(300).map((i) => (i * 7) % 211), "regression"],
    ["few other numbers", range(100).map((i) => (i % 4) + 0.5), "regression"],
  ])("is found for %s", async (_, y, task) => {
    const dataset = await datasetOf(withTarget(y));
    expect(dataset.task).toBe(task);
    expect([dataset.labels.length, dataset.targets.length]).toEqual(
      task === "regression" ? [0, y.length] : [y.length, 0],
    );
    expect(dataset.classes.length).toBe(task === "regression" ? 0 : new Set(y).size);
  });

  it("can be set", async () => {
    const y = range(40).map((i) => i % 4);
    expect((await datasetOf(withTarget(y), { task: "regression" })).targets).toEqual(Float64Array.from(y));
    const continuous = range(40).map((i) => i % 8);
    const dataset = await datasetOf(withTarget(continuous), { task: "multiclass" });
    expect(dataset.classes).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
    expect((await datasetOf(withTarget(repeat(["a", "b"], 6)), { task: "multiclass" })).task).toBe(
      "multiclass",
    );
  });

  it("is told in a note", async () => {
    const { notes } = await datasetOf(withTarget(["a", "b", "a", "a"]));
    const text = "task binary: 2 classes in 4 rows, positive is 'b', negative 'a'";
    expect(notes).toEqual([{ level: "info", about: "task", column: "y", text }]);
  });
});

describe("classes", () => {
  it("are in the order of numbers or of code units, 1 and 1.0 being one", async () => {
    const numbers = await datasetOf(withTarget(["10", "9", "1.0", "1", "9", "10", "1", "9", "10"]));
    expect([numbers.classes, numbers.labels]).toEqual([
      ["1", "9", "10"],
      Int32Array.of(2, 1, 0, 0, 1, 2, 0, 1, 2),
    ]);
    expect((await datasetOf(withTarget(["b", "a", "B", "b", "a", "B"]))).classes).toEqual(["B", "a", "b"]);
  });

  it.each([
    [["a", "b", "b"], undefined, ["b", "a"], [1, 0, 0]],
    [["a", "b", "a"], undefined, ["a", "b"], [0, 1, 0]],
    [["b", "a", "a", "b"], undefined, ["a", "b"], [1, 0, 0, 1]],
    [["a", "b", "b"], "b", ["a", "b"], [0, 1, 1]],
    [["1", "0", "1"], "1.0", ["0", "1"], [1, 0, 1]],
  ])(
    "of %j, positive %j: the smaller class is positive, at a tie the later one",
    async (y, positive, classes, labels) => {
      const dataset = await datasetOf(withTarget(y), positive === undefined ? {} : { positive });
      expect([dataset.classes, [...dataset.labels]]).toEqual([classes, labels]);
    },
  );
});

describe("labels that differ in case or spaces only", () => {
  const y = ["no", "NO", "No", "no", "Yes", "ja", "yes", "YES ", "yes", "ja", "no"];
  const quoted = y.map((label) => `"${label}"`);

  it("are classes of their own, unless they are merged under their most frequent spelling", async () => {
    expect((await datasetOf(withTarget(quoted))).classes).toHaveLength(7);
    const { task, classes, labels, notes } = await datasetOf(withTarget(quoted), { mergeLabels: true });
    expect([task, classes]).toEqual(["multiclass", ["ja", "no", "yes"]]);
    expect([...labels].map((label) => classes[label])).toEqual(y.map((label) => label.trim().toLowerCase()));
    expect(notes).toContainEqual({
      level: "info",
      about: "settings",
      column: "y",
      text: "merged labels that differ in case or spaces only: 'NO', 'No', 'no'; 'YES', 'Yes', 'yes'; 3 classes instead of 7",
    });
  });

  it("are merged before the task is decided, and in a second file", async () => {
    const two = quoted.map((label) => label.replace("ja", "yes"));
    const dataset = await datasetOf(withTarget(two), { mergeLabels: true, positive: "NO" });
    expect([dataset.task, dataset.classes]).toEqual(["binary", ["yes", "no"]]);
    const table = await tableOf(withTarget(["nO", '" yes"', "yes"]));
    expect([...encodeTarget(dataset, table).labels]).toEqual([1, 0, 0]);
    const unmerged = { ...dataset, targetReading: {} };
    expect(() => encodeTarget(unmerged, table)).toThrow("expected one of the classes 'yes', 'no', got 'nO'");
  });

  it("say that none were merged where none differ so", async () => {
    const { notes, classes } = await datasetOf(withTarget(repeat(["a", "b"], 6)), { mergeLabels: true });
    expect(classes).toEqual(["a", "b"]);
    expect(notes.map(({ text }) => text)).toContain(
      "no labels differ in case or spaces only, so none were merged",
    );
  });
});

describe("values that stand for a missing label", () => {
  const y = [...range(40).map((i) => i + 0.5), "k.A."];

  it("leave out their rows, in a second file, too", async () => {
    const dataset = await datasetOf(withTarget(y), { missing: { y: ["k.A."] } });
    expect([dataset.task, dataset.rows]).toEqual(["regression", 40]);
    expect(dataset.notes.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        "1 value 'k.A.' read as missing",
        "left out 1 row without a target, 40 remain",
      ]),
    );
    const second = encodeTarget(dataset, await tableOf(withTarget(["k.A.", 3.5, "k.A.", 9])));
    expect([second.rows, second.targets]).toEqual([Int32Array.of(1, 3), Float64Array.of(3.5, 9)]);
  });

  it("are asked about where few numbers are classes", async () => {
    const few = [...repeat(["1", "2", "3"], 60), "k.A."];
    const { classes, notes } = await datasetOf(withTarget(few));
    expect(classes).toEqual(["1", "2", "3", "k.A."]);
    expect(notes).toContainEqual({
      level: "warning",
      about: "task",
      column: "y",
      text: "1 of 61 label is no number ('k.A.') and a class; if it means a missing label, --missing y=k.A. leaves out such rows",
    });
  });
});

describe("a target that can't be used", () => {
  it.each([
    [
      "all missing",
      repeat(["", "NA"], 4),
      {},
      "a.csv: target 'y': expected values, got none: all 4 cells are missing",
    ],
    ["one class", repeat(["a", ""], 4), {}, "a.csv: target 'y': expected at least two classes, got only 'a'"],
    ["one number", repeat(["7"], 4), {}, "a.csv: target 'y': expected at least two classes, got only '7'"],
    [
      "one number to regress",
      repeat(["7"], 4),
      { task: "regression" },
      "a.csv: target 'y': expected different numbers, got only 7",
    ],
    [
      "text to regress",
      ["1", "2", "abc", "4"],
      { task: "regression" },
      "a.csv, line 4: target 'y': expected a number for the task regression, got 'abc'; --missing y=abc leaves out such rows",
    ],
    [
      "three classes for binary",
      repeat(["a", "b", "c"], 6),
      { task: "binary" },
      "a.csv: target 'y': expected two classes for the task binary, got 3: 'a', 'b', 'c'",
    ],
    [
      "an unknown positive class",
      repeat(["sick", "well"], 4),
      { positive: "sik" },
      "a.csv: positive: expected one of the classes 'sick', 'well', got 'sik': did you mean 'sick'?",
    ],
    [
      "a positive class of three",
      repeat(["a", "b", "c"], 6),
      { positive: "a" },
      "a.csv: positive: expected a binary target, got 3 classes",
    ],
    [
      "a positive number",
      range(40).map((i) => i + 0.5),
      { positive: "1" },
      "a.csv: positive: expected a binary target, got regression",
    ],
    [
      "an infinite number",
      [...range(40).map((i) => i + 0.5), "inf"],
      {},
      "a.csv, line 42: target 'y': expected a finite number of at most 3.4e38 (float32), got 'inf'; --missing y=inf leaves out such rows",
    ],
    [
      "1e39",
      [...range(40).map((i) => i + 0.5), "1e39"],
      {},
      "a.csv, line 42: target 'y': expected a finite number of at most 3.4e38 (float32), got '1e39'; --missing y=1e39 leaves out such rows",
    ],
    [
      "a text among numbers",
      [...range(40).map((i) => i + 0.5), "abc"],
      {},
      "a.csv, line 42: target 'y': expected a number, like 40 of the 41 values, got 'abc'; --missing y=abc leaves out the rows with such labels",
    ],
  ] as const)("is refused: %s", async (_, y, options, message) => {
    expect(await datasetRefusal(withTarget(y), options)).toBe(`DataError: ${message}`);
  });
});

describe("encodeTarget", () => {
  it("reads a second file in the classes of the first, without the rows that have none", async () => {
    const dataset = await datasetOf(withTarget(["1", "0", "0"]));
    const target = encodeTarget(dataset, await tableOf("y\n0\n\n1.0\n-\n1\n", "test.csv"));
    expect(target).toEqual({
      rows: Int32Array.of(0, 2, 4),
      labels: Int32Array.of(0, 1, 1),
      targets: new Float64Array(0),
    });
  });

  it("reads numbers for a regression", async () => {
    const dataset = await datasetOf(withTarget(range(40).map((i) => i + 0.5)));
    const target = encodeTarget(dataset, await tableOf("y\n7\nNA\n1e3\n", "test.csv"));
    expect(target).toEqual({
      rows: Int32Array.of(0, 2),
      labels: new Int32Array(0),
      targets: Float64Array.of(7, 1000),
    });
  });

  it("refuses classes that the first file does not have, and files without the column", async () => {
    const dataset = await datasetOf(withTarget(["a", "b", "b"]));
    for (const [text, refusal] of [
      ["y\na\nc\n", ", line 3: target 'y': expected one of the classes 'b', 'a', got 'c'"],
      ["x\n1\n", ": expected the column 'y', got only 'x'"],
      ["x,y\n1,\n", ": target 'y': expected values, got none: all cells are missing"],
    ]) {
      const table = await tableOf(text, "test.csv");
      expect(() => encodeTarget(dataset, table)).toThrow(`test.csv${refusal}`);
    }
  });
});
