import { numpy as np } from "@jax-js/jax";
import { predictor } from "minimand";
import { keyOf, refTree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import {
  bundledHost,
  expectEnclosed,
  madeUpImages,
  quickRun,
  quickTune,
  testVerdicts,
} from "../../kit/test-host.fixture.ts";
import type { TrialHost } from "../../reproduction.ts";
import tuned from "../tuned.json" with { type: "json" };
import { arms } from "./arms.ts";
import { prepare } from "./data.ts";
import { judgeBy, modelOf, programsFor } from "./programs.ts";
import { lattices, reproduction } from "./reproduction.ts";
import { cells, sweep } from "./settings.ts";
import { trial } from "./trial.ts";
import { type Evidence, judge } from "./verdict.ts";

describe("the reproduction of the Cauchy-Schwarz bottleneck", () => {
  it("runs at its quick scale and reports rows, curves and a verdict", async () => {
    const { rows, series, because } = await quickRun(reproduction);
    const trained = rows.filter((row) => "cell" in row);
    expect(trained.map((row) => row.arm)).toEqual([...arms, ...arms].map(({ label }) => label));
    for (const row of trained) {
      expect(Number(row.clean), String(row.arm)).toBeGreaterThan(0.4);
      expect(Number(row.clean), String(row.arm)).toBeLessThan(3);
      expect(Number(row["FGSM 0.3"])).toBeGreaterThan(Number(row.clean));
    }
    expect(rows.filter((row) => "beta" in row).map((row) => row.beta)).toEqual([...sweep, ...sweep]);
    expect(series).toHaveLength(12);
    expect(because).toMatch(/^\(A\) (holds|fails): .* \(B\) (holds|fails): .* \(C\) (holds|fails): /);
  });

  it("tunes every arm that has something to choose, in each cell", async () => {
    const { rows, choices } = await quickTune(reproduction);
    const tunable = arms.filter(({ parameter }) => parameter !== undefined);
    expect(Object.keys(choices)).toHaveLength(2 * tunable.length);
    // Three values first, and at least one neighbour of the best.
    const own = Object.values(Object.groupBy(rows, ({ cell, arm }) => `${cell}, ${arm}`));
    for (const tried of own) expect(tried!.length).toBeGreaterThanOrEqual(4);
  });

  it("has lists of thirteen values, and choices at no end of them but natural ones, with every neighbour tried", () => {
    const searched = lattices("default");
    expect(searched).toHaveLength(36);
    for (const { choice, axes } of searched) expect(axes.value, choice).toHaveLength(13);
    // No price, and widths at which Huber's loss is the absolute error or Welsch's the squared one.
    const natural = (value: number) => [0, 0.001, 1000].includes(value);
    expectEnclosed(tuned, searched, { score: "rmse", best: "least" }, (_, value) => natural(value));
  });
});

describe("the rows of a cell", () => {
  const draw = { seed: 3, judge: "test", fraction: 1 } as const;

  it("are standardised, and others are tuned by than tested by", async () => {
    const { train, judged } = await prepare(cells[0], draw, bundledHost);
    expect([train.y.length, judged.y.length]).toEqual([283, 88]);
    expect(train.y.reduce((s, v) => s + v, 0) / 283).toBeCloseTo(0, 5);
    expect(train.y.reduce((s, v) => s + v * v, 0) / 283).toBeCloseTo(1, 5);
    const tuning = await prepare(cells[0], { ...draw, judge: "tune" }, bundledHost);
    expect(tuning.train).toEqual(train);
    expect(tuning.judged.y.length).toBe(71);
    const width = train.shape[0];
    const keys = (x: Float32Array) =>
      Array.from({ length: x.length / width }, (_, i) => x.slice(i * width, (i + 1) * width).join());
    const known = new Set([...keys(train.x), ...keys(judged.x)]);
    expect(keys(tuning.judged.x).filter((key) => known.has(key))).toEqual([]);
  });

  it("have a tenth of the training targets moved up with outliers, and no others", async () => {
    const plain = await prepare(cells[0], draw, bundledHost);
    const { train, judged } = await prepare(cells[2], draw, bundledHost);
    expect([train.x, judged]).toEqual([plain.train.x, plain.judged]);
    const moved = Array.from(train.y, (v, i) => v - plain.train.y[i]).filter((v) => v !== 0);
    expect(moved).toHaveLength(28);
    expect(Math.min(...moved)).toBeGreaterThan(0);
    const square = moved.reduce((s, v) => s + v * v, 0) / moved.length;
    expect(square).toBeGreaterThan(8);
    expect(square).toBeLessThan(32);
  });
});

describe("the full scale", () => {
  /** Each image is a horizontal bar. */
  const bar = (_: number, place: number) => {
    const [row, column] = [Math.floor(place / 28), place % 28];
    return row >= 12 && row < 16 && column >= 4 && column < 24 ? 200 : 0;
  };
  const host: TrialHost = {
    ...bundledHost,
    images: async () => madeUpImages({ count: 200, height: 28, width: 28 }, bar),
  };
  const draw = { seed: 3, judge: "test", fraction: 0.01 } as const;

  it("turns its digits anticlockwise by what is to be predicted", async () => {
    const { train } = await prepare(cells[5], draw, host);
    expect([train.y.length, ...train.shape]).toEqual([128, 196]);
    const slope = Array.from(train.y, (_, i) => {
      const [xx, xy, yy] = train.x.slice(196 * i, 196 * (i + 1)).reduce(
        ([xx, xy, yy], grey, k) => {
          const [x, y] = [(k % 14) - 6.5, 6.5 - Math.floor(k / 14)];
          return [xx + grey * x * x, xy + grey * x * y, yy + grey * y * y];
        },
        [0, 0, 0],
      );
      return (Math.atan2(2 * xy, xx - yy) * 90) / Math.PI;
    });
    const per = slope.map((angle, i) => angle - 26 * train.y[i]);
    expect(Math.max(...slope.map(Math.abs))).toBeLessThan(46);
    // Targets are standardised, and evenly drawn angles have a deviation of 26 degrees: about the same except for the mean.
    expect(Math.max(...per) - Math.min(...per)).toBeLessThan(8);
  });

  it("trains the larger network on them", async () => {
    const spec = {
      part: "arm",
      cell: "rotated digits, outliers",
      arm: "cs-ib",
      value: 0.1,
      ...draw,
    } as const;
    const { clean, fgsm, information } = await trial(spec, host);
    expect(clean).toBeLessThan(1);
    expect(fgsm[2]).toBeGreaterThan(clean);
    expect(information).toBeGreaterThan(0);
  });
});

describe("the judging", () => {
  it("has errors of the network's own predictions, larger the larger the attack", async () => {
    const { judged } = await prepare(cells[0], { seed: 3, judge: "test", fraction: 1 }, bundledHost);
    const model = modelOf("small", judged.shape[0]);
    const { params, state: modelState } = model.init(keyOf(1));
    const { judge } = programsFor(arms[0], "small", judged.shape[0], undefined);
    const found = await judgeBy(judge, { params, modelState }, judged);
    const x = np.array(judged.x, { shape: [judged.y.length, ...judged.shape] });
    const outputs = predictor(model)(refTree(params), modelState, x).dataSync();
    const squares = judged.y.reduce((s, y, i) => s + (outputs[i] - y) ** 2, 0);
    expect(found.clean).toBeCloseTo(Math.sqrt(squares / judged.y.length), 5);
    const errors = [found.clean, ...found.fgsm];
    expect(errors).toEqual(errors.toSorted((a, b) => a - b));
    expect(found.pgd).toBeGreaterThanOrEqual(found.fgsm[2] * 0.99);
    expect(found.information).toBeGreaterThan(0);
  });
});

describe("the verdict", () => {
  const columns = (error: number) => [0, 0.1, 0.2, 0.3].map((by) => [error + by, error + by + 0.02]);
  const cell = (id: string, outliers: number) => ({
    id,
    outliers,
    csIb: columns(0.7),
    squared: columns(0.8),
    rivals: { VIB: columns(0.75), NIB: columns(0.72), HSIC: columns(0.9) },
  });
  const [clean, dirty] = [cell("a", 0), cell("a, outliers", 0.1)];
  const evidence: Evidence = {
    cells: [clean, dirty],
    information: [{ id: "a", means: [0.6, 0.5, 0.4] }],
  };
  const behind = { VIB: columns(0.75), NIB: columns(0.69), HSIC: columns(0.9) };
  const late = [...columns(0.7).slice(0, 3), [1.2, 1.2]];

  testVerdicts((changes: Partial<Evidence>) => judge({ ...evidence, ...changes }).verdict, {
    "is reproduced where all holds everywhere": [{}],
    "is partly reproduced where it holds with outliers only": [
      { cells: [{ ...clean, rivals: behind }, dirty] },
      { cells: [{ ...clean, squared: columns(0.7) }, dirty] },
    ],
    "is not reproduced where it fails with outliers, in any column, or the information doesn't fall": [
      { cells: [clean, { ...dirty, rivals: behind }] },
      { cells: [clean, { ...dirty, squared: columns(0.7) }] },
      { cells: [clean, { ...dirty, csIb: late }] },
      { information: [{ id: "a", means: [0.6, 0.6, 0.4] }] },
    ],
  });

  it("takes a gain within its standard error for none", () => {
    const squared = columns(0.8).map(([first]) => [first - 0.2, first + 0.4]);
    expect(judge({ ...evidence, cells: [clean, { ...dirty, squared }] }).verdict).toBe("not reproduced");
  });

  it("tells gains, information and who is ahead", () => {
    const { because } = judge({ ...evidence, cells: [{ ...clean, rivals: behind }, dirty] });
    expect(because).toContain(
      "(A) holds: compared with the squared error, CS-IB's clean error is 0.100 ± 0.000 smaller on a",
    );
    expect(because).toContain("(B) holds: information by price 0.60, 0.50, 0.40 on a");
    expect(because).toContain("(C) fails: in some column CS-IB loses to NIB on a.");
  });
});
