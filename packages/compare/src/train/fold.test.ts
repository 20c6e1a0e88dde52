import { describe, expect, it } from "vitest";
import { csv, datasetOf, repeat } from "../../../../test/support/datasets.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import { checkSplits, makeFolds, makeWhole, type PreparedFold } from "./fold.ts";

const plain = { folds: 3, labelNoise: 0, imbalance: null };
const rows = 60;
// The first input names the row, so that parts can be distinguished after encoding.
const number = Array.from({ length: rows }, (_, i) => i * i + 0.5);
const binary = await datasetOf(csv({ row: number, y: number.map((_, i) => (i % 3 ? "no" : "yes")) }));

/** Row numbers of the parts of a fold: the first input rises with the row. */
function rowsOf({ fit, validation, test, inputs }: PreparedFold): number[][] {
  const firsts = [fit, validation, test].map(({ x, rows: n }) =>
    Array.from({ length: n }, (_, i) => x[i * inputs]),
  );
  const sorted = firsts.flat().sort((a, b) => a - b);
  return firsts.map((values) => values.map((value) => sorted.indexOf(value)));
}

describe("makeFolds", () => {
  it("divides all rows into a fitting, a validation and a test part, and tests each row once a seed", () => {
    const tested: number[] = [];
    for (const fold of makeFolds(binary, plain, 0)) {
      const [fit, validation, test] = rowsOf(fold);
      expect([...fit, ...validation, ...test].toSorted((a, b) => a - b)).toEqual(number.map((_, i) => i));
      tested.push(...test);
      // The labels went with their rows.
      for (const [part, ids] of [
        [fold.fit, fit],
        [fold.validation, validation],
        [fold.test, test],
      ] as const)
        expect([...part.labels]).toEqual(ids.map((row) => Number(row % 3 === 0)));
    }
    expect(tested.toSorted((a, b) => a - b)).toEqual(number.map((_, i) => i));
  });

  it("takes a teacher's logits along with their rows, here and for the model that is kept", () => {
    const teacher = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 ? -1 : 1) * Math.floor(i / 2));
    const taught = { ...binary, teacher };
    for (const fold of makeFolds(taught, plain, 0)) {
      const [fit] = rowsOf(fold);
      expect([...fold.fit.teacher!]).toEqual(fit.flatMap((row) => [row, -row]));
    }
    expect(makeWhole(taught).whole.fit.teacher).toEqual(teacher);
    expect(makeFolds(binary, plain, 0)[0].fit.teacher).toBe(undefined);
  });

  it("encodes the rows of all members of a fit alike, by all training rows, with the same noise", () => {
    const noisy = { ...plain, labelNoise: 0.3, bins: 4, members: 5 };
    for (const fold of makeFolds(binary, noisy, 0)) {
      const members = [fold, ...fold.others.map((make) => make())];
      expect(members).toHaveLength(5);
      const training = fold.fit.rows + fold.validation.rows;
      const labelsByRow = new Map<string, number>();
      const validated: string[] = [];
      for (const { fit, validation, inputs, classCounts } of members) {
        expect([inputs, fit.rows + validation.rows]).toEqual([fold.inputs, training]);
        expect(classCounts).toEqual([0, 1].map((k) => fit.labels.filter((label) => label === k).length));
        for (const part of [fit, validation])
          for (let i = 0; i < part.rows; i++) {
            const row = part.x.subarray(i * inputs, (i + 1) * inputs).join();
            expect(labelsByRow.get(row) ?? part.labels[i]).toBe(part.labels[i]);
            labelsByRow.set(row, part.labels[i]);
            if (part === validation) validated.push(row);
          }
      }
      // Inputs are the same for a row wherever it is, and each row validates one member.
      expect(labelsByRow.size).toBe(training);
      expect(new Set(validated).size).toBe(training);
      const mean =
        [...labelsByRow.keys()].reduce((sum, row) => sum + Number(row.split(",")[0]), 0) / training;
      expect(mean).toBeCloseTo(0, 5);
    }
  });

  it("fits the encoding on the fitting part alone", () => {
    for (const { fit, validation, test, inputs } of makeFolds(binary, plain, 1)) {
      const mean = (x: Float32Array, n: number): number => x.reduce((a, b) => a + b, 0) / n;
      expect(inputs).toBe(1);
      expect(mean(fit.x, fit.rows)).toBeCloseTo(0, 6);
      expect(
        mean(
          fit.x.map((v) => v * v),
          fit.rows,
        ),
      ).toBeCloseTo(1, 5);
      expect(
        Math.abs(mean(validation.x, validation.rows)) + Math.abs(mean(test.x, test.rows)),
      ).toBeGreaterThan(1e-3);
    }
  });

  it("makes another partition for another seed, and the same for the same", () => {
    const [a, b, c] = [0, 0, 1].map((seed) => makeFolds(binary, plain, seed));
    expect(b).toEqual(a);
    expect(c[0].test.x).not.toEqual(a[0].test.x);
  });

  it("puts label noise on the fitting and validation rows and never on the test rows", () => {
    const clean = makeFolds(binary, plain, 0);
    const noisy = makeFolds(binary, { ...plain, labelNoise: 0.5 }, 0);
    for (const [i, fold] of noisy.entries()) {
      expect(fold.test).toEqual(clean[i].test);
      expect(fold.fit.x).toEqual(clean[i].fit.x);
      const changed = (part: "fit" | "validation"): number =>
        fold[part].labels.filter((label, row) => label !== clean[i][part].labels[row]).length;
      expect(changed("fit")).toBeGreaterThan(0.25 * fold.fit.rows);
      expect(changed("fit")).toBeLessThan(0.75 * fold.fit.rows);
      expect(changed("validation")).toBeGreaterThan(0);
      expect(fold.classCounts[1]).toBe(fold.fit.labels.filter((label) => label === 1).length);
    }
  });

  it("thins out the smaller class of the training rows and leaves the test rows as they are", () => {
    const whole = makeFolds(binary, plain, 0);
    for (const [i, fold] of makeFolds(binary, { ...plain, imbalance: 8 }, 0).entries()) {
      const positives = (labels: Int32Array): number => labels.filter((label) => label === 1).length;
      expect(fold.test.labels).toEqual(whole[i].test.labels);
      const training = [...fold.fit.labels, ...fold.validation.labels];
      const negatives = training.length - positives(Int32Array.from(training));
      expect(positives(Int32Array.from(training))).toBe(Math.round(negatives / 8));
    }
  });

  it("gives all folds of a seed the same number of inputs, filled up with zeros", async () => {
    // Three levels occur in few rows, so that folds see different ones.
    const levels = repeat(["a", "b"], 30).map((level, i) => (i % 10 === 3 ? `rare ${i % 3}` : level));
    const dataset = await datasetOf(csv({ c: levels, y: repeat(["no", "no", "yes"], 30) }));
    const folds = Array.from({ length: 6 }, (_, seed) => makeFolds(dataset, plain, seed)).find((made) => {
      const filled = made.map(({ fit, inputs }) =>
        Math.max(
          ...Array.from(fit.x.keys())
            .filter((k) => fit.x[k] !== 0)
            .map((k) => k % inputs),
        ),
      );
      return new Set(filled).size > 1;
    });
    expect(folds).toBeDefined();
    for (const { fit, validation, test, inputs } of folds!) {
      expect(inputs).toBe(folds![0].inputs);
      for (const { x, rows: n } of [fit, validation, test]) expect(x).toHaveLength(n * inputs);
    }
  });

  it("standardises numbers to predict by the fitting part and keeps them in original units", async () => {
    const dataset = await datasetOf(csv({ x: number, y: number.map((v) => 1000 + 10 * v) }), {
      task: "regression",
    });
    for (const { fit, test, target } of makeFolds(dataset, plain, 0)) {
      expect(target.mean).toBeCloseTo(fit.targets.reduce((a, b) => a + b, 0) / fit.rows, 6);
      expect(Math.min(...fit.targets, ...test.targets)).toBeGreaterThanOrEqual(1000);
      expect(fit.labels).toHaveLength(0);
    }
  });

  it("trains on four rows of five where a second file is the test part", async () => {
    const table = await tableOf("y,row,more\nyes,1,a\n,2,b\nno,3,c\n", "test.csv");
    const [only, ...others] = makeFolds(binary, plain, 0, table);
    expect(others).toEqual([]);
    // Four of five rows, others for another seed.
    expect(only.fit.rows + only.validation.rows).toBe(0.8 * rows);
    const [next] = makeFolds(binary, plain, 1, table);
    expect([...next.fit.x].toSorted()).not.toEqual([...only.fit.x].toSorted());
    expect([...only.testRows]).toEqual([0, 1]);
    // The row without a target is left out.
    expect([...only.test.labels]).toEqual([1, 0]);
    expect(only.test.x).toHaveLength(2 * only.inputs);
  });
});

