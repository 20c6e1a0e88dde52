import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csv, datasetOf, labelled, repeat } from "../../../../test/support/datasets.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import type { Dataset, Feature } from "./dataset.ts";
import { encode, encodeTable } from "./encode.ts";
import { type Encoder, fitEncoder, inputNames } from "./encoder.ts";

const all = (dataset: Dataset) => Int32Array.from({ length: dataset.rows }, (_, row) => row);
const column = (x: Float32Array, inputs: number, j: number) => [...x].filter((_, i) => i % inputs === j);
const y = (n: number) => repeat(["a", "b"], n);

function withFeatures(rows: number, features: Feature[]): Dataset {
  return {
    ...labelled(
      Array.from({ length: rows }, (_, i) => i % 2),
      2,
    ),
    features,
  };
}

/** Numeric columns of any scale, some cells missing, and which rows are the training rows. */
const numericData = fc
  .array(fc.tuple(fc.oneof(fc.constant(Number.NaN), fc.double({ min: -1e30, max: 1e30 })), fc.boolean()), {
    minLength: 4,
    maxLength: 60,
  })
  .filter((cells) => cells.some(([, train]) => train));

describe("fitEncoder", () => {
  it("makes training rows mean 0 and standard deviation 1, or 0 where they are constant", () => {
    fc.assert(
      fc.property(numericData, (cells) => {
        const values = Float64Array.from(cells, ([value]) => value);
        const rows = Int32Array.from([...cells.keys()].filter((i) => cells[i]![1]));
        const dataset = withFeatures(cells.length, [{ kind: "numeric", name: "x", values, why: "" }]);
        const encoder = fitEncoder(dataset, rows);
        const { x, inputs } = encode(encoder, dataset, rows);
        const z = column(x, inputs, 0);
        const mean = z.reduce((a, b) => a + b, 0) / z.length;
        const sd = Math.sqrt(z.reduce((a, b) => a + (b - mean) ** 2, 0) / z.length);
        expect(Math.abs(mean)).toBeLessThan(1e-5);
        const [fitted] = encoder.features;
        expect(Math.abs(sd - (fitted!.kind === "numeric" && fitted!.sd > 0 ? 1 : 0))).toBeLessThan(1e-5);
      }),
      { numRuns: 300 },
    );
  });

  it("never looks at other rows", () => {
    fc.assert(
      fc.property(numericData, fc.double({ noNaN: true }), (cells, noise) => {
        const rows = Int32Array.from([...cells.keys()].filter((i) => cells[i]![1]));
        const make = (change: boolean) => {
          const changed = (i: number) => change && !cells[i]![1];
          const values = Float64Array.from(cells, ([value], i) => (changed(i) ? noise : value));
          const codes = Int32Array.from(cells, (_, i) => (changed(i) ? -1 : i % 3));
          return withFeatures(cells.length, [
            { kind: "numeric", name: "x", values, why: "" },
            { kind: "categorical", name: "z", codes, levels: ["p", "q", "r"], why: "" },
          ]);
        };
        expect(fitEncoder(make(true), rows)).toEqual(fitEncoder(make(false), rows));
      }),
    );
  });

  it("imputes the median and marks missing values where training rows have them", async () => {
    const dataset = await datasetOf(
      csv({ x: ["1", "", "2", "9", ""], z: ["5", "6", "9", "6", ""], y: y(5) }),
    );
    const encoder = fitEncoder(dataset, Int32Array.of(0, 1, 2, 3));
    expect(inputNames(encoder)).toEqual(["x", "x missing", "z"]);
    expect(encoder.features[0]).toMatchObject({ median: 2, mean: 3.5, missingIndicator: true });
    const { x } = encode(encoder, dataset, all(dataset));
    const sd = Math.sqrt((2.5 ** 2 + 1.5 ** 2 + 1.5 ** 2 + 5.5 ** 2) / 4);
    expect(column(x, 3, 0)).toEqual([1, 2, 2, 9, 2].map((value) => Math.fround((value - 3.5) / sd)));
    expect(column(x, 3, 1)).toEqual([0, 1, 0, 0, 1]);
    // Missing in row 5 only, which is no training row: the median of the training rows, 6.
    expect(column(x, 3, 2)[4]).toBe(column(x, 3, 2)[1]);
  });

  it("gives zeros for a column that is constant or missing in the training rows, never NaN", async () => {
    const dataset = await datasetOf(csv({ c: ["0.1", "0.1", "0.1", "7"], m: ["", "", "", "3"], y: y(4) }));
    const encoder = fitEncoder(dataset, Int32Array.of(0, 1, 2));
    const { x, inputs } = encode(encoder, dataset, all(dataset));
    expect(inputNames(encoder)).toEqual(["c", "m", "m missing"]);
    expect(column(x, inputs, 0)).toEqual([0, 0, 0, 0]);
    expect(column(x, inputs, 1)).toEqual([0, 0, 0, 0]);
    expect(column(x, inputs, 2)).toEqual([1, 1, 1, 0]);
  });

  it("stays finite for test values far outside", () => {
    const values = Float64Array.of(1e-30, 2e-30, 3e38, -3e38);
    const dataset = withFeatures(4, [{ kind: "numeric", name: "x", values, why: "" }]);
    const { x } = encode(fitEncoder(dataset, Int32Array.of(0, 1)), dataset, all(dataset));
    expect([...x]).toEqual([-1, 1, 1e6, -1e6]);
    const whole = encode(fitEncoder(dataset, all(dataset)), dataset, all(dataset));
    expect(whole.x.every(Number.isFinite)).toBe(true);
  });

  it("pools levels of fewer than two rows or 1 % and those beyond the 64 most frequent", async () => {
    const small = await datasetOf(csv({ z: ["a", "a", "b", "c", "", "d", "d"], y: y(7) }));
    const encoder = fitEncoder(small, Int32Array.of(0, 1, 2, 3, 4));
    expect(encoder.features[0]).toMatchObject({ levels: ["a"], pooled: ["b", "c"], missing: true });
    expect(inputNames(encoder)).toEqual(["z=a", "z=(other)", "z=(missing)"]);
    const { x, inputs } = encode(encoder, small, all(small));
    // Rows of d, a level that no training row has, are `other`.
    const kinds = [0, 0, 1, 1, 2, 1, 1];
    expect([...x]).toEqual(kinds.flatMap((kind) => [0, 1, 2].map((j) => Number(j === kind))));
    expect(inputs).toBe(3);

    const rows = 1000;
    const z = Array.from({ length: rows }, (_, i) => (i < 9 ? "rare" : i < 19 ? "ten" : `l${i % 5}`));
    const large = await datasetOf(csv({ z, y: y(rows) }));
    expect(fitEncoder(large, all(large)).features[0]).toMatchObject({
      pooled: ["rare"],
      levels: ["l0", "l1", "l2", "l3", "l4", "ten"],
    });

    const many = await datasetOf(
      csv({
        z: [
          ...repeat(
            Array.from({ length: 70 }, (_, i) => `l${i}`),
            140,
          ),
          "l69",
          "l69",
        ],
        y: y(142),
      }),
    );
    const [feature] = fitEncoder(many, all(many)).features;
    expect(
      feature!.kind === "categorical" && [
        feature!.levels.length,
        feature!.pooled.length,
        feature!.levels.includes("l69"),
      ],
    ).toEqual([64, 6, true]);
  });

  it("has no level for what no training row had, where nothing was pooled", async () => {
    const dataset = await datasetOf(csv({ z: ["a", "a", "b", "b", "c", "c", ""], y: y(7) }));
    const encoder = fitEncoder(dataset, Int32Array.of(0, 1, 2, 3));
    expect(inputNames(encoder)).toEqual(["z=a", "z=b"]);
    expect([...encode(encoder, dataset, Int32Array.of(4, 6, 0)).x]).toEqual([0, 0, 0, 0, 1, 0]);
  });

  it("refuses rows out of range and data sets with other inputs", async () => {
    const dataset = await datasetOf(csv({ x: ["1", "2", "4"], y: y(3) }));
    const other = await datasetOf(csv({ z: ["1", "2", "4"], y: y(3) }));
    const encoder = fitEncoder(dataset, all(dataset));
    expect(() => fitEncoder(dataset, Int32Array.of())).toThrow(
      RangeError("rows: expected at least one row, got none"),
    );
    expect(() => fitEncoder(dataset, Int32Array.of(3))).toThrow(
      RangeError("rows: expected indices from 0 to 2, got 3"),
    );
    expect(() => encode(encoder, dataset, Int32Array.of(-1))).toThrow(
      RangeError("rows: expected indices from 0 to 2, got -1"),
    );
    expect(() => encode(encoder, other, all(other))).toThrow(
      RangeError("dataset: expected the inputs that the encoder was fitted on, got others"),
    );
  });
});

