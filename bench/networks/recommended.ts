import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { baselineIdOf, type Dataset, keepable, type Prediction, predictionFrom } from "@minimand/compare";
import type { Made } from "./arm.ts";
import type { Split } from "./plans.ts";
import type { BenchTable } from "./read.ts";
import { constantPrediction, metricFor } from "./score.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Long outputs of `predict` are read at once. */
const maxBuffer = 1 << 30;

const seeds = 2;

const minimand = (args: readonly string[]): string =>
  execFileSync("npx", ["minimand", ...args], { cwd: root, encoding: "utf8", maxBuffer });

/**
 * Runs `minimand compare` on the training rows, with the baseline loss and its references, and applies what the report recommends to the test
 * rows: the ensemble, trees or the linear model where the report says that it is ahead of the network, else the network. If it recommends none, the prediction is constant.
 */
export function runRecommended({ dataset }: BenchTable, split: Split): Made {
  const folder = mkdtempSync(join(tmpdir(), "minimand-bench-"));
  const start = performance.now();
  try {
    const prediction = recommendedBy(folder, dataset, split);
    // On the clock: most of the time is that of other processes.
    return { prediction, seconds: (performance.now() - start) / 1000 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function recommendedBy(folder: string, dataset: Dataset, split: Split): Prediction {
  const [seen, unseen, out] = ["seen.jsonl", "unseen.jsonl", "run"].map((name) => join(folder, name));
  writeFileSync(seen, linesOf(dataset, split.train));
  writeFileSync(unseen, linesOf(dataset, split.test));
  const { task, target } = dataset;
  const command = [
    ...["compare", seen, "--target", target, "--task", task, "--out", out, "--quiet", "--json"],
    ...["--losses", baselineIdOf({ baseline: "auto" }, task), "--metric", metricFor(task)],
    ...["--seeds", String(seeds), "--workers", "1"],
  ];
  const { model, recommendation } = JSON.parse(minimand(command)).datasets[0];
  const { references, instead } = recommendation as {
    references: { candidate: string; low: number | null }[];
    instead: string | null;
  };
  // A linear model that does as well is an option, and the network stays the recommendation.
  const ahead = references.some(({ candidate, low }) => candidate === instead && low !== null && low > 0);
  const kept = Object.entries(keepable).find(([, id]) => ahead && id === instead)?.[0];
  if (kept !== undefined) minimand([...command, "--keep", kept]);
  else if (model === null) return constantPrediction(dataset, split);
  return predictionOf(minimand(["predict", out, unseen, "--json", "--quiet"]), dataset);
}

/** Rows as JSON lines. */
export function linesOf(
  { task, target, classes, labels, targets, features }: Dataset,
  rows: Int32Array,
): string {
  const lines = Array.from(rows, (row) => {
    const cells = features.map((feature): [string, unknown] => {
      if (feature.kind === "numeric")
        return [feature.name, Number.isNaN(feature.values[row]) ? null : feature.values[row]];
      if (feature.kind === "text")
        throw new Error(`${feature.name}: expected numbers or categories, got text`);
      return [feature.name, feature.codes[row] < 0 ? null : feature.levels[feature.codes[row]]];
    });
    const answer = task === "regression" ? targets[row] : classes[labels[row]];
    return JSON.stringify(Object.fromEntries([...cells, [target, answer]]));
  });
  return `${lines.join("\n")}\n`;
}

function predictionOf(answered: string, { task, classes }: Dataset): Prediction {
  const answers = answered
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, number>);
  const values =
    task === "regression"
      ? answers.map(({ prediction }) => prediction)
      : answers.flatMap((answer) => classes.map((name) => answer[`probability ${name}`]));
  const wrong = values.findIndex((value) => typeof value !== "number");
  if (wrong >= 0) throw new Error(`predict: expected numbers, got ${answered.slice(0, 200)}`);
  return predictionFrom(Float64Array.from(values), task === "regression" ? 0 : classes.length);
}
