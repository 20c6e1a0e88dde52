import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ModelDescription, predictTable, readTable, type SavedModel } from "@minimand/compare";
import { Command } from "commander";
import Papa from "papaparse";
import { UsageError } from "../failure.ts";
import { startEngine } from "../run/engine.ts";
import { readInput } from "../run/input.ts";

/** `minimand predict DIR ROWS`: applies a kept model. */
export function predictCommand(): Command {
  return new Command("predict")
    .description(
      "Apply the model that compare kept to new rows; prints CSV with the prediction and its probabilities.",
    )
    .argument("<folder>", "output folder of compare (or its model folder)")
    .argument("<rows>", "file with the same input columns; - for stdin")
    .option("--json", "one JSON object a row instead of CSV", false)
    .addHelpText(
      "after",
      "\nExamples:\n  minimand predict minimand-churn new-customers.csv > predictions.csv\n  minimand predict minimand-churn - --json < rows.csv",
    )
    .action(async (folder: string, rows: string, { json }: { json: boolean }) => {
      const model = await loadModel(folder);
      const input = await readInput(rows);
      const table = await readTable(input.bytes, { name: rows });
      await startEngine();
      const { prediction, rows: count, notes } = await predictTable(model, table);
      for (const note of notes)
        process.stderr.write(`${note.column === undefined ? "" : `${note.column}: `}${note.text}\n`);
      const { classes, task } = model.description;
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

async function loadModel(folder: string): Promise<SavedModel> {
  const places = [join(folder, "model"), folder];
  for (const place of places) {
    let text: string;
    try {
      text = await readFile(join(place, "model.json"), "utf8");
    } catch {
      continue;
    }
    const description = parse(text, place);
    const weights = new Uint8Array(await readFile(join(place, "model.safetensors")));
    return { description, weights };
  }
  throw new UsageError(
    `${folder}: expected a folder with model/model.json, as 'minimand compare' writes it, got none`,
  );
}

function parse(text: string, place: string): ModelDescription {
  try {
    const description = JSON.parse(text) as ModelDescription;
    if (description.schema === "minimand.model/1") return description;
  } catch {
    // Reported below, like a foreign file.
  }
  throw new UsageError(
    `${join(place, "model.json")}: expected a model description (minimand.model/1), got something else`,
  );
}
