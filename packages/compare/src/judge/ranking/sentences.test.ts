import { describe, expect, test } from "vitest";
import type { TestedDifference, Verdict } from "../../results.ts";
import { type Setting, sentenceOf } from "./sentences.ts";

const setting: Setting = {
  metric: "accuracy",
  higherIsBetter: true,
  rope: 0.01,
  baseline: "Cross-entropy",
  baselineParts: 30,
  baselineIsWhole: true,
  trials: 30,
  testedOn: "folds",
  finalists: true,
  family: 1,
  noun: ["loss", "losses"],
};
const sentence = (verdict: Verdict, change: Partial<TestedDifference>): string => {
  const difference: TestedDifference = {
    mean: 0.05,
    low: 0.03,
    high: 0.07,
    p: 0.01,
    pAdjusted: 0.01,
    pBetter: 1,
    pSame: 0,
    pWorse: 0,
    df: 20,
    variance: { rows: 1e-4, fits: 1e-5 },
    unstable: false,
    values: [],
    pairs: [],
    ...change,
  };
  const entry = { candidate: "a", label: "A", mean: 0.7, sd: 0.01, n: 30, seeds: 6, diverged: 0 };
  return sentenceOf({ ...entry, verdict, difference }, setting, 30);
};

describe("numbers in sentences", () => {
  test("have p-values from 0.001 on", () => {
    expect(sentence("better", { pAdjusted: 0.001 })).toContain("p = 0.001)");
    expect(sentence("better", { pAdjusted: 0.000999 })).toContain("p < 0.001)");
  });

  test("have no certainty that is none", () => {
    const same = (pSame: number) => sentence("same", { pSame }).split("with probability ")[1];
    expect([0.9, 0.994, 0.9941, 1].map(same)).toEqual(["0.9.", "0.99.", "> 0.99.", "1."]);
  });

  test("have points from a twentieth on, and no difference only where there is none", () => {
    const gain = (mean: number) => sentence("undecided", { mean });
    expect(gain(0.000501)).toContain(": 0.1 points of accuracy better on average");
    expect(gain(0.000499)).toContain(": less than 0.1 points of accuracy better on average");
    expect(gain(-0.000499)).toContain(": less than 0.1 points of accuracy worse on average");
    expect(gain(0)).toContain(": no difference in accuracy (95 % interval");
  });
});
