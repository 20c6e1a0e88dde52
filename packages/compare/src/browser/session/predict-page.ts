import { startEngine } from "minimand/start";
import { inputColumns } from "../../data/encode.ts";
import { answerCsv, answerOf } from "../../model/answer.ts";
import { ownModelIn } from "../../model/description.ts";
import { predictResponses } from "../../model/predict-pairs.ts";
import { readSavedModel } from "../../model/read-saved-model.ts";
import { predictTable } from "../../model/saved-model.ts";
import { bySeverity } from "../../notes.ts";
import { type Cell, releaseTable } from "../../read/table.ts";
import type { Note } from "../../results.ts";
import { quotedWord } from "../../shell-words.ts";
import { UsageError } from "../../usage-error.ts";
import type { FinishedComparison } from "./events.ts";
import { type KeptComparisons, unknown } from "./kept-comparisons.ts";
import { bytesOfFile, pageTables } from "./read-page-file.ts";

/** Rows to predict in a page, and by what. */
export interface PredictAsked {
  /** The model of a comparison that is kept here, and of which of its data sets; or files of a model folder: `model.json`, and `model.safetensors`, `model.trees` or `model.ensemble`. */
  model: { comparison: string; dataset?: number } | { files: readonly File[] };
  rows: File;
  /** Columns of the file that are copied in front of the prediction. */
  ids?: readonly string[];
}

/** Predictions of a page. */
export interface PredictedRows {
  /** What `minimand predict` prints. */
  csv: string;
  /** The same with `--spreadsheet`. */
  spreadsheet: string;
  columns: readonly string[];
  /** The first of them. */
  rows: readonly (readonly Cell[])[];
  total: number;
  notes: Note[];
}

/** Rows that are given as cells. */
const shown = 20;

/**
 * Predicts the rows of a file by a kept network or trees, with the library alone.
 *
 * @throws DataError, UsageError, RangeError in one line
 */
export async function predictPage(
  { model: from, rows, ids = [] }: PredictAsked,
  { kept, most }: { kept: KeptComparisons; most: number },
): Promise<PredictedRows> {
  const { place, read } = "files" in from ? ofFiles(from.files) : await ofComparison(from, kept);
  const { model, summed } = await readSavedModel(place, read);
  const { description } = model;
  const own = ownModelIn(description);
  if (own !== undefined)
    throw new UsageError(
      `${place}: expected a model of one of minimand's networks, got one of the own model '${own.id}': minimand predict --with FILE`,
    );
  await startEngine();
  const predicting = (file: string): string => `npx minimand predict FOLDER ${quotedWord(file)}`;
  const table = await pageTables(most, predicting, () => {})(
    { source: rows.name, bytes: await bytesOfFile(rows, most, predicting) },
    { damaged: "empty", strict: false, names: inputColumns(description.encoder), task: description.task },
  );
  const predicted = await predictResponses(description, table, (own) => predictTable(model, own));
  // The model knows how its numbers are written, whatever the file alone would say.
  const reading = table.notes.filter(({ about }) => about !== "numbers");
  const answer = answerOf(predicted, description, table, ids);
  releaseTable(table);
  const unsummed: Note[] = summed
    ? []
    : [{ level: "warning", text: `${place}: no checksums: damage would not be noticed` }];
  return {
    csv: answerCsv(answer),
    spreadsheet: answerCsv(answer, { spreadsheet: true }),
    columns: answer.columns,
    rows: answer.rows.slice(0, shown),
    total: answer.rows.length,
    notes: bySeverity([...unsummed, ...reading, ...predicted.notes]),
  };
}

interface ModelFiles {
  place: string;
  read: (name: string) => Promise<Uint8Array>;
}

function ofFiles(files: readonly File[]): ModelFiles {
  return {
    place: "model",
    async read(name) {
      const file = files.find((one) => one.name === name);
      if (file === undefined)
        throw new UsageError(
          `model: expected ${name} among the files, got ${files.map((one) => one.name).join(", ") || "none"}`,
        );
      return new Uint8Array(await file.arrayBuffer());
    },
  };
}

async function ofComparison(
  { comparison: id, dataset = 0 }: { comparison: string; dataset?: number },
  kept: KeptComparisons,
): Promise<ModelFiles> {
  const finished: FinishedComparison | null = await kept.finished(id);
  if (finished === null) throw unknown(id);
  const { datasets } = finished.results;
  const place = datasets.length === 1 ? "model" : `model/${datasets[dataset]?.name}`;
  return {
    place,
    async read(name) {
      const bytes = finished.files[`${place}/${name}`];
      if (bytes === undefined) throw new UsageError(`${place}: expected a model that was kept, got none`);
      return bytes;
    },
  };
}
