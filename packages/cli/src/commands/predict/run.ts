import {
  answerCsv,
  answerOf,
  type Damaged,
  inputColumns,
  predictResponses,
  predictTable,
} from "@minimand/compare";
import { startEngine } from "minimand/start";
import { noteText } from "../../compare/subjects.ts";
import { readInput } from "../../files/input.ts";
import { readInputTable } from "../../files/read-input-table.ts";
import { onlyModel, ownModelOf, readModel } from "../../models/find-models.ts";
import { openOnnx, type Predictor } from "../../models/onnx-model.ts";
import { loadOwn } from "../../own/own-candidates.ts";
import { tell } from "../../printable.ts";
import { print } from "../../terminal/print.ts";
import { terminalWidth } from "../../terminal/terminal-width.ts";
import { answerJson, answerSample, sampleRows } from "./report.ts";

/** What `minimand predict` was asked. */
export interface PredictOptions {
  with: string[];
  id: string[];
  json: boolean;
  spreadsheet: boolean;
  damaged: Damaged;
  strict: boolean;
}

/** Prints the predictions of a kept model for the rows of a file. */
export async function predict(path: string, rows: string, options: PredictOptions): Promise<void> {
  const { description, predict: predictRows } = await (path.endsWith(".onnx")
    ? openOnnx(path)
    : openFolder(path, options.with));
  const reading = { ...options, names: inputColumns(description.encoder), task: description.task };
  const table = await readInputTable(await readInput(rows), reading);
  const predicted = await predictResponses(description, table, predictRows);
  // The model knows how its numbers are written, whatever the file alone would say.
  const notes = table.notes.filter(({ about }) => about !== "numbers");
  for (const note of [...notes, ...predicted.notes]) tell(noteText(note));
  const answer = answerOf(predicted, description, table, options.id);
  if (options.json) print(answerJson(answer));
  else if (process.stdout.isTTY) {
    print(`${answerSample(answer, terminalWidth())}\n`);
    if (predicted.rows > sampleRows)
      tell(`the first ${sampleRows} of ${predicted.rows} rows: '> predictions.csv' writes all of them`);
  } else print(answerCsv(answer, options));
}

async function openFolder(folder: string, files: readonly string[]): Promise<Predictor> {
  const place = await onlyModel(folder);
  const model = await readModel(place);
  const own = ownModelOf(place, model, (await loadOwn(files)).models);
  await startEngine();
  return { description: model.description, predict: (table) => predictTable(model, table, own) };
}