describe("bins", () => {
  const numbers = (...values: number[]): Dataset =>
    withFeatures(values.length, [{ kind: "numeric", name: "x", values: Float64Array.from(values), why: "" }]);

  it("are quantiles of the training rows, each edge once, in which a value fills those below it", () => {
    const dataset = numbers(0, 1, 2, 4, 8, 8, 8, 8, 16);
    const encoder = fitEncoder(dataset, all(dataset), 4);
    expect(encoder).toMatchObject({ features: [{ edges: [0, 2, 8, 16] }], inputs: 4 });
    expect(inputNames(encoder)).toEqual(["x", "x 0 to 2", "x 2 to 8", "x 8 to 16"]);
    const { x, inputs } = encode(encoder, dataset, all(dataset));
    const bins = Array.from({ length: dataset.rows }, (_, row) => [
      ...x.subarray(row * inputs + 1, (row + 1) * inputs),
    ]);
    expect(bins.slice(0, 5)).toEqual([
      [0, 0, 0],
      [0.5, 0, 0],
      [1, 0, 0],
      [1, Math.fround(1 / 3), 0],
      [1, 1, 0],
    ]);
    expect(bins.at(-1)).toEqual([1, 1, 1]);
  });

  it("have the few values of a column as edges; two values need none, nor does a column that never varies", () => {
    const dataset = (...values: number[]) => numbers(...values, ...values, ...values);
    const edges = (data: Dataset) =>
      (fitEncoder(data, all(data), 8).features[0] as { edges?: number[] }).edges;
    expect(edges(dataset(3, 1, 1, 2))).toEqual([1, 2, 3]);
    expect(edges(dataset(0, 1))).toBe(undefined);
    expect(edges(dataset(7))).toBe(undefined);
    expect(edges(dataset(Number.NaN))).toBe(undefined);
    // Noise of rounding is no number of levels.
    expect(edges(dataset(1, 1 + 2e-16, 1 + 4e-16, 1 + 6e-16))).toBe(undefined);
  });

  it("stand after the input for missing ones, in rows of a file too, and survive a file", async () => {
    const text = csv({ a: ["1", "2", "", "4", "5", "90"], b: repeat(["1", "2", "3"], 6), y: y(6) });
    const dataset = await datasetOf(text, { types: { b: "numeric" } });
    const encoder: Encoder = JSON.parse(JSON.stringify(fitEncoder(dataset, all(dataset), 2)));
    expect(inputNames(encoder)).toEqual([
      ...["a", "a missing", "a 1 to 4", "a 4 to 90"],
      ...["b", "b 1 to 2", "b 2 to 3"],
    ]);
    const { x, inputs } = encode(encoder, dataset, all(dataset));
    expect(encodeTable(encoder, await tableOf(text)).x).toEqual(x);
    // A missing one is read as the median, which is 4.
    expect([...x.subarray(2 * inputs + 1, 2 * inputs + 4)]).toEqual([1, 1, 0]);
    const outside = encodeTable(encoder, await tableOf("a,b\n-3e30,0\n1e30,9\n"));
    expect([2, 3].map((i) => outside.x[i])).toEqual([0, 0]);
    expect([2, 3].map((i) => outside.x[inputs + i])).toEqual([1, 1]);
  });

  it("say together with the number where between the ends a value is, for numbers of any scale", () => {
    fc.assert(
      fc.property(numericData, fc.integer({ min: 2, max: 40 }), (cells, bins) => {
        const dataset = numbers(...cells.map(([value]) => value));
        const rows = Int32Array.from([...cells.keys()].filter((i) => cells[i]![1]));
        const encoder = fitEncoder(dataset, rows, bins);
        const { edges = [] } = encoder.features[0] as { edges?: number[] };
        expect(edges.length).toBeLessThanOrEqual(bins + 1);
        const { x, inputs } = encode(encoder, dataset, all(dataset));
        const first = inputs - Math.max(0, edges.length - 1);
        for (const [row, [value]] of cells.entries()) {
          const own = [...x.subarray(row * inputs + first, (row + 1) * inputs)];
          // 1 below, 0 above, at most one between.
          expect(own.every((share) => share >= 0 && share <= 1)).toBe(true);
          expect(own.filter((share) => share > 0 && share < 1).length).toBeLessThanOrEqual(1);
          expect([...own].sort((a, b) => b - a)).toEqual(own);
          if (!Number.isNaN(value))
            for (const [k, edge] of edges.slice(1).entries()) if (value >= edge) expect(own[k]).toBe(1);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("encodeTable", () => {
  const text = csv({ x: ["1", "", "4", "8"], code: ["1", "2", "1", "2"], z: ["a", "b", "a", "c"], y: y(4) });
  const fitted = async (): Promise<{ dataset: Dataset; encoder: Encoder }> => {
    const dataset = await datasetOf(text, { types: { code: "categorical" } });
    // An encoder has to survive being kept in a file.
    return { dataset, encoder: JSON.parse(JSON.stringify(fitEncoder(dataset, all(dataset)))) };
  };

  it("encodes the rows of a file like those of the data set, by the names of its columns", async () => {
    const { dataset, encoder } = await fitted();
    const { x, inputs, rows, notes } = encodeTable(encoder, await tableOf(text));
    expect({ x, inputs }).toEqual(encode(encoder, dataset, all(dataset)));
    expect([rows, notes]).toEqual([4, []]);
    const shuffled = csv({
      z: ["a", "b", "a", "c"],
      more: ["?", "?", "?", "?"],
      code: ["1.0", "2", "1", "2"],
      x: ["1", "-", "4.0", "8"],
    });
    expect(encodeTable(encoder, await tableOf(shuffled)).x).toEqual(x);
    const json =
      '{"x":1,"code":1,"z":"a"}\n{"code":2,"z":"b"}\n{"x":4,"code":1,"z":"a"}\n{"x":8,"code":2,"z":"c"}\n';
    expect(encodeTable(encoder, await tableOf(json, "a.jsonl")).x).toEqual(x);
  });

  it("counts levels that did not occur in training, and not those that were pooled", async () => {
    const { encoder } = await fitted();
    const { x, inputs, notes } = encodeTable(
      encoder,
      await tableOf("x,code,z\n1,3,a\n1,1,b\n1,1,new\n1,1,old\n1,1,new\n"),
    );
    expect(notes).toEqual([
      { level: "warning", column: "code", text: "1 of 5 values did not occur in training: '3'" },
      { level: "warning", column: "z", text: "3 of 5 values did not occur in training: 'new', 'old'" },
    ]);
    expect(inputNames(encoder)).toEqual(["x", "x missing", "code=1", "code=2", "z=a", "z=(other)"]);
    expect([...x.subarray(2, 6)]).toEqual([0, 0, 1, 0]);
    expect([...x.subarray(2 * inputs + 2, 3 * inputs)]).toEqual([1, 0, 0, 1]);
  });

  it("reads texts among numbers as missing where training did, and says so", async () => {
    const price = [...Array.from({ length: 10 }, (_, i) => `${(7 * i) % 5}`), "ask"];
    const dataset = await datasetOf(csv({ price, y: y(11) }));
    const encoder: Encoder = JSON.parse(JSON.stringify(fitEncoder(dataset, all(dataset))));
    const { x, notes } = encodeTable(encoder, await tableOf("price\n4\ntbd\nk.A.\n"));
    expect(x).toEqual(encodeTable(encoder, await tableOf('{"price":4}\n{"price":null}\n{}\n', "a.jsonl")).x);
    expect(notes).toEqual([
      {
        level: "warning",
        column: "price",
        text: "2 values are no numbers and read as missing, as in training: 'tbd', 'k.A.'",
      },
    ]);
    const kept = fitEncoder(await datasetOf(csv({ price: price.slice(0, 10), y: y(10) })), Int32Array.of(0));
    const table = await tableOf("price\n4\ntbd\n");
    expect(() => encodeTable(kept, table)).toThrow("expected a number, as in training, got 'tbd'");
  });

  it("says which columns have no value in any row, and what takes its place", async () => {
    const dataset = await datasetOf(
      csv({
        x: ["1", "", "4", "8"],
        w: ["3", "5", "7", "2"],
        day: ["2020-01-01", "2021-02-03", "2020-06-01", "2022-03-01"],
        z: ["a", "b", "a", "c"],
        y: y(4),
      }),
    );
    const encoder = fitEncoder(dataset, all(dataset));
    const said = async (rows: string) =>
      encodeTable(encoder, await tableOf(`x,w,day,z\n${rows}`)).notes.map(
        ({ level, column, text }) => `${level} ${column} ${text}`,
      );
    const note = (column: string, why: string) =>
      `warning ${column} no row has a value in this column: ${why}; check that the file is the right one`;
    const typical = "every training row has one, so a typical value takes its place";
    expect(await said(",,NA,\nNA,,,\n")).toEqual([
      note("x", "the model predicts as for training rows without a value"),
      ...["w", "day", "z"].map((column) => note(column, typical)),
    ]);
    expect(await said(",1,2020-01-01,a\n1,,,\n")).toEqual([]);
    expect(await said("1,,2020-01-01,a\n")).toEqual([note("w", typical)]);
  });

  describe("values far outside of those in training", () => {
    const trained = csv({
      x: ["20", "200", "", "110"],
      day: ["2020-01-01", "2020-12-31", "2020-06-01", "2020-03-01"],
      y: y(4),
    });
    const notesOf = async (rows: string, change: (encoder: Encoder) => Encoder = (same) => same) => {
      const dataset = await datasetOf(trained);
      const encoder: Encoder = JSON.parse(JSON.stringify(fitEncoder(dataset, all(dataset))));
      const { notes } = encodeTable(change(encoder), await tableOf(`x,day\n${rows}`));
      return notes.filter(({ text }) => text.includes("far outside"));
    };
    const far = (count: string, range: string, farthest: string) =>
      `${count} far outside of those in training (${range}), the farthest is ${farthest}: such predictions are extrapolated`;

    it("have a note a column, from its width beyond its range on", async () => {
      expect(await notesOf("380,2021-12-31\n-160,2019-01-02\nNA,NA\n")).toEqual([]);
      expect(await notesOf("380.1,2020-02-02\n-1e9,2020-02-02\n50,2030-02-02\n")).toEqual([
        { level: "warning", column: "x", text: far("2 of 3 values lie", "20 to 200", "-1000000000") },
        {
          level: "warning",
          column: "day",
          text: far("1 of 3 values lies", "2020-01-01 to 2020-12-31", "2030-02-02"),
        },
      ]);
    });

    it("are told by mean and deviation where a model has no ranges", async () => {
      const early = (encoder: Encoder): Encoder => ({
        ...encoder,
        features: encoder.features.map(
          ({ range: _, ...rest }: { range?: unknown } & object) => rest as never,
        ),
      });
      const rows = "600,2020-02-02\n1e9,2020-02-02\n";
      expect(await notesOf(rows, early)).toEqual([
        {
          level: "warning",
          column: "x",
          text: far("1 of 2 values lies", "110 on average, a deviation of 63.6396", "1000000000"),
        },
      ]);
    });
  });

  it.each([
    ["one column lacking", "x,z\n1,a\n", "a.csv: expected the column 'code', got only 'x', 'z'"],
    ["all columns lacking", "q\n1\n", "a.csv: expected the 3 columns 'x', 'code', 'z', got only 'q'"],
    [
      "a text for a number",
      "x,code,z\n1,1,a\nabc,1,a\n",
      "a.csv, line 3: column 'x': expected a number, as in training, got 'abc'",
    ],
    [
      "an infinite number",
      "x,code,z\n1e39,1,a\n",
      "a.csv, line 2: column 'x': expected a finite number of at most 3.4e38 (float32), got '1e39'",
    ],
  ])("refuses %s", async (_, rows, message) => {
    const { encoder } = await fitted();
    const table = await tableOf(rows);
    expect(() => encodeTable(encoder, table)).toThrow(message);
  });
});

describe("numbers with a currency", () => {
  it("are read in the spelling of training, whatever a single cell among them is", async () => {
    const dataset = await datasetOf(
      csv({ x: Array.from({ length: 12 }, (_, i) => `$${i + 1}.50`), y: y(12) }),
    );
    const encoder = fitEncoder(dataset, all(dataset));
    const unreadable = new Map<number, Error>();
    const table = await tableOf("x\n$2.50\n€3.50\n$4.50\n");
    const { x } = encodeTable(encoder, table, unreadable);
    expect([...unreadable.keys()]).toEqual([1]);
    expect(unreadable.get(1)?.message).toContain("got '€3.50'");
    const alone = encodeTable(encoder, await tableOf("x\n$2.50\n$4.50\n"));
    expect([x[0], x[2]]).toEqual([...alone.x]);
  });
});
