import { describe, expect, it } from "vitest";
import { expectOnGrids, bundledHost as host, quickRun, testVerdicts } from "../kit/test-host.fixture.ts";
import { armOf, arms, dhkdArms } from "./arms.ts";
import type { ConflictResult } from "./conflict-study.ts";
import { prepare } from "./data.ts";
import { reportOf } from "./report.ts";
import { reproduction } from "./reproduction.ts";
import type { ArmResult } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };
import { type Evidence, judge } from "./verdict.ts";

describe("the reproduction of dhkd", () => {
  it("runs at the quick scale: a row an arm, the study of the conflict, a verdict by its three parts", async () => {
    const { rows, series, because, progress } = await quickRun(reproduction, { seeds: 1 });
    expect(progress).toHaveLength(10);
    const byArm = rows.slice(0, arms.length);
    expect(byArm.map((row) => row.arm)).toEqual(arms.map(({ label }) => label));
    for (const row of byArm) expect(Number(row["test accuracy"]), String(row.arm)).toBeGreaterThan(0.08);
    const cosines = (arm: string) => {
      const row = byArm.find(({ arm: label }) => label === armOf(arm).label);
      return [row?.["cosine, head"], row?.["cosine, backbone"]];
    };
    expect(cosines("ce-norm").every((c) => Math.abs(Number(c)) <= 1 && c !== null)).toBe(true);
    expect(cosines("dhkd-linear")[0]).toBe(null);
    expect(Math.abs(Number(cosines("dhkd-linear")[1]))).toBeLessThanOrEqual(1);
    expect(cosines("ce")).toEqual([null, null]);
    expect(rows.length).toBe(arms.length + 8);
    // The shared head is pulled down to the teacher's level, the main head of two is not.
    const sizes = (heads: string) =>
      rows
        .filter((row) => row["conflict study"] === `CE + BinaryKL, ${heads}`)
        .map((row) => Number(row["mean |logit|"]));
    const [one, two] = [sizes("one head"), sizes("two heads")];
    expect(one).toEqual(one.toSorted((x, y) => y - x));
    expect(two[2]).toBeGreaterThan(2 * one[2]);
    expect(series.map(({ x }) => x)).toEqual(Array(3).fill([1, 0.5, 0.25]));
    expect(because).toMatch(/^\(i\) (holds|fails): .* \(ii\) .* \(iii\) /);
  });

  it("judges tuning on rows that no measured run sees, whatever the seed", async () => {
    const dataset = await host.dataset("letter");
    const drawn = (judge: "test" | "tune", seed = 3) => prepare(dataset, { seed, judge, fraction: 1 });
    const [test, tune, other] = [drawn("test"), drawn("tune"), drawn("tune", 4)];
    const sizes = [test.teacher, test.student, test.judged, tune.judged].map(({ y }) => y.length);
    expect(sizes).toEqual([12_000, 3000, 4000, 4000]);
    expect([...tune.judged.y]).toEqual([...other.judged.y]);
    expect([...tune.teacher.y]).toEqual([...test.teacher.y]);
    expect([...test.student.y]).toEqual([...test.teacher.y.slice(0, 3000)]);
    expect([...test.judged.y]).not.toEqual([...tune.judged.y]);
  });

  it("has six configurations for every arm, and choices that are on those grids", () => {
    expectOnGrids(tuned.choices, arms, 6);
    expect(dhkdArms.map((id) => armOf(id).auxiliary)).toEqual(["linear", "nonlinear", "nonlinear"]);
  });
});

describe("the verdict", () => {
  const evidence: Evidence = {
    variant: "DHKD",
    sharedHead: 0.1,
    sharedBackbone: 0.3,
    conflictHead: -0.4,
    overCrossEntropy: 0.01,
    overOneHead: [
      { label: "a", difference: 0.002 },
      { label: "b", difference: 0 },
    ],
  };

  testVerdicts((changes: Partial<Evidence>) => judge({ ...evidence, ...changes }).verdict, {
    "is reproduced where the cosines, the gain and the lead over one head all show": [{}],
    "is partly reproduced where only the cosines don't": [
      { sharedHead: 0.3 },
      { conflictHead: 0 },
      { sharedHead: Number.NaN },
    ],
    "is not reproduced where DHKD is behind cross-entropy or behind one head, whatever the cosines say": [
      { overCrossEntropy: 0 },
      { overOneHead: [{ label: "a", difference: -0.001 }] },
    ],
  });

  it("tells the gain", () => {
    expect(judge(evidence).because).toContain("(ii) holds: DHKD +1.00 points over cross-entropy.");
  });
});

describe("the report", () => {
  it("pairs differences by seed and takes the smallest kappa of one head for the rule", () => {
    const result = (accuracy: number): ArmResult => ({
      part: "arm",
      accuracy,
      trainAccuracy: accuracy,
      teacherAccuracy: 0.95,
      cosines: { backbone: 0.3, head: 0.2 },
      conflicts: null,
      collapse: null,
    });
    const draw = { configuration: { learningRate: 0.1, alpha: 1 }, judge: "test", fraction: 1 } as const;
    const byArm: [string, ArmResult[]][] = [
      ["ce", [result(0.5), result(0.7)]],
      ["ce-kl", [result(0.55), result(0.7)]],
      ["ce-norm", [result(0.6), result(0.6)]],
      ["dhkd-linear", [result(0.6), result(0.75)]],
    ];
    const continued = (heads: "one" | "two", kappa: number, head: number) => ({
      heads,
      kappa,
      accuracy: 0.5,
      trainAccuracy: 1,
      logitSize: 2,
      atStart: { backbone: 0, head },
      late: { backbone: 0.1, head },
    });
    const study: ConflictResult = {
      part: "conflict",
      fitted: { accuracy: 0.6, trainAccuracy: 1, logitSize: 5 },
      continued: [continued("one", 1, 0.5), continued("two", 1, -0.9), continued("one", 0.25, -0.3)],
    };
    const trials = byArm.flatMap(([arm, results]) =>
      results.map((found, seed) => ({ spec: { ...draw, part: "arm" as const, arm, seed }, result: found })),
    );
    const studied = { spec: { part: "conflict", seed: 0, fraction: 1 }, result: study } as const;
    const { rows, verdict, because } = reportOf([...trials, studied, studied], "dhkd-linear");
    const linear = rows.find((row) => row.arm === "DHKD, linear head");
    expect(linear).toMatchObject({
      "test accuracy": 0.675,
      "minus cross-entropy": 0.075,
      "sd of the difference": 0.0354,
    });
    expect(verdict).toBe("reproduced");
    expect(because).toContain("cosine 0.20 on the shared head, 0.30 on the backbone; -0.30 on the head");
    expect(because).toContain("+5.00 over CE + BinaryKL, one head, +7.50 over CE + BinaryKL-Norm, one head");
  });
});
