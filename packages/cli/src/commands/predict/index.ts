import { answerCsv, answerOf, type Damaged, predictResponses, predictTable } from "@minimand/compare";
import { type Command, Option } from "commander";
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
import { commas, damagedOption, repeated, strictOption, withOption } from "../options.ts";
import { answerJson, answerSample, sampleRows } from "./report.ts";

interface Options {
  with: string[];
  id: string[];
  json: boolean;
  spreadsheet: boolean;
  damaged: Damaged;
  strict: boolean;
}

/** `minimand predict DIR ROWS`: applies a kept model. */
export function define(command: Command): Command {
  return command
    .description(
      "Apply the model that compare kept to new rows; prints CSV with the prediction and the probability of each class (of responses their reward, of pairs the probability that the first is preferred), on a terminal the first rows of it as a table.",
    )
    .argument(
      "<model>",
      "output folder of compare, its model folder, or a model.onnx that compare or export wrote",
    )
    .argument("<rows>", "file with the same input columns; - for stdin")
    .option(
      "--id <column>",
      `a column of the file (or a,b) that stands in front of the prediction as it is; ${commas}`,
      repeated,
      [],
    )
    .option("--json", "one JSON object a row instead of CSV", false)
    .addOption(
      new Option(
        "--spreadsheet",
        "CSV to open in a spreadsheet: a ' goes in front of texts that it would take for formulas (=, +, -, @, tab), and texts are quoted",
      )
        .default(false)
        .conflicts("json"),
    )
    .addOption(withOption("with the own model that it is of"))
    .addOption(damagedOption(["empty", "pad", "refuse"], "empty"))
    .addOption(strictOption())
    .addHelpText(
      "after",
      "\nEvery record has one line of answer; what can't be read has an empty one. With --damaged pad, records with too many cells are left out instead.\n\nExamples:\n  minimand predict minimand-churn new-customers.csv > predictions.csv\n  minimand predict minimand-churn new-customers.csv --id customer_id > predictions.csv\n  minimand predict minimand-churn new-customers.csv --id name --spreadsheet > predictions.csv\n  minimand predict minimand-churn - --json < rows.csv\n  minimand predict minimand-churn/model/model.onnx new-customers.csv",
    )
    .action(async (path: string, rows: string, options: Options) => {
      const { description, predict } = await (path.endsWith(".onnx")
        ? openOnnx(path)
        : openFolder(path, options.with));
      const table = await readInputTable(await readInput(rows), { ...options, task: description.task });
      const predicted = await predictResponses(description, table, predict);
      // The model knows how its numbers are written, whatever the file alone would say.
      const reading = table.notes.filter(({ about }) => about !== "numbers");
      for (const note of [...reading, ...predicted.notes]) tell(noteText(note));
      const answer = answerOf(predicted, description, table, options.id);
      if (options.json) print(answerJson(answer));
      else if (process.stdout.isTTY) {
        print(`${answerSample(answer, terminalWidth())}\n`);
        if (predicted.rows > sampleRows)
          tell(`the first ${sampleRows} of ${predicted.rows} rows: '> predictions.csv' writes all of them`);
      } else print(answerCsv(answer, options));
    });
}

async function openFolder(folder: string, files: readonly string[]): Promise<Predictor> {
  const place = await onlyModel(folder);
  const model = await readModel(place);
  const own = ownModelOf(place, model, (await loadOwn(files)).models);
  await startEngine();
  return { description: model.description, predict: (table) => predictTable(model, table, own) };
}
