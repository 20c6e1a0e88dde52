import { numpy as np } from "@jax-js/jax";
import { type ElasticVariables, uniformConfigs } from "minimand";
import { compileWithJit, type Tree } from "minimand/engine";
import { elasticApply, enumerateConfigs, refElastic, selectionOf } from "minimand/quantization";
import { describe, expect, it } from "vitest";
import { accuracyOf } from "../../kit/accuracy.ts";
import { bundledHost, expectOnGrids, quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import tuned from "../tuned.json" with { type: "json" };
import { judgeOf } from "./accuracy.ts";
import { arms, forms, judgedForms, singleChoice } from "./arms.ts";
import { materialOf } from "./data.ts";
import { network, startOf } from "./network.ts";
import { reportOf } from "./report.ts";
import { reproduction } from "./reproduction.ts";
import { kendall, leastSquares } from "./search.ts";
import { bits, learningRates, scales } from "./settings.ts";
import type { Measured } from "./trial.ts";
import { type Evidence, judge } from "./verdict.ts";

const { sizes } = scales.quick;

describe("the reproduction of eq-net", () => {
  it("runs at its quick scale: all forms and widths, differences, the shape of the weights, searches", async () => {
    const { rows, series, because } = await quickRun(reproduction);
    const having = (column: string) => rows.filter((row) => column in row);
    expect(having("arm")).toHaveLength(arms.length * forms.length + 1);
    expect(having("difference")).toHaveLength(11);
    expect(having("difference").map((row) => row["at 2"])).toEqual(Array(11).fill("not resolved"));
    expect(having("weights of").map((row) => row["weights of"])).toEqual(arms.map(({ id }) => id));
    const [all, measured] = having("search by").map((row) => Number(row["accuracy on held images"]));
    expect(measured).toBeLessThanOrEqual(all);
    expect(series).toHaveLength(arms.length + 1);
    expect(because).toMatch(/^\(A\) .* \(B\) .* \(C\) .* \(D\) .*\.$/);
  });

  it("has chosen rates of one grid for every arm", () => {
    const own = [...arms.filter(({ lambda, tunedAs }) => lambda !== null && !tunedAs), { id: singleChoice }];
    const grid = learningRates.map((learningRate) => ({ learningRate }));
    expectOnGrids(
      tuned.choices,
      own.map(({ id }) => ({ id, grid })),
      learningRates.length,
    );
  });
});

describe("the images", () => {
  it("are others in training, held out and test, and the same for all arms of a seed", async () => {
    const { train, held, test } = await materialOf(3, sizes, bundledHost);
    expect([train, held, test].map(({ y }) => y.length)).toEqual([128, 64, 128]);
    expect(train.x.reduce((a, b) => Math.min(a, b))).toBe(0);
    expect(train.x.reduce((a, b) => Math.max(a, b))).toBe(1);
    const pictures = [train, held, test].flatMap(({ x, y }) =>
      Array.from(y, (_, i) => x.slice(784 * i, 784 * i + 784).join()),
    );
    expect(new Set(pictures).size).toBe(pictures.length);
    expect((await materialOf(3, sizes, bundledHost)).train.x).toEqual(train.x);
  });
});

it("a network at 8 bits is as good as in float, and worse at 2 bits, in every form", async () => {
  const own = { ...sizes, train: 2000, test: 500, floatEpochs: 3 };
  const start = await startOf(1, own, bundledHost);
  const judge = judgeOf(start.variables, start.material.test);
  for (const { form } of forms) {
    const at = (width: number) => judge(uniformConfigs(network.layers, { bits: width, ...form }));
    expect(Math.abs((await at(8)) - start.accuracy)).toBeLessThan(0.02);
    expect(await at(2)).toBeLessThan(start.accuracy - 0.01);
  }
  judge.dispose();
});

it("accuracies are those of all the bits and forms of a configuration, the first layer's too", async () => {
  const { variables, material } = await startOf(1, sizes, bundledHost);
  const wide = uniformConfigs(network.layers, { bits: 8 }).slice(1);
  const all = forms.map(({ form }) => [...uniformConfigs(1, { bits: 2, endBits: 2, ...form }), ...wide]);
  const x = np.array(material.test.x, { shape: [material.test.y.length, 784] });
  const forward = compileWithJit((of: Tree, rows: np.Array, selection: np.Array) =>
    elasticApply(network, of as unknown as ElasticVariables, rows, selection),
  );
  const judge = judgeOf(variables, material.test);
  const found: number[] = [];
  for (const configs of all) {
    const selection = np.array(selectionOf(network, configs), {
      shape: [network.layers, 6, network.bits.length],
    });
    const logits = forward(refElastic(variables) as unknown as Tree, x.ref, selection);
    found.push(await judge(configs));
    expect(found.at(-1)).toBeCloseTo(accuracyOf(await logits.data(), material.test.y), 12);
  }
  expect(new Set(found).size).toBeGreaterThan(3);
  for (const one of [judge, forward, x]) one.dispose();
});

describe("the search", () => {
  it("has 4^6 configurations", () => {
    const layers = Array.from({ length: network.layers }, () => ({ weights: 9, activations: 9 }));
    const all = { layers, bits, target: { weight: 8, act: 8 }, tolerance: 8 };
    expect(enumerateConfigs(all)).toHaveLength(4 ** 6);
  });

  it("is judged by rank correlations, of which ties are left out, beside least squares", () => {
    expect(kendall([1, 2, 3], [2, 4, 9])).toBe(1);
    expect(kendall([1, 2, 3], [3, 2, 1])).toBe(-1);
    expect(kendall([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(4 / 6, 12);
    // Two of three pairs of the first are apart, all of the second.
    expect(kendall([1, 1, 2], [1, 2, 3])).toBeCloseTo(2 / Math.sqrt(2 * 3), 12);
    const features = Array.from({ length: 40 }, (_, i) =>
      [i % 2, 2 + (Math.floor(i / 2) % 3)].flatMap((one) =>
        Array.from({ length: 5 }, (_, k) => Number(k === one)),
      ),
    );
    const values = features.map((row) => row.reduce((sum, one, k) => sum + one * Math.sin(k), 2));
    const line = leastSquares(features, values);
    features.forEach((row, i) => {
      expect(line(row)).toBeCloseTo(values[i], 1);
    });
  });
});

it("the report has means over the seeds, and differences that are paired and resolved from two standard errors on", () => {
  /** Of each seed at the least width; what isn't named is as hard labels are. */
  const least: { [arm: string]: number[] } = {
    PTQ: [0.3, 0.4, 0.5],
    "hard labels": [0.5, 0.6, 0.7],
    GPG: [0.52, 0.62, 0.72],
    WDR: [0.7, 0.6, 0.5],
    "GPG + WDR": [0.53, 0.6, 0.7],
    single: [0.6, 0.7, 0.8],
  };
  const accuracies = (name: string, seed: number): number[] =>
    bits.map((_, at) => (least[name] ?? least["hard labels"])[seed] + 0.001 * at);
  const trials = [0, 1, 2].flatMap((seed) => [
    ...arms.map(({ id }) => ({
      spec: { part: "arm", arm: id, seed },
      result: {
        accuracy: Object.fromEntries(forms.map((form) => [form.id, accuracies(id, seed)])),
        float: 0.8,
        kurtosis: id.includes("WDR") ? 1.8 : 3,
        skewness: 0,
        search: null,
      },
    })),
    {
      spec: { part: "single", form: judgedForms[0], seed },
      result: { accuracy: accuracies("single", seed) },
    },
  ]) as unknown as Measured[];
  const { rows, verdict } = reportOf(trials);
  const found = (name: string) => rows.find((row) => row.difference === name)!;
  expect(rows.find((row) => row.arm === "GPG")).toMatchObject({
    "2 bits": 0.62,
    "8 bits": 0.623,
    "s.e. at 2": 0.0577,
  });
  expect(found("GPG over hard labels")).toMatchObject({
    "points at 2": 0.02,
    "s.e. at 2": 0,
    "at 2": "resolved",
  });
  // 0.03, 0, 0: one standard error.
  expect(found("GPG + WDR over hard labels")).toMatchObject({
    "points at 8": 0.01,
    "s.e. at 8": 0.01,
    "at 8": "not resolved",
  });
  expect(found("WDR over hard labels")).toMatchObject({ "points at 2": 0, "at 2": "not resolved" });
  expect(found("GPG + WDR over one width each")["points at 4"]).toBe(-0.09);
  // All but (C).
  expect(verdict).toBe("partly reproduced");
});

describe("the verdict", () => {
  const evidence: Evidence = {
    ptq: [0.7, 0.72],
    hard: [0.78, 0.8],
    both: [0.79, 0.8],
    bothMean: [0.82, 0.82],
    singleMean: [0.825, 0.825],
    kurtosis: { hard: [2.6, 2.7], both: [2, 2.1] },
  };
  testVerdicts((changes: Partial<Evidence>) => judge({ ...evidence, ...changes }).verdict, {
    "is reproduced where all four hold": [{}, { hard: [0.79, 0.804] }],
    "is partly reproduced where it is worse than hard labels, or than networks of one width": [
      { hard: [0.8, 0.82] },
      { singleMean: [0.84, 0.83] },
    ],
    "is not reproduced where training gains less than 3 points, or the weights don't become flat": [
      { ptq: [0.77, 0.78] },
      { kurtosis: { hard: [2, 2.1], both: [2.1, 2.2] } },
    ],
  });
});
