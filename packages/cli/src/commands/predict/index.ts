import { type Command, Option } from "commander";
import { commas, damagedOption, repeated, strictOption, withOption } from "../options.ts";
import type { PredictOptions } from "./run.ts";

/** `minimand predict DIR ROWS`: applies a kept model. */
export function define(command: Command): Command {
  return command
    .description(
      "Apply the model that compare kept to new rows. Prints CSV with the prediction and the probability of each class; for responses their reward, for pairs the probability that the first is preferred. A terminal shows the first rows as a table.",
    )
    .argument(
      "<model>",
      "output folder of compare, its model folder, or a model.onnx that compare or quantize wrote",
    )
    .argument("<rows>", "file with the same input columns; - for stdin")
    .option(
      "--id <column>",
      `column of the file (or a,b) that is copied in front of the prediction. ${commas}`,
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
    .action(async (model: string, rows: string, options: PredictOptions) => {
      const { predict } = await import("./run.ts");
      await predict(model, rows, options);
    });
}
