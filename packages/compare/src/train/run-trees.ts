import type { Metric } from "minimand";
import type { Dataset } from "../data/dataset.ts";
import { readColumns } from "../data/encode.ts";
import { encodeTarget } from "../data/encode-target.ts";
import { fitEncoder } from "../data/encoder.ts";
import type { TreesReference } from "../plan/candidate.ts";
import type { Table } from "../read/table.ts";
import type { Configuration, TuningRecord } from "../results.ts";
import type { Part, PreparedFold } from "./fold.ts";
import { isBetter } from "./learner.ts";
import { type Prediction, scoreOfPrediction } from "./outcome.ts";
import { predictTrees } from "./references/predict-trees.ts";
import { rowsOfColumns, type TreeColumns, treeColumns, withoutText } from "./references/tree-columns.ts";
import { type TreeExamples, trainTrees } from "./references/trees.ts";

/**
 * Trees on a fold: the setting is chosen on the validation part, then that setting is trained on both parts, of which the library
 * holds back what it needs to know when to stop. Labels are those that the losses see.
 */
export async function runTrees(
  { grid }: TreesReference,
  fold: PreparedFold,
  { dataset, testTable }: { dataset: Dataset; testTable: Table | null },
  { seed, metric, signal }: { seed: number; metric: Metric; signal?: AbortSignal },
): Promise<{ tuning: TuningRecord[]; chosen: Configuration; prediction: Prediction }> {
  const examples = (rows: Int32Array, ...parts: Part[]): TreeExamples => ({
    columns: treeColumns(dataset, rows),
    task: dataset.task,
    classes: dataset.classes.length,
    labels: Int32Array.from(parts.flatMap(({ labels }) => [...labels])),
    targets: Float64Array.from(parts.flatMap(({ targets }) => [...targets])),
  });
  const { fit, validation, fitRows, validationRows } = fold;
  const most = Math.max(...grid.map(modelsOf));
  const tried = await trainTrees(examples(fitRows, fit), { models: most, seed }, signal);
  const columns = treeColumns(dataset, validationRows);
  const tuning: TuningRecord[] = [];
  let best: { configuration: Configuration; score: number } | null = null;
  for (const configuration of grid) {
    const own = { ...tried, models: tried.models.slice(0, modelsOf(configuration)) };
    const score = scoreOfPrediction(metric, validation, await predictTrees(own, columns, validation.rows));
    tuning.push({ configuration, validation: Number.isFinite(score) ? score : null, epochs: 0 });
    if (best === null || isBetter(score, best.score, metric)) best = { configuration, score };
  }
  const chosen = best!.configuration;
  const both = Int32Array.of(...fitRows, ...validationRows);
  const trees = await trainTrees(examples(both, fit, validation), { models: modelsOf(chosen), seed }, signal);
  const prediction = await predictTrees(trees, testColumns(fold, dataset, testTable), fold.test.rows);
  return { tuning, chosen, prediction };
}

const modelsOf = ({ parameters }: Configuration): number => parameters.models;

function testColumns({ testRows }: PreparedFold, dataset: Dataset, table: Table | null): TreeColumns {
  if (table === null) return treeColumns(dataset, testRows);
  const all = Int32Array.from({ length: dataset.rows }, (_, row) => row);
  const { columns } = readColumns(fitEncoder(withoutText(dataset), all), table);
  return rowsOfColumns(columns, encodeTarget(dataset, table).rows);
}
