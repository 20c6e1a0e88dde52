import { describe, expect, it } from "vitest";
import { bundledHost, expectOnGrids, quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import tuned from "../tuned.json" with { type: "json" };
import { adapted, arms, tunedArms } from "./arms.ts";
import { canvasesOf, objectsOf } from "./canvases.ts";
import { fixedOf } from "./front-ends.ts";
import { reportOf } from "./report.ts";
import { reproduction } from "./reproduction.ts";
import { rates, regimes, scene } from "./settings.ts";
import { type TaskName, tasks } from "./tasks.ts";
import { trainTask } from "./train-task.ts";
import type { Measured } from "./trial.ts";
import { type Evidence, findingOf, judge, type Measure } from "./verdict.ts";

const { side } = scene;
const draw = (
  pool: "train" | "tune" | "test",
  seed: number,
  count = 12,
  regime: keyof typeof regimes = "wide",
) => canvasesOf(bundledHost, { pool, seed, count, regime: regimes[regime] });

describe("the reproduction of featenhancer", () => {
  it("runs at its quick scale: all arms from scratch and adapted, curves, pictures, a verdict of two measures", async () => {
    const { rows, series, pictures, because } = await quickRun(reproduction);
    const of = (measure: string) => rows.filter((row) => row.measure === measure);
    const [scratch, few] = ["mIoU from scratch", "mIoU adapted"].map(of);
    expect(scratch.map((row) => row["front end"])).toEqual(arms.map(({ label }) => label));
    expect(few.map((row) => row["front end"])).toEqual(adapted.map(({ label }) => label));
    const parameters = Object.fromEntries(
      scratch.map((row) => [row["front end"], Number(row["parameters before the head"])]),
    );
    expect(parameters.FeatEnHancer).toBe(11_428);
    expect(parameters["plain stack, as many parameters"] / parameters.FeatEnHancer).toBeCloseTo(1, 1);
    for (const row of [...scratch, ...few]) {
      expect(row["%"]).toBeGreaterThanOrEqual(0);
      expect(row["%"]).toBeLessThanOrEqual(100);
    }
    expect(series).toHaveLength(2 * (arms.length + adapted.length));
    expect(pictures?.map(({ width }) => width)).toEqual(Array(4).fill(side));
    for (const { pictures: own } of pictures ?? [])
      for (const { rgb } of own)
        expect(rgb.every((v) => Number.isInteger(v) && v >= 0 && v < 256)).toBe(true);
    expect(because).toMatch(
      /^mIoU from scratch: .* against standardising .* mIoU adapted: .* collapsed\)\.$/,
    );
  });

  it("has choices on one grid for all arms of a way of training", () => {
    for (const [part, list] of [
      ["scratch", tunedArms],
      ["adapted", adapted],
    ] as const) {
      const points = rates[part].map((learningRate) => ({ learningRate }));
      const grids = list.map(({ id }) => ({ id, grid: points }));
      expectOnGrids(tuned.choices, grids, points.length, (id) => [`${part}, ${id}`]);
    }
  });
});

describe("canvases", () => {
  it("show objects where labels and boxes say, and are dark otherwise as they are bright", async () => {
    const { clean, dark, labels, boxes, count } = await draw("train", 1);
    for (let i = 0; i < count; i++) {
      const [least, most] = scene.objects;
      expect(boxes[i].length).toBeGreaterThanOrEqual(least);
      expect(boxes[i].length).toBeLessThanOrEqual(most);
      for (let p = 0; p < side * side; p++) {
        const [row, column] = [Math.floor(p / side), p % side];
        const label = labels[i * side * side + p];
        if (label === 0) continue;
        const around = boxes[i].some(
          (box) =>
            column >= box.left &&
            column < box.right &&
            row >= box.top &&
            row < box.bottom &&
            box.label + 1 === label,
        );
        expect(around).toBe(true);
      }
    }
    const mean = (values: Float32Array) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(dark)).toBeLessThan(mean(clean) / 2);
    expect(mean(dark)).toBeGreaterThan(0);
  });

  it("are the same for the same seed, others for another one, darker and brighter in another light", async () => {
    const [a, b, c] = [await draw("train", 1), await draw("train", 1), await draw("train", 2)];
    expect(a).toEqual(b);
    expect(a.clean).not.toEqual(c.clean);
    const constant = await draw("train", 1, 12, "constant");
    expect(constant.clean).toEqual(a.clean);
    // Some darker than in the light that is nearly the same everywhere, some brighter.
    const lightOf = ({ dark }: typeof a, i: number): number =>
      dark.subarray(i * side * side, (i + 1) * side * side).reduce((sum, v) => sum + v, 0);
    const ratios = Array.from({ length: a.count }, (_, i) => lightOf(a, i) / lightOf(constant, i));
    expect(Math.min(...ratios)).toBeLessThan(0.9);
    expect(Math.max(...ratios)).toBeGreaterThan(1.1);
  });

  it("are cut out of pictures that training, tuning and test don't share", async () => {
    const [train, tune] = [await objectsOf(bundledHost, "train"), await objectsOf(bundledHost, "tune")];
    const seen = new Set(train.rows.flat());
    expect(tune.rows.flat().some((row) => seen.has(row))).toBe(false);
    for (const rows of [train.rows, tune.rows])
      rows.forEach((own, k) => {
        expect(own.length).toBeGreaterThan(100);
        expect(own.every((row) => train.images.labels[row] === scene.classes[k].id)).toBe(true);
      });
    expect((await objectsOf(bundledHost, "test")).images).not.toBe(train.images);
  });
});

