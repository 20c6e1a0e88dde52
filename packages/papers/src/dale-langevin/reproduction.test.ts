import { describe, expect, it } from "vitest";
import { bundledHost, quickRun, testVerdicts } from "../kit/test-host.fixture.ts";
import { arms } from "./arms.ts";
import { digitsOf, independent, moons } from "./data.ts";
import { energyDistance, meanNearest } from "./judging.ts";
import { reproduction } from "./reproduction.ts";
import { bestWidth, logFilter, psnr } from "./speckle.ts";
import { type Evidence, judge } from "./verdict.ts";

describe("the reproduction of dale-langevin", () => {
  it("runs at its quick scale: samples beside references, speckle, points, the exact chain, sheets", async () => {
    const { rows, series, fields, because } = await quickRun(reproduction);
    const having = (column: string) => rows.filter((row) => column in row);
    expect(having("digits").map(({ digits }) => digits)).toEqual([
      ...arms.map(({ id }) => id),
      ...["training digits", "independent pixels", "uniform noise"],
    ]);
    const distance = Object.fromEntries(
      having("digits").map((row) => [row.digits, Number(row["Frechet distance"])]),
    );
    expect(distance["training digits"]).toBeLessThan(distance["independent pixels"]);
    expect(distance["independent pixels"]).toBeLessThan(distance["uniform noise"]);
    for (const row of having("speckle, t")) {
      expect(row["dB Gaussian filter of the logarithm"]).toBeGreaterThan(Number(row["dB with the speckle"]));
    }
    expect(having("two moons").length).toBe(arms.length + 2);
    const errors = having("steps of the exact chain").map((row) => Number(row["error of the variance"]));
    for (let i = 1; i < errors.length; i++) expect(errors[i - 1] / errors[i]).toBeCloseTo(2, 0);
    expect(series.length).toBe(4);
    expect(fields?.map(({ values }) => [values.length, values[0].length])).toEqual(
      [...arms, "test digits"].map(() => [32, 40]),
    );
    expect(because).toMatch(/^\(A\) holds: .* \(B\) .* \(C\) holds: 0 numbers .* \(D\) .*\.$/);
  });
});

describe("the digits", () => {
  it("are positive, other ones in training and test, and have labels", async () => {
    const { train, test } = await digitsOf(bundledHost, 3, 1200);
    expect([train.labels.length, test.labels.length]).toEqual([1200, 597]);
    expect([Math.min(...train.x), Math.max(...train.x)]).toEqual([1, 2]);
    expect(meanNearest(test, train)).toBeGreaterThan(0.5);
    expect(meanNearest(train, train)).toBe(0);
  });
});

describe("the measures", () => {
  it("of points tell moons from others, and not from themselves", () => {
    const [a, b] = [moons(300, 1), moons(300, 2)];
    expect(Math.min(...a.x)).toBeGreaterThan(0);
    const own = Math.abs(energyDistance(a, b));
    let i = 0;
    const columns = independent(a, 300, () => (i++ * 0.618034) % 1);
    expect(energyDistance(columns, b)).toBeGreaterThan(3 * own);
  });

  it("of pictures: a filter keeps what is flat, and the ratio is that of errors", () => {
    const flat = { x: new Float32Array(64).fill(1.5), d: 64 };
    logFilter(flat, 0.7).x.forEach((value) => {
      expect(value).toBeCloseTo(1.5, 5);
    });
    const ripple = { x: flat.x.map((value, i) => value + (i % 2 === 0 ? 0.3 : -0.3)), d: 64 };
    expect([bestWidth(ripple, flat), bestWidth(ripple, ripple)]).toEqual([1, 0.3]);
    expect(psnr({ x: flat.x.map((value) => value + 0.1), d: 64 }, flat)).toBeCloseTo(20, 4);
  });
});

describe("the verdict", () => {
  const evidence: Evidence = {
    errors: [0.004, 0.002, 0.001],
    dale: 20,
    unconstrained: 21,
    independent: 60,
    entropy: 2.2,
    turned: 0,
  };
  testVerdicts((changes: Partial<Evidence>) => judge({ ...evidence, ...changes }).verdict, {
    "is reproduced where all four hold": [{}, { dale: 30, unconstrained: 24.5 }],
    "is partly reproduced where samples are nearer than independent pixels, but not by enough, or of few classes, or the samplers differ":
      [{ dale: 31, unconstrained: 31 }, { entropy: 1.9 }, { unconstrained: 25 }],
    "is not reproduced where the chain doesn't converge, a sign turns, or independent pixels are nearer": [
      { errors: [0.004, 0.003, 0.001] },
      { turned: 1 },
      { dale: 61, unconstrained: 61 },
    ],
  });
});
