import { derive } from "minimand/engine";
import type { Dataset } from "../data/dataset.ts";
import { readColumns, type UnreadableRows } from "../data/encode.ts";
import { fitEncoder } from "../data/encoder.ts";
import { DataError } from "../data-error.ts";
import { treesReference } from "../plan/trained-references.ts";
import type { Table } from "../read/table.ts";
import type { KeptChoice, Note } from "../results.ts";
import type { Prediction } from "../train/outcome.ts";
import { predictTrees } from "../train/references/predict-trees.ts";
import { treeColumns, withoutText } from "../train/references/tree-columns.ts";
import { trainTrees } from "../train/references/trees.ts";
import { readTrees, writeTrees } from "../train/references/trees-file.ts";
import { type SavedTrees, weightsFile } from "./description.ts";
import { sha256Of } from "./sums.ts";

/** Trains trees on all rows of a data set, with the setting that was chosen. Free text is left out, as in the comparison. */
export async function fitTrees(
  dataset: Dataset,
  { candidate, configuration, why }: KeptChoice,
  signal?: AbortSignal,
): Promise<SavedTrees> {
  const { task, target, classes, labels, targets, rows, name } = dataset;
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const examples = { columns: treeColumns(dataset, all), task, classes: classes.length, labels, targets };
  const options = { models: configuration.parameters.models, seed: derive(0, rows) };
  const weights = writeTrees(await trainTrees(examples, options, signal));
  return {
    description: {
      schema: "minimand.model/1",
      task,
      target,
      classes,
      ...(dataset.targetReading && { targetReading: dataset.targetReading }),
      encoder: fitEncoder(withoutText(dataset), all),
      trees: { library: treesReference.library },
      candidate,
      configuration,
      why,
      rows,
      dataset: name,
      weightsSha256: await sha256Of(weights),
    },
    weights,
  };
}

/** Predicts the rows of a new table; for `faults` see `encodeTable`. */
export async function predictWithTrees(
  model: SavedTrees,
  table: Table,
  faults: UnreadableRows,
): Promise<{ prediction: Prediction; rows: number; notes: Note[] }> {
  const trees = treesOf(model);
  const { columns, notes } = readColumns(model.description.encoder, table, faults);
  return { prediction: await predictTrees(trees, columns, table.rows), rows: table.rows, notes };
}

/** Returns the trees of a kept model; a DataError where they are not those of the description. */
export function treesOf({ description, weights }: SavedTrees) {
  const trees = readTrees(weights, weightsFile(description));
  const { task, classes, encoder } = description;
  const fit =
    trees.task === task &&
    trees.classes === classes.length &&
    trees.scales?.length === encoder.features.length;
  if (!fit)
    throw new DataError(
      `${weightsFile(description)}: expected trees for ${encoder.features.length} columns and ${classes.length} classes, as model.json says, got others`,
    );
  return trees;
}
