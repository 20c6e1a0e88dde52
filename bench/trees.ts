/*
 * The gradient-boosted trees that compare shows, with the library's defaults and as the mean of three, beside the histogram
 * boosting of scikit-learn with its defaults: accuracy or R2 over five folds, which both see.
 *
 *   npx node --conditions=minimand-source bench/trees.ts        scikit-learn is Debian's python3-sklearn
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Dataset,
  folds,
  makeDataset,
  predictTrees,
  readTable,
  trainTrees,
  treeColumns,
  treesReference,
} from "@minimand/compare";
import { dataFile, tables } from "@minimand/data";
import { startPython } from "./python.ts";
import { type Row, replaceSection, tableOf } from "./results.ts";

const names = [
  ...["pima_diabetes", "churn", "credit_modeldata", "house_votes_84", "vehicle", "soybean", "glass"],
  ...["concrete", "boston_housing", "diabetes"],
];
/** Points that trees may be behind, where there are rows enough to tell: of 214 the standard error is 3 points. */
const most = 2;
const enough = 400;

const index = tables();

async function datasetOf(name: string): Promise<Dataset> {
  const file = `${name}.csv.gz`;
  const table = await readTable(readFileSync(dataFile(file)), { name: file });
  return makeDataset(table, { target: "target", task: index.find((entry) => entry.name === name)?.task });
}

/** Accuracy or R2 of trees over the folds. */
async function scoreOf(dataset: Dataset, models: number): Promise<number> {
  const { task, classes, labels, targets } = dataset;
  const predicted = new Float64Array(dataset.rows);
  for (const { train, test } of folds(dataset, { folds: 5, seed: 0 })) {
    const examples = {
      task,
      classes: classes.length,
      columns: treeColumns(dataset, train),
      labels: labels.length === 0 ? labels : Int32Array.from(train, (row) => labels[row]),
      targets: targets.length === 0 ? targets : Float64Array.from(train, (row) => targets[row]),
    };
    const trees = await trainTrees(examples, { models, seed: 0 });
    const prediction = await predictTrees(trees, treeColumns(dataset, test), test.length);
    const values = task === "regression" ? prediction.predictions : prediction.predicted;
    for (const [i, row] of test.entries()) predicted[row] = values[i];
  }
  const truth = task === "regression" ? targets : labels;
  if (task !== "regression")
    return predicted.filter((value, i) => value === truth[i]).length / predicted.length;
  const mean = targets.reduce((a, b) => a + b, 0) / targets.length;
  const squares = (of: (i: number) => number): number => predicted.reduce((sum, _, i) => sum + of(i) ** 2, 0);
  return 1 - squares((i) => predicted[i] - truth[i]) / squares((i) => truth[i] - mean);
}

const python = await startPython("sklearn-trees.py");
const folder = mkdtempSync(join(tmpdir(), "minimand-bench-"));
const rows: Row[] = [];
for (const name of python === null ? [] : names) {
  const dataset = await datasetOf(name);
  const file = join(folder, "data.json");
  writeFileSync(
    file,
    JSON.stringify({
      columns: dataset.features.map((feature) =>
        feature.kind === "numeric"
          ? Array.from(feature.values, (value) => (Number.isNaN(value) ? null : value))
          : Array.from(feature.codes, (code) => (code < 0 ? null : code)),
      ),
      categorical: dataset.features.map(({ kind }) => kind === "categorical"),
      task: dataset.task,
      y: [...(dataset.task === "regression" ? dataset.targets : dataset.labels)],
      tests: folds(dataset, { folds: 5, seed: 0 }).map(({ test }) => [...test]),
    }),
  );
  const theirs = await python!.ask(file);
  const [one, three] = [await scoreOf(dataset, 1), await scoreOf(dataset, 3)];
  const metric = dataset.task === "regression" ? "R2" : "accuracy";
  rows.push([
    `${name}, ${dataset.rows} rows, ${metric}: ${treesReference.library}; the mean of three; ${python!.version}`,
    [one, three, theirs].map((score) => score.toFixed(4)).join("; "),
    dataset.rows < enough ? "" : `at most ${most} points behind`,
    dataset.rows < enough || 100 * (theirs - Math.min(one, three)) <= most,
  ]);
  process.stderr.write(`${rows.at(-1)!.slice(0, 2).join(": ")}\n`);
}
rmSync(folder, { recursive: true });
python?.stop();
replaceSection({
  title: "Gradient-boosted trees beside scikit-learn",
  command: "npx node --conditions=minimand-source bench/trees.ts",
  rows,
  ...(python === null && { missing: "scikit-learn isn't installed" }),
});
console.log(tableOf(rows));
process.exitCode = rows.every(([, , , met]) => met) ? 0 : 1;
