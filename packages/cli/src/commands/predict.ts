import { predictTable, readTable } from "@minimand/compare";
import { Command } from "commander";
import Papa from "papaparse";
import { tell } from "../printable.ts";
import { startEngine } from "../run/engine.ts";
import { onlyModel, readModel } from "../run/find-models.ts";
import { readInput } from "../run/input.ts";
import { openOnnx, type Predictor } from "../run/onnx-model.ts";
import { noteText } from "../run/subjects.ts";

/** `minimand predict DIR ROWS`: applies a kept model. */
export function predictCommand(): Command {
  return new Command("predict")
    .description(
      "Apply the model that compare kept to new rows; prints CSV with the prediction and its probabilities.",
    )
    .argument(
      "<model>",
      "output folder of compare, its model folder, or a model.onnx that compare or export wrote",
    )
    .argument("<rows>", "file with the same input columns; - for stdin")
    .option("--json", "one JSON object a row instead of CSV", false)
    .addHelpText(
      "after",
      "\nExamples:\n  minimand predict minimand-churn new-customers.csv > predictions.csv\n  minimand predict minimand-churn - --json < rows.csv\n  minimand predict minimand-churn/model/model.onnx new-customers.csv",
    )
    .action(async (path: string, rows: string, { json }: { json: boolean }) => {
      const { description, predict } = await (path.endsWith(".onnx") ? openOnnx(path) : openFolder(path));
      const input = await readInput(rows);
      const table = await readTable(input.bytes, { name: input.source });
      const { prediction, rows: count, notes } = await predict(table);
      for (const note of [...table.notes, ...notes]) tell(noteText(note));
      const { classes, task } = description;
      const records = Array.from({ length: count }, (_, i): Record<string, string | number> => {
        if (task === "regression") return { prediction: prediction.predictions[i] };
        const shares = classes.map(
          (name, k) =>
            [
              `probability ${name}`,
              Number(prediction.probabilities[i * classes.length + k].toPrecision(7)),
            ] as const,
        );
        return { prediction: classes[prediction.predicted[i]], ...Object.fromEntries(shares) };
      });
      process.stdout.write(
        json
          ? records.map((r) => `${JSON.stringify(r)}\n`).join("")
          : `${Papa.unparse(records, { newline: "\n" })}\n`,
      );
    });
}

async function openFolder(folder: string): Promise<Predictor> {
  const model = await readModel(await onlyModel(folder));
  await startEngine();
  return { description: model.description, predict: (table) => predictTable(model, table) };
}
