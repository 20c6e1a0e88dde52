import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { predictionFrom } from "@minimand/compare";
import { type Python, startPython } from "../python.ts";
import type { Made } from "./arm.ts";
import type { Split } from "./plans.ts";
import type { BenchTable } from "./read.ts";

/** Categories that scikit-learn takes of a column; one with more is given as numbers. */
const mostLevels = 255;

let python: Promise<Python | null> | null = null;

function start(): Promise<Python | null> {
  python ??= startPython("networks/hgb.py");
  return python;
}

export const hasHgb = async (): Promise<boolean> => (await start()) !== null;

export async function stopHgb(): Promise<void> {
  (await python)?.stop();
}

/** Trains scikit-learn's histogram gradient boosting on the columns as the product reads them. */
export async function runHgb({ dataset }: BenchTable, split: Split, seed: number): Promise<Made> {
  const folder = mkdtempSync(join(tmpdir(), "minimand-bench-"));
  const { task, classes, features, labels, targets } = dataset;
  const [file, out] = [join(folder, "data.json"), join(folder, "predicted")];
  const columns = features.map((feature) =>
    feature.kind === "numeric"
      ? Array.from(feature.values, (value) => (Number.isNaN(value) ? null : value))
      : Array.from(feature.codes, (code) => (code < 0 ? null : code)),
  );
  const categorical = features.map(
    (feature) => feature.kind === "categorical" && feature.levels.length <= mostLevels,
  );
  const rows = { train: [...split.train], test: [...split.test] };
  const y = [...(task === "regression" ? targets : labels)];
  writeFileSync(
    file,
    JSON.stringify({ columns, categorical, classes: classes.length, y, ...rows, seed, out }),
  );
  const seconds = await (await start())!.ask(file);
  const bytes = new Uint8Array(readFileSync(out));
  rmSync(folder, { recursive: true });
  return { prediction: predictionFrom(new Float64Array(bytes.buffer), classes.length), seconds };
}
