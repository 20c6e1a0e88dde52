import { describe, expect, it } from "vitest";
import { cosine, type Embedded, euclidean, harmonic } from "../../embeddings/classify.ts";
import { lattices } from "../../embeddings/lattice.ts";
import {
  bundledHost,
  expectEnclosed,
  quickRun,
  quickTune,
  testVerdicts,
} from "../../kit/test-host.fixture.ts";
import tuned from "../tuned.json" with { type: "json" };
import { methods, trainedMethods } from "./arms.ts";
import type { NovelResult, NovelSpec } from "./novel.ts";
import { reproduction } from "./reproduction.ts";
import type { TutorialResult } from "./tutorial.ts";
import { type ByMethod, judge } from "./verdict.ts";

describe("the reproduction of normface", () => {
  it("runs at its quick scale and reports the tutorial, every method alone and together, and a verdict", async () => {
    const { rows, series, because } = await quickRun(reproduction);
    expect(rows.filter((row) => "tutorial" in row)).toHaveLength(2);
    const disjoint = rows.filter((row) => "closed set" in row);
    expect(disjoint.map((row) => row.method)).toEqual([...methods]);
    for (const row of disjoint) expect(row["new, 5 examples"]).toBeGreaterThan(1 / 8);
    const joint = rows.filter((row) => "harmonic mean" in row);
    // Five methods have trained directions, and so three ways of joining; four have class means only.
    expect(joint).toHaveLength(5 * 3 + 4);
    expect(series.every(({ y }) => y.every(Number.isFinite))).toBe(true);
    expect(because).toMatch(/^A (holds|fails): .* B (holds|fails): .* C (holds|fails): /);
  });

  it("tunes the rate and the scale of a loss, and keeps the best", async () => {
    const { rows, choices } = await quickTune(reproduction);
    // The start, and two neighbours in each.
    expect(rows).toHaveLength(5);
    const best = Math.max(...rows.map((row) => Number(row["new, 5 examples"])));
    expect(choices["letter, normalised softmax"]["new, 5 examples"]).toBe(best);
  });

  it("has choices at no end of their lists, with every neighbour tried and none better", () => {
    const searched = ["letter", "fashion", "omniglot"].flatMap((material) =>
      lattices(material, trainedMethods, () => []),
    );
    expectEnclosed(tuned, searched, { score: "new, 5 examples" });
  });

  it("goes on where no held-out example is right, by which a bias would be chosen", async () => {
    const spec: NovelSpec = {
      part: "novel",
      material: "letter",
      arm: "normalised softmax",
      seed: 8,
      epochs: 1,
      draws: 1,
      configuration: { learningRate: 0, parameter: 16, scale: 0 },
      supports: [1, 5],
      fraction: 0.001,
    };
    const { appended, biased } = (await reproduction.trial(spec, bundledHost)) as NovelResult;
    expect(biased).toEqual(appended);
  });
});

/** Rows of two numbers. */
const embedded = (x: number[], y: number[]): Embedded => ({
  x: Float32Array.from(x),
  y: Int32Array.from(y),
  features: 2,
});

describe("the classification of embeddings", () => {
  it("compares by angle or by distance", async () => {
    const [support, query] = [embedded([1, 0.1, 10, 10], [0, 1]), embedded([1, 1, 5, 0], [1, 0])];
    expect(await cosine.disjoint(support, query)).toBe(1);
    expect(await euclidean.disjoint(support, query)).toBe(0.5);
  });

  it("asks old and new examples about all classes together", async () => {
    const means = embedded([1, 0, 0, 1], [0, 1]);
    const support = embedded([-1, 0, -1, 0.2], [0, 0]);
    const old = embedded([1, 0.2, -1, 1.2, 0, 1, -3, 0], [0, 1, 1, 1]);
    const query = embedded([-1, 0, 1, 0], [0, 0]);
    for (const compare of [cosine, euclidean])
      expect(await compare.joint(means, support, old, query)).toEqual({ old: 0.75, new: 0.5 });
    expect(harmonic({ old: 0.75, new: 0.5 })).toBeCloseTo(0.6, 12);
    expect(harmonic({ old: 0, new: 0 })).toBe(0);
  });
});

describe("the verdict", () => {
  const tutorial = (change: Partial<TutorialResult> = {}): TutorialResult[] => [
    {
      part: "tutorial",
      closed: 0.94,
      ten: 0.85,
      old: 0.9,
      eight: 0.6,
      nine: 0.8,
      fashion: 0.94,
      rawClosed: 0.8,
      rawTen: 0.8,
      rawFashion: 0.94,
      ...change,
    },
  ];
  const results = (accuracy: number, seconds: number, joint: number[]): NovelResult[] =>
    joint.map((value) => ({
      part: "novel",
      closed: 0.9,
      disjoint: [0.4, 0.5, accuracy, 0.7, 0.7, 0.7],
      disjointEuclidean: [0.4, 0.5, accuracy, 0.7, 0.7, 0.7],
      appended: { old: value, new: value },
      biased: null,
      recentred: { old: 0.5, new: 0.5 },
      auroc: 0.8,
      seconds,
    }));
  const letters = (change: ByMethod = {}): ByMethod => ({
    "normalised softmax": results(0.7, 1, [0.5, 0.51, 0.52]),
    softmax: results(0.65, 1, [0.3, 0.29, 0.31]),
    triplet: results(0.68, 1.2, [0.5, 0.5, 0.5]),
    contrastive: results(0.6, 1, [0.5, 0.5, 0.5]),
    ...change,
  });

  testVerdicts(([first, second]: Parameters<typeof judge>) => judge(first, second).verdict, {
    "is reproduced where the tutorial, the pairs and the joint scenario show": [[tutorial(), letters()]],
    "is partly reproduced where the tutorial does not": [
      [tutorial({ ten: 0.95 }), letters()],
      [tutorial({ closed: 0.9 }), letters()],
    ],
    "is not reproduced where nothing ran": [[[], {}]],
  });

  it("counts a rival that is better, or as good in less time", () => {
    const worse = judge(tutorial(), letters({ triplet: results(0.72, 2, [0.5, 0.5, 0.5]) }));
    expect(worse.verdict).toBe("partly reproduced");
    expect(worse.because).toMatch(/B fails: .*C holds: /);
    const faster = judge(tutorial(), letters({ contrastive: results(0.6, 0.5, [0.5, 0.5, 0.5]) }));
    expect(faster.because).toMatch(/B fails: /);
  });

  it("asks of the joint scenario more than two standard errors, as a pair", () => {
    const close = letters({ softmax: results(0.65, 1, [0.2, 0.9, 0.3]) });
    expect(judge(tutorial(), close).because).toMatch(/C fails: /);
    const neither = { ...close, triplet: results(0.9, 1, [0.5, 0.5, 0.5]) };
    expect(judge(tutorial(), neither).verdict).toBe("not reproduced");
  });
});
