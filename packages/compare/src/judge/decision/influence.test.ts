import { type Metric, metricCatalogue } from "minimand";
import { randomSource } from "minimand/engine";
import { averagePrecision, metricById, rocAuc } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import { influenceOf } from "./influence.ts";
import type { OutOfFold } from "./out-of-fold.ts";

const n = 60;
const one = { fold: new Int32Array(n), folds: 1 };

/** Predictions that are right more often than not, all in one fold, where areas have their ordinary meaning. */
function someRows(classes: number, seed: number): Extract<OutOfFold, { labels: unknown }> {
  const random = randomSource(seed);
  const labels = Int32Array.from({ length: n }, (_, i) => i % classes);
  const probabilities = new Float64Array(n * classes);
  const predicted = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    // Rounded, so that scores have ties.
    const raw = Array.from(
      { length: classes },
      (_, k) => Math.ceil(8 * random()) + (k === labels[i] ? 3 : 0),
    );
    const total = raw.reduce((a, b) => a + b, 0);
    for (let k = 0; k < classes; k++) probabilities[i * classes + k] = raw[k] / total;
    predicted[i] = raw.indexOf(Math.max(...raw));
  }
  return { labels, predicted, probabilities, ...one };
}

function someNumbers(seed: number): Extract<OutOfFold, { targets: unknown }> {
  const random = randomSource(seed);
  const targets = Float64Array.from({ length: n }, () => 10 * random());
  return { targets, predictions: targets.map((t) => t + 3 * random() - 1), ...one };
}

const without = <T extends OutOfFold>(rows: T, i: number): T => {
  return Object.fromEntries(
    Object.entries(rows).map(([name, values]) => {
      if (name === "folds") return [name, values];
      const width = name === "probabilities" ? classes(rows) : 1;
      return [name, Array.from(values as ArrayLike<number>).toSpliced(i * width, width)];
    }),
  ) as unknown as T;
};

const metricOf = (metric: Metric, rows: OutOfFold): number => metric.evaluate(rows as never);

const classes = (rows: OutOfFold): number =>
  "labels" in rows ? rows.probabilities.length / rows.labels.length : 1;

interface Case {
  name: string;
  metric: Metric;
  rows: OutOfFold;
}
const cases = metricCatalogue.flatMap((metric): Case[] =>
  metric.kind === "regression"
    ? [{ name: metric.id, metric, rows: someNumbers(7) }]
    : [2, 3].map((k) => ({ name: `${metric.id}, ${k} classes`, metric, rows: someRows(k, 5) })),
);

describe.each(cases)("the influence of $name", ({ metric, rows }) => {
  const { value, influence } = influenceOf(metric.id, rows);

  it("comes with the value of the metric, and has mean 0", () => {
    expect(value).toBeCloseTo(metricOf(metric, rows), 12);
    expect(influence.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 9);
  });

  // The others have a formula, which the jackknife is near to.
  const isJackknife =
    ["gmean", "mcc", "ece", "pr-auc"].includes(metric.id) && !(metric.id === "pr-auc" && classes(rows) > 2);

  it(`is what the metric moves by without a row${isJackknife ? "" : ", up to the order of 1/rows"}`, () => {
    const scale = Math.sqrt(influence.reduce((sum, v) => sum + v * v, 0) / n);
    const jackknife = Float64Array.from(
      { length: n },
      (_, i) => (n - 1) * (value - metricOf(metric, without(rows, i))),
    );
    const mean = jackknife.reduce((a, b) => a + b, 0) / n;
    influence.forEach((v, i) => {
      const tolerance = isJackknife ? 1e-9 : 0.15 * scale + 0.03 * Math.abs(v);
      expect(Math.abs(v - (jackknife[i] - mean))).toBeLessThan(tolerance);
    });
  });
});

describe("an influence of few rows", () => {
  const first = (count: number): OutOfFold => {
    const { labels, predicted, probabilities } = someRows(2, 5);
    return {
      labels: Array.from(labels).slice(0, count),
      predicted: Array.from(predicted).slice(0, count),
      probabilities: Array.from(probabilities).slice(0, 2 * count),
      fold: new Int32Array(count),
      folds: 1,
    };
  };

  it.each(["gmean", "mcc", "ece"])("is 0 for %s of one row, and the jackknife for two", (id) => {
    expect([...influenceOf(id, first(1)).influence]).toEqual([0]);
    const [metric, two] = [metricById(id), first(2)];
    const moved = [0, 1].map((i) => metricOf(metric, two) - metricOf(metric, without(two, i)));
    const mean = (moved[0] + moved[1]) / 2;
    expect([...influenceOf(id, two).influence]).toEqual(moved.map((v) => expect.closeTo(v - mean, 12)));
  });

  it("counts only classes that occur, for balanced accuracy", () => {
    const { labels, ...rest } = someRows(3, 5);
    const rows = { ...rest, labels: Array.from(labels, (y) => y % 2) };
    const { value, influence } = influenceOf("balanced-accuracy", rows);
    expect(value).toBeCloseTo(metricOf(metricById("balanced-accuracy"), rows), 12);
    expect(influence.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 9);
  });
});

describe("an area over folds", () => {
  const rows = {
    ...someRows(2, 9),
    fold: Int32Array.from({ length: n }, (_, i) => (i % 4 === 3 ? 1 : i % 2 === 0 ? 0 : 2)),
    folds: 3,
  };
  const scores = (f: number): [number[], number[]] => {
    const own = Array.from({ length: n }, (_, i) => i).filter((i) => rows.fold[i] === f);
    return [own.map((i) => rows.labels[i]), own.map((i) => rows.probabilities[2 * i + 1])];
  };

  it("is NaN where a fold lacks a class", () => {
    expect(influenceOf("roc-auc", rows).value).toBeNaN();
    expect(influenceOf("pr-auc", rows).value).toBeNaN();
  });

  it("weighs a row of a small fold more", () => {
    // Folds of 10, 20 and 30 rows.
    const uneven = {
      ...rows,
      fold: Int32Array.from({ length: n }, (_, i) => [0, 1, 1, 2, 2, 2][(i >> 1) % 6]),
    };
    for (const metric of ["roc-auc", "pr-auc"]) {
      const { influence } = influenceOf(metric, uneven);
      for (const f of [0, 1, 2]) {
        const own = Array.from({ length: n }, (_, i) => i).filter((i) => uneven.fold[i] === f);
        const alone = influenceOf(metric, {
          labels: own.map((i) => rows.labels[i]),
          predicted: own.map((i) => rows.predicted[i]),
          probabilities: own.flatMap((i) => [rows.probabilities[2 * i], rows.probabilities[2 * i + 1]]),
          fold: new Int32Array(own.length),
          folds: 1,
        });
        own.forEach((i, at) => {
          expect(influence[i]).toBeCloseTo((n / (3 * own.length)) * alone.influence[at], 9);
        });
      }
    }
  });

  it("is the mean of those of the folds, each of which is told", () => {
    const mixed = { ...rows, fold: Int32Array.from({ length: n }, (_, i) => Math.floor(i / 4) % 3) };
    rows.fold.set(mixed.fold);
    for (const [metric, area] of [
      ["roc-auc", rocAuc],
      ["pr-auc", averagePrecision],
    ] as const) {
      const { value, folds } = influenceOf(metric, mixed);
      const each = [0, 1, 2].map((f) => area(...scores(f)));
      expect([...(folds as Float64Array)]).toEqual(each.map((v) => expect.closeTo(v, 12)));
      expect(value).toBeCloseTo(each.reduce((a, b) => a + b, 0) / 3, 12);
    }
  });
});