describe("makeWhole", () => {
  it("trains on every row", () => {
    const { whole, encoder } = makeWhole(binary);
    expect(whole.fit.rows).toBe(rows);
    expect(whole.classCounts).toEqual([40, 20]);
    expect(whole.inputs).toBe(encoder.inputs);
  });
});

describe("checkSplits", () => {
  const settings = { ...plain, seeds: 2 };

  it("has nothing to say of data that can be cut", () => {
    expect(checkSplits(binary, settings)).toEqual({ testRows: null, notes: [] });
  });

  it("refuses groups that leave nothing to validate on, before any trial", async () => {
    const grouped = await datasetOf(
      csv({ x: number.slice(0, 12), g: repeat(["a", "b"], 12), y: repeat(["no", "no", "yes", "yes"], 12) }),
      { group: "g" },
    );
    expect(() => checkSplits(grouped, { ...settings, folds: 2 })).toThrow(/groups/);
  });

  it("says once where rows are as imbalanced already", () => {
    expect(checkSplits(binary, { ...settings, imbalance: 1 }).notes).toEqual([
      { level: "info", text: "the rows are as imbalanced as 1 : 1 already, all were kept" },
    ]);
  });

  it("says what noise and thinning do to the training rows, with counts", async () => {
    const { notes } = checkSplits(binary, { ...settings, imbalance: 4, labelNoise: 0.25 });
    expect(notes.map(({ about, text }) => [about, text])).toEqual([
      [
        "settings",
        "imbalance 4 : 1: the training rows of the first fold have 7 instead of 14 of 'yes'; test rows are as they were",
      ],
      [
        "settings",
        expect.stringMatching(
          /^label noise 0.25: \d+ of 33 training rows of the first fold have a wrong class; test rows keep theirs$/,
        ),
      ],
    ]);
    const [noisy, clean] = [0.25, 0].map((labelNoise) => {
      const { fit, validation } = makeFolds(binary, { ...settings, imbalance: 4, labelNoise }, 0)[0]!;
      return [...fit.labels, ...validation.labels];
    });
    const wrong = noisy!.filter((label, i) => label !== clean![i]).length;
    expect(notes[1]!.text).toContain(`: ${wrong} of ${clean!.length} `);
  });

  it("reads a second file to its end and says what was left out of it", async () => {
    const dataset = await datasetOf(
      csv({ x: number, c: repeat(["u", "v"], rows), y: repeat(["no", "yes"], rows) }),
    );
    const good = await tableOf("x,c,y\n1,u,yes\n2,w,no\n3,v,\n", "t.csv");
    expect(checkSplits(dataset, settings, good)).toEqual({
      testRows: 2,
      notes: [
        {
          level: "warning",
          column: "c",
          text: "t.csv: 1 of 3 values did not occur in training: 'w'",
        },
        { level: "warning", column: "y", text: "t.csv: left out 1 row without a target, 2 remain" },
      ],
    });
    const text = await tableOf("x,c,y\n1,u,yes\nmany,v,no\n", "t.csv");
    expect(() => checkSplits(dataset, settings, text)).toThrow(
      "t.csv, line 3: column 'x': expected a number, as in training, got 'many'",
    );
    const lacking = await tableOf("x,y\n1,yes\n", "t.csv");
    expect(() => checkSplits(dataset, settings, lacking)).toThrow(
      "expected the column 'c', got only 'x', 'y'",
    );
    const foreign = await tableOf("x,c,y\n1,u,perhaps\n", "t.csv");
    expect(() => checkSplits(dataset, settings, foreign)).toThrow(/expected one of the classes 'no', 'yes'/);
  });
});
