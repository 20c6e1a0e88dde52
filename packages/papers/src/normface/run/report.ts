import { harmonic, type Joint } from "../../embeddings/classify.ts";
import { ranOf } from "../../embeddings/run.ts";
import { estimate, mean as meanOf, rounded } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { type Method, methods } from "./arms.ts";
import { jointSupport, type NovelResult } from "./novel.ts";
import { supportsOf } from "./settings.ts";
import type { TutorialResult } from "./tutorial.ts";
import { type ByMethod, disjointOf, judge } from "./verdict.ts";

/** All that was measured. */
export interface Measured {
  tutorial: readonly TutorialResult[];
  byMaterial: Readonly<Record<string, ByMethod>>;
}

const mean = (values: readonly number[]): number => rounded(meanOf(values));

export function reportOf({ tutorial, byMaterial }: Measured): ReproductionReport {
  const ran = ranOf<Method, NovelResult>(byMaterial, methods);
  return {
    rows: [...tutorialRows(tutorial), ...ran.map(disjointRow), ...ran.flatMap(jointRows)],
    series: ran.map(curveOf),
    ...judge(tutorial, byMaterial.letter ?? {}),
  };
}

type Ran = ReturnType<typeof ranOf<Method, NovelResult>>[number];

function tutorialRows(results: readonly TutorialResult[]): Row[] {
  if (results.length === 0) return [];
  type Column = Exclude<keyof TutorialResult, "part">;
  const row = (tutorial: string, [closed, ten, fashion]: Column[], recalls: Column[]): Row => {
    const of = (key: Column | undefined) => (key === undefined ? null : mean(results.map((r) => r[key])));
    return {
      tutorial,
      seeds: results.length,
      "digits 0-7": of(closed),
      "ten digits": of(ten),
      "0-7 of ten": of(recalls[0]),
      "recall of 8": of(recalls[1]),
      "recall of 9": of(recalls[2]),
      "T-shirt/trouser": of(fashion),
    };
  };
  return [
    row("normalised softmax (P)", ["closed", "ten", "fashion"], ["old", "eight", "nine"]),
    row("raw pixels, class means", ["rawClosed", "rawTen", "rawFashion"], []),
  ];
}

function disjointRow({ material, method, results }: Ran): Row {
  const few = estimate(disjointOf(results, material));
  const last = results[0].disjoint.length - 1;
  const place = supportsOf(material).indexOf(jointSupport);
  return {
    material,
    method,
    seeds: results.length,
    "closed set": mean(results.map((r) => r.closed)),
    "new, 1 example": mean(results.map((r) => r.disjoint[0])),
    "new, 5 examples": rounded(few.mean),
    "s.e.": rounded(few.error),
    "new, most examples": mean(results.map((r) => r.disjoint[last])),
    "new, 5 examples, Euclidean": mean(results.map((r) => r.disjointEuclidean[place])),
    "old against new, AUROC": mean(results.map((r) => r.auroc)),
    "seconds of training": mean(results.map((r) => r.seconds)),
  };
}

function jointRows({ material, method, results }: Ran): Row[] {
  const variants = [
    ["new directions added", "appended"],
    ["added with a bias", "biased"],
    ["class means for all", "recentred"],
  ] as const;
  return variants.flatMap(([name, key]) => {
    const joints = results.map((r) => r[key]).filter((j): j is Joint => j !== null);
    if (joints.length === 0) return [];
    const together = estimate(joints.map(harmonic));
    return [
      {
        material,
        method,
        "old and new together": name,
        old: mean(joints.map((j) => j.old)),
        new: mean(joints.map((j) => j.new)),
        "harmonic mean": rounded(together.mean),
        "s.e.": rounded(together.error),
      },
    ];
  });
}

function curveOf({ material, method, results }: Ran): Series {
  return {
    name: `${material}: ${method}`,
    xLabel: "examples of each new class",
    yLabel: "accuracy on new classes",
    x: supportsOf(material),
    y: results[0].disjoint.map((_, i) => meanOf(results.map((r) => r.disjoint[i]))),
  };
}