describe("the heads", () => {
  it("are worth 1 where they say the truth, and have collapsed where they see nothing", async () => {
    const canvases = await draw("train", 3);
    const channels = scene.classes.length + 1;
    const truth = Float32Array.from({ length: canvases.labels.length * channels }, (_, i) =>
      canvases.labels[Math.floor(i / channels)] === i % channels ? 1 : 0,
    );
    const nothing = truth.map((_, i) => (i % channels === 0 ? 1 : 0));
    const { score, collapsed } = tasks.segmentation;
    expect(score(truth, canvases)).toBe(1);
    expect(score(nothing, canvases)).toBeLessThan(collapsed(canvases));
    expect(collapsed(canvases)).toBeLessThan(0.3);
    const size = scene.classes.length + 5;
    const ideal = Float32Array.from({ length: (canvases.centers.length / size) * (size - 1) }, (_, i) => {
      const [cell, k] = [Math.floor(i / (size - 1)), i % (size - 1)];
      const value = canvases.centers[cell * size + k];
      return k < scene.classes.length ? Math.log((value + 1e-4) / (1 - value + 1e-4)) : value;
    });
    expect(tasks.detection.score(ideal, canvases)).toBeGreaterThan(0.9);
  });

  it("of both tasks learn in the light, the same for the same seed", async () => {
    const train = await draw("train", 5, 8);
    const front = await fixedOf("clean", train, { seed: 1, steps: 0, host: bundledHost });
    const run = (task: TaskName, seed: number) => {
      const common = { front, train, judged: train, steps: 30, learningRate: 1e-2 };
      return trainTask({ task, arm: "none", seed, ...common }, bundledHost);
    };
    for (const task of ["segmentation", "detection"] as const) {
      const { curve, score, collapsed } = await run(task, 1);
      expect([curve.length, collapsed]).toEqual([5, false]);
      expect(score).toBeGreaterThan(curve[0].score);
    }
    const [once, again, other] = [
      await run("detection", 1),
      await run("detection", 1),
      await run("detection", 2),
    ];
    expect(again.curve).toEqual(once.curve);
    expect(other.curve).not.toEqual(once.curve);
  });
});

describe("the report", () => {
  it("has the measures of the full scale: boxes, and the same light everywhere", () => {
    const specs = [
      ["segmentation", "wide"],
      ["detection", "wide"],
      ["segmentation", "constant"],
    ].flatMap(([task, regime]) => arms.map(({ id: arm }) => ({ part: "scratch", task, regime, arm })));
    const all = [...specs, ...adapted.map(({ id: arm }) => ({ part: "adapted", arm, regime: "wide" }))];
    const trials = all.flatMap((spec, i) =>
      [0, 1].map((seed) => ({
        spec: { ...spec, seed },
        result: {
          curve: [10, 20].map((steps) => ({ steps, score: (i + seed + steps) / 200 })),
          score: (i + seed + 20) / 200,
          collapsed: i === 8,
          shown: null,
          light: 0.8,
          milliseconds: { featenhancer: 40, standardise: 10 }[spec.arm] ?? 30,
        },
      })),
    ) as unknown as Measured[];
    const { rows, because, pictures } = reportOf(trials);
    expect(rows.map(({ measure }) => measure).filter((m, i, list) => m !== list[i - 1])).toHaveLength(4);
    const own = rows.find((row) => row["front end"] === "FeatEnHancer")!;
    expect([own["%"], own.collapsed, own.seconds]).toEqual([14.25, 2, 0.8]);
    // Its own 20 steps; 15 of them, in the middle of two looks; 5, before the first one.
    const afterAsLong = ["FeatEnHancer", "none", "standardised"].map(
      (label) => rows.find((row) => row["front end"] === label)?.["FeatEnHancer after as long"],
    );
    expect(afterAsLong).toEqual([14.25, 11.75, null]);
    expect(because).toMatch(/^mIoU from scratch: .* AP50 from scratch: .* mIoU adapted: /);
    expect(pictures).toEqual([]);
  });
});

describe("the verdict", () => {
  const spread = (mean: number): number[] => [-2, -1, 0, 1, 2].map((k) => mean + 0.02 * k);
  const own = [0.464, 0.474, 0.501, 0.525, 0.536];
  const measure = (changes: Record<string, number[]> = {}): Measure => ({
    name: "a measure",
    scores: {
      none: spread(0.3),
      gamma: spread(0.32),
      equalise: spread(0.35),
      stack: spread(0.4),
      featenhancer: own,
      ...changes,
    },
    collapsed: 0,
  });
  const gain = measure();
  const capacity = measure({ stack: spread(0.5) });
  const none = measure({ gamma: spread(0.5) });
  const noisy = measure({ featenhancer: [0.9, 0.31, 0.32, 0.36, 0.3] });

  it("tells a gain from one that parameters explain, and from none", () => {
    expect([gain, capacity, none, noisy].map(findingOf)).toEqual(["gain", "capacity", "none", "none"]);
    // A collapse counts as it is.
    expect(findingOf(measure({ featenhancer: [0.46, 0.48, 0.2, 0.52, 0.54] }))).toBe("none");
    expect(judge({ scratch: [capacity], adapted: none }).because).toContain("gain explained by capacity");
  });

  testVerdicts((evidence: Evidence) => judge(evidence).verdict, {
    "is reproduced where there is a gain beyond capacity both from scratch and adapted": [
      { scratch: [gain], adapted: gain },
      { scratch: [none, gain], adapted: gain },
    ],
    "is partly reproduced where there is one in either alone, or parameters explain it": [
      { scratch: [gain], adapted: none },
      { scratch: [none], adapted: gain },
      { scratch: [capacity], adapted: gain },
      { scratch: [capacity], adapted: none },
      { scratch: [none], adapted: capacity },
    ],
    "is not reproduced where the front end is no better than gamma, or not surely so": [
      { scratch: [none], adapted: none },
      { scratch: [noisy], adapted: none },
    ],
  });
});
