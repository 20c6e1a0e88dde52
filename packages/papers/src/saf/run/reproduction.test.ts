import { describe, expect, it } from "vitest";
import {
  bundledHost,
  expectEnclosed,
  madeUpImages,
  quickRun,
  testVerdicts,
} from "../../kit/test-host.fixture.ts";
import type { TrialHost } from "../../reproduction.ts";
import tuned from "../tuned.json" with { type: "json" };
import { arms } from "./arms.ts";
import { prepare } from "./data.ts";
import { latticeOf, reproduction } from "./reproduction.ts";
import { cells, scales } from "./settings.ts";
import { type SpeedResult, timesOf } from "./speed.ts";
import { armTrial } from "./trial.ts";
import { type Evidence, judge, pairedT } from "./verdict.ts";

const host: TrialHost = {
  ...bundledHost,
  /** Images of eight pixels. */
  images: async (name) =>
    madeUpImages(
      { count: name === "fashion-train" ? 4000 : 500, height: 2, width: 4 },
      (row, place) => (7 * (8 * row + place)) % 256,
    ),
};

describe("the reproduction of sharpness-aware training for free", () => {
  it("runs at its quick scale and reports rows, curves and a verdict", async () => {
    const { rows, series, because } = await quickRun(reproduction, { host });
    const trained = rows.filter((row) => "cell" in row);
    expect(trained.map((row) => row.arm)).toEqual(arms.map(({ label }) => label));
    for (const row of trained) {
      expect(Number(row["test accuracy"]), String(row.arm)).toBeGreaterThan(0.3);
      expect(Number(row["lambda max"])).toBeGreaterThan(0);
    }
    const times = rows.filter((row) => "step of" in row);
    expect(times).toHaveLength(arms.length - 3);
    for (const row of times) expect(Number(row.milliseconds)).toBeGreaterThan(0);
    expect(series.map(({ x, y }) => [x.length, y.length])).toEqual(Array(5).fill([13, 13]));
    expect(because).toMatch(/^\(A\) (holds|fails): .* \(B\) (holds|fails): .* \(C\) (holds|fails): /);
  });

  it("begins with twelve configurations where the decay is tuned, and has choices inside of what was tried", () => {
    const decays = [5e-4, 5e-3, 0.02, 0.08];
    for (const { id, first, axes } of arms.filter(({ axes }) => axes.weightDecay.length > 1)) {
      expect(first, id).toHaveLength(12);
      if (id !== "adamw") expect(decays.every((decay) => axes.weightDecay.includes(decay))).toBe(true);
    }
    const searched = [scales.default, scales.full].flatMap(({ cells, arms: some }) =>
      cells.flatMap((cell) =>
        arms.filter(({ id }) => some?.includes(id) ?? true).map((arm) => latticeOf(cell, arm)),
      ),
    );
    expectEnclosed(tuned, searched, { score: "accuracy" }, (_, value) => value === 0);
  });

  it("trains convolutions with batch normalisation, averages of their statistics included", async () => {
    const square: TrialHost = {
      ...host,
      images: async (name) =>
        madeUpImages(
          { count: name === "fashion-train" ? 4000 : 100, height: 8, width: 8 },
          (row, place) => (row % 10) * 20 + (place % 40),
        ),
    };
    const configuration = { learningRate: 0.02, weightDecay: 5e-4, strength: 0 };
    const spec = { part: "arm", cell: cells[4].id, arm: "average", configuration } as const;
    const found = await armTrial({ ...spec, seed: 1, judge: "test", fraction: 0.1 }, square);
    expect(found.accuracy).toBeGreaterThan(0.3);
    expect(found.averagedAccuracy).toBe(found.accuracy);
    expect(Number(found.sharp?.lambdaMax)).toBeGreaterThan(0);
  });
});

describe("the rows of a cell", () => {
  it("are 600 to train on and 897 to test by, others for tuning, and a share has a new label", async () => {
    const [clean, noisy] = [cells[0], cells[1]];
    const draw = { seed: 3, judge: "test", fraction: 1 } as const;
    const plain = await prepare(clean, draw, host);
    const redrawn = await prepare(noisy, draw, host);
    expect([plain.train.y.length, plain.judged.y.length]).toEqual([600, 897]);
    expect(redrawn.train.x).toEqual(plain.train.x);
    expect(redrawn.judged.y).toEqual(plain.judged.y);
    const changed = plain.train.y.filter((label, i) => label !== redrawn.train.y[i]).length / 600;
    expect(Math.abs(changed - 0.27)).toBeLessThan(0.06);
    const tuning = await prepare(clean, { ...draw, judge: "tune" }, host);
    expect(tuning.train.x).toEqual(plain.train.x);
    expect(tuning.judged.y.length).toBe(300);
    const images = await prepare(cells[2], draw, host);
    expect([images.train.y.length, images.judged.y.length]).toEqual([2000, 500]);
    expect(images.train.shape).toEqual([2]);
  });
});

describe("the times of updates", () => {
  it("are medians over the starts, with the smallest and the largest", () => {
    const start = (saf: number): SpeedResult => ({
      part: "speed",
      times: [
        { arm: "sgd", milliseconds: 1, ratioToSgd: 1 },
        { arm: "saf", milliseconds: saf, ratioToSgd: saf },
      ],
    });
    const found = timesOf([1.3, 0.9, 1.1].map(start)).find(({ arm }) => arm === "saf");
    expect(found).toEqual({ arm: "saf", milliseconds: 1.1, ratioToSgd: 1.1, least: 0.9, most: 1.3 });
  });
});

describe("the verdict", () => {
  const clean = { id: "a", noise: 0, gains: [-0.004, 0, -0.002], lambdaMax: { saf: 3, sgd: 1 } };
  const noisy = { id: "b", noise: 0.3, gains: [0.02, 0.03, 0.025], lambdaMax: { saf: 2, sgd: 3 } };
  const evidence: Evidence = { cells: [clean, noisy], ratios: { saf: 1.05, mesa: 1.4, sam: 2 } };
  const sharper = { ...noisy, lambdaMax: { saf: 4, sgd: 3 } };

  testVerdicts((changes: Partial<Evidence>) => judge({ ...evidence, ...changes }).verdict, {
    "is reproduced where accuracy, flatness and price all hold; the eigenvalue counts with noise only": [{}],
    "is partly reproduced where one of flatness and price fails": [
      { ratios: { saf: 1.11, mesa: 1.4, sam: 2 } },
      { ratios: { saf: 1, mesa: 1.6, sam: 2 } },
      { ratios: { saf: 1, mesa: 1.4, sam: 1.6 } },
      { cells: [clean, sharper] },
    ],
    "is not reproduced where both of them fail, or the accuracy does, whatever else holds": [
      { cells: [clean, sharper], ratios: { saf: 1.5, mesa: 1.4, sam: 2 } },
      { cells: [clean, { ...noisy, gains: [0.1, -0.05, 0.02] }] },
      { cells: [{ ...clean, gains: [-0.006, -0.006] }, noisy] },
    ],
  });

  it("tells gains and eigenvalues", () => {
    const { because } = judge(evidence);
    expect(because).toContain("(A) holds: SAF minus SGD in points of test accuracy -0.2");
    expect(because).toContain("SAF and SGD 2.00 and 3.00 on b. (C) holds");
  });

  it("takes t as mean over standard error", () => {
    expect(pairedT([0.01, 0.03])).toBeCloseTo(2, 10);
    expect(pairedT([0, 0])).toBe(0);
    expect(pairedT([0.1, 0.1])).toBe(Infinity);
    expect(pairedT([0.1])).toBeNaN();
  });
});
