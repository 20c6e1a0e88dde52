import { describe, expect, it } from "vitest";
import { expectEnclosed, bundledHost as host, quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import type { Images } from "../../reproduction.ts";
import tuned from "../tuned.json" with { type: "json" };
import { armOf, arms, dhkdArms } from "./arms.ts";
import type { ConflictResult } from "./conflict-study.ts";
import { characters, letters } from "./data.ts";
import { reportOf } from "./report.ts";
import { reproduction } from "./reproduction.ts";
import { drawings } from "./settings.ts";
import { taughtBy } from "./teacher.ts";
import { type ArmResult, armTrial, type Result, type Spec } from "./trial.ts";
import { lattices } from "./tuning.ts";
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
    const drawn = (judge: "test" | "tune", seed = 3) => letters(dataset, { seed, judge, fraction: 1 });
    const [test, tune, other] = [drawn("test"), drawn("tune"), drawn("tune", 4)];
    const sizes = [test.teacher, test.student, test.judged, tune.judged].map(({ y }) => y.length);
    expect(sizes).toEqual([12_000, 3000, 4000, 4000]);
    expect([...tune.judged.y]).toEqual([...other.judged.y]);
    expect([...tune.teacher.y]).toEqual([...test.teacher.y]);
    expect([...test.student.y]).toEqual([...test.teacher.y.slice(0, 3000)]);
    expect([...test.judged.y]).not.toEqual([...tune.judged.y]);
  });

  it("learns characters where they are there, the drawings of tuning apart", async () => {
    const size = 28 * 28;
    const images: Images = {
      count: 240,
      height: 28,
      width: 28,
      labels: Uint8Array.from({ length: 240 }, (_, i) => Math.floor(i / 20)),
      // Each character has a row of its own, each drawing some noise.
      pixels: Uint8Array.from({ length: 240 * size }, (_, at) => {
        const [image, line] = [Math.floor(at / size), Math.floor((at % size) / 28)];
        return Math.floor(line / 2) === Math.floor(image / 20) ? 255 : (image * 31 + at * 17) % 40;
      }),
    };
    const drawn = (judge: "test" | "tune", seed = 3) => characters(images, { seed, judge, fraction: 1 });
    const [test, tune, other] = [drawn("test"), drawn("tune"), drawn("tune", 4)];
    expect(test.student.classes).toBe(6);
    const { train, test: few, tuning } = drawings;
    expect([test.student, test.judged, tune.judged].map(({ y }) => y.length / 6)).toEqual([
      train,
      few,
      tuning,
    ]);
    expect(tune.judged.x).toEqual(other.judged.x);
    const rowsOf = ({ x }: { x: Float32Array }) =>
      Array.from({ length: x.length / 196 }, (_, i) => x.slice(196 * i, 196 * (i + 1)).join(" "));
    const apart = new Set(rowsOf(tune.judged));
    expect([...rowsOf(test.student), ...rowsOf(test.judged)].filter((row) => apart.has(row))).toEqual([]);
    const spec = {
      part: "arm",
      material: "omniglot",
      arm: "dhkd-linear",
      seed: 3,
      judge: "test",
      fraction: 0.2,
    } as const;
    const configuration = { learningRate: 0.05, alpha: 0.25 };
    const found = await armTrial({ ...spec, configuration }, { ...host, images: async () => images });
    expect(found.accuracy).toBeGreaterThan(0.5);
    expect(found.compared.all.backbone).not.toBe(null);
  });

  it("trains the teacher of a seed once, also where tuning comes back to it", async () => {
    const taught = (seed: number) =>
      taughtBy({ material: "letter", seed, judge: "tune", fraction: 0.05 }, host);
    const [first, other] = [taught(1), taught(2)];
    expect(taught(1)).toBe(first);
    expect(taught(2)).toBe(other);
    expect([...(await first).logits]).not.toEqual([...(await other).logits]);
  });

  it("begins with ten configurations where two are chosen, and has choices inside of what was tried", () => {
    for (const { first, axes } of arms) expect(first).toHaveLength(axes.alpha.length > 1 ? 10 : 8);
    for (const material of ["letter", "omniglot"] as const)
      expectEnclosed(tuned, lattices(material, 1), { score: "accuracy" });
    expect(dhkdArms.map((id) => armOf(id).auxiliary)).toEqual(["linear", "nonlinear", "nonlinear"]);
  });

  it("runs with --full at what was chosen for characters", async () => {
    const run = reproduction.run({
      ...host,
      scale: "full",
      seeds: 1,
      images: async () => ({}) as Images,
      // biome-ignore lint/correctness/useYield: only the list of trials is needed.
      async *trials(specs) {
        throw specs;
      },
    });
    const specs: Spec[] = await run.next().catch((thrown) => thrown);
    const chosen = specs.flatMap((spec) => (spec.part === "arm" ? [[spec.arm, spec.configuration]] : []));
    const choices = Object.values(tuned.choices).filter(({ material }) => material === "omniglot");
    expect(chosen).toEqual(choices.map(({ arm, learningRate, alpha }) => [arm, { learningRate, alpha }]));
    expect(new Set(specs.map(({ material }) => material))).toEqual(new Set(["omniglot"]));
  });

  it("tunes with --full on characters alone, every arm alike, and keeps what is committed for letters", async () => {
    const specs: Spec[] = [];
    const accuracyOf = (spec: Spec) =>
      spec.part === "arm" ? 1 / (1 + Math.abs(Math.log(spec.configuration.learningRate / 0.05))) : 0;
    const tuning = reproduction.tune!({
      ...host,
      scale: "full",
      seeds: null,
      images: async () => ({}) as Images,
      async *trials(asked) {
        specs.push(...asked);
        for (const [index, spec] of asked.entries())
          yield { index, result: { part: "arm", accuracy: accuracyOf(spec) } as Result };
      },
    });
    const said: string[] = [];
    let step = await tuning.next();
    for (; !step.done; step = await tuning.next()) if (step.value.total === 0) said.push(step.value.message);
    expect(said).toEqual(["tuning on omniglot; choices for other data stay as they are committed"]);
    const { rows, choices } = step.value;
    expect(new Set(specs.map(({ material }) => material))).toEqual(new Set(["omniglot"]));
    for (const { seed } of specs) expect(reproduction.tuningSeeds).toContain(seed);
    for (const { id } of arms) {
      expect(choices[`omniglot, ${id}`]).toMatchObject({ material: "omniglot", arm: id, learningRate: 0.05 });
      expect(choices[`letter, ${id}`]).toEqual((tuned.choices as typeof choices)[`letter, ${id}`]);
    }
    const letters = ({ material }: { material?: unknown }) => material === "letter";
    expect(rows.filter(letters)).toEqual(tuned.rows.filter(letters));
    expect(rows.some((row) => !letters(row))).toBe(true);
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
    const both = (backbone: number, head: number) => ({
      all: { backbone, head },
      batches: { backbone: 0.9, head: 0.9 },
    });
    const result = (accuracy: number): ArmResult => ({
      part: "arm",
      accuracy,
      trainAccuracy: accuracy,
      teacherAccuracy: 0.95,
      compared: both(0.3, 0.2),
      conflicts: null,
      collapse: null,
    });
    const configuration = { learningRate: 0.1, alpha: 1 };
    const draw = { material: "letter", configuration, judge: "test", fraction: 1 } as const;
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
      atStart: both(0, head),
      late: both(0.1, head),
    });
    const study: ConflictResult = {
      part: "conflict",
      fitted: { accuracy: 0.6, trainAccuracy: 1, logitSize: 5 },
      continued: [continued("one", 1, 0.5), continued("two", 1, -0.9), continued("one", 0.25, -0.3)],
    };
    const trials = byArm.flatMap(([arm, results]) =>
      results.map((found, seed) => ({ spec: { ...draw, part: "arm" as const, arm, seed }, result: found })),
    );
    const studied = {
      spec: { part: "conflict", material: "letter", seed: 0, fraction: 1 },
      result: study,
    } as const;
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
