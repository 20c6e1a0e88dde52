import { numpy as np, random } from "@jax-js/jax";
import { differentiate, keyOf, leavesOf, refTree, type Tree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { bundledHost, madeUpImages, quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import { arms } from "./arms.ts";
import { clothesOf, digitsOf, independent, moons } from "./data.ts";
import { energyDistance, nearestOf } from "./judging.ts";
import { reproduction } from "./reproduction.ts";
import { scales } from "./settings.ts";
import { bestWidth, logFilter, psnr } from "./speckle.ts";
import { scoreUNet } from "./u-net.ts";
import { type Evidence, judge } from "./verdict.ts";

describe("the reproduction of dale-langevin", () => {
  it("runs at its quick scale: samples beside references, speckle, points, the exact chain, sheets", async () => {
    const { rows, series, fields, because } = await quickRun(reproduction);
    const having = (column: string) => rows.filter((row) => column in row);
    expect(having("digits").map(({ digits }) => digits)).toEqual([
      ...arms.map(({ id }) => id),
      ...["of the training", "independent pixels", "uniform noise"],
    ]);
    const distance = Object.fromEntries(
      having("digits").map((row) => [row.digits, Number(row["Frechet distance"])]),
    );
    expect(distance["of the training"]).toBeLessThan(distance["independent pixels"]);
    expect(distance["independent pixels"]).toBeLessThan(distance["uniform noise"]);
    for (const row of having("speckle, t")) {
      expect(row["dB Gaussian filter of the logarithm"]).toBeGreaterThan(Number(row["dB with the speckle"]));
    }
    expect(having("two moons").length).toBe(arms.length + 2);
    const errors = having("steps of the exact chain").map((row) => Number(row["error of the variance"]));
    for (let i = 1; i < errors.length; i++) expect(errors[i - 1] / errors[i]).toBeCloseTo(2, 0);
    expect(series.length).toBe(4);
    expect(fields?.map(({ values }) => [values.length, values[0].length])).toEqual(
      [...arms, "nearest of the training", "of the test"].map(() => [32, 40]),
    );
    expect(because).toMatch(/^\(A\) holds: .* \(B\) .* \(C\) holds: 0 numbers .* \(D\) .*\.$/);
  });
});

describe("the digits", () => {
  it("are positive, other ones in training and test, and have labels", async () => {
    const { train, test } = await digitsOf(bundledHost, 3, 1200);
    expect([train.labels.length, test.labels.length]).toEqual([1200, 597]);
    expect([Math.min(...train.x), Math.max(...train.x)]).toEqual([1, 2]);
    expect(nearestOf(test, train).distance).toBeGreaterThan(0.5);
    const own = nearestOf(train, train);
    expect(own.distance).toBe(0);
    expect([...own.rows.slice(0, 5)]).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("clothes", () => {
  const sizes = { train: 60, test: 20 };
  const images = (name: string) =>
    Promise.resolve(
      madeUpImages({ count: name.endsWith("-train") ? 80 : 40, height: 28, width: 28 }, (row, place) =>
        Math.min(255, 20 * (row % 10) + (place % 28)),
      ),
    );
  const host = { ...bundledHost, images };

  it("are positive, drawn by the seed to train on, and the first ones of the test for all seeds", async () => {
    const [a, b] = [await clothesOf(host, 0, sizes), await clothesOf(host, 1, sizes)];
    expect([a.train.x.length, a.test.x.length, a.train.d]).toEqual([784 * 60, 784 * 20, 784]);
    expect([Math.min(...a.train.x), Math.max(...a.train.x) < 2]).toEqual([1, true]);
    expect(a.train.labels).not.toEqual(b.train.labels);
    expect(a.test).toEqual(b.test);
  });

  it("go through a U-Net, whose samples are judged and shown", async () => {
    const small = {
      ...scales.quick.sizes,
      width: 2,
      steps: 3,
      sampling: 2,
      samples: 40,
      train: 60,
      epochs: 1,
    };
    const result = await reproduction.trial(
      { part: "clothes", seed: 0, sizes: { ...small, speckled: 0 } },
      host,
    );
    if (result.part !== "clothes") throw new Error(`expected clothes, got ${result.part}`);
    expect(Object.keys(result.quality)).toEqual(arms.map(({ id }) => id));
    expect(result.speckle).toEqual([]);
    for (const sheet of Object.values(result.sheets)) expect(sheet).toHaveLength(20 * 784);
    expect(Object.keys(result.sheets)[1]).toBe("nearest of the training");
  });
});

describe("the U-Net", () => {
  it("tells pictures and times apart, and has a gradient in every parameter", () => {
    const net = scoreUNet({ side: 8, times: 4, channels: 2 });
    const { params, state } = net.init(keyOf(1));
    const of = (tree: Tree, x: np.Array) => net.apply({ params: tree, state }, x, { training: true })[0];
    const x = random.normal(keyOf(2), [3, 68]);
    const value = differentiate<Tree, [], Tree>((at) => [np.square(of(at as Tree, x.ref)).sum(), []]);
    const [, gradient] = value(np.array(1), refTree(params));
    for (const leaf of leavesOf(gradient)) expect(np.abs(leaf).max().item()).toBeGreaterThan(0);
    const base = of(refTree(params), x.ref);
    expect(base.shape).toEqual([3, 64]);
    const later = np.concatenate([x.ref.slice([], [0, 64]), x.slice([], [64, 68]).add(1)], 1);
    expect(
      np
        .abs(base.sub(of(params, later)))
        .max()
        .item(),
    ).toBeGreaterThan(1e-3);
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
