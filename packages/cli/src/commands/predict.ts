import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { listed, predictTable, readModelDescription, readTable, type SavedModel } from "@minimand/compare";
import { Command } from "commander";
import Papa from "papaparse";
import { UsageError } from "../failure.ts";
import { startEngine } from "../run/engine.ts";
import { readInput } from "../run/input.ts";
import { noteText, tell } from "../run/subjects.ts";

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
      const table = await readTable(input.bytes, { name: input.source });
      await startEngine();
      const { prediction, rows: count, notes } = await predictTable(model, table);
      for (const note of [...table.notes, ...notes]) tell(noteText(note));
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

/** The model of an output folder, or of a model folder itself. */
async function loadModel(folder: string): Promise<SavedModel> {
  const places = [join(folder, "model"), folder];
  const place = places.find((path) => existsSync(join(path, "model.json")));
  if (place === undefined) throw new UsageError(`${folder}: expected ${await whatIsExpected(folder)}`);
  const path = join(place, "model.json");
  const description = readModelDescription(await readFile(path, "utf8"), path);
  const weights = new Uint8Array(await readFile(join(place, "model.safetensors")));
  return { description, weights };
}

async function whatIsExpected(folder: string): Promise<string> {
  const entries = await readdir(join(folder, "model"), { withFileTypes: true }).catch(() => []);
  const models = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, "model", name));
  return models.length === 0
    ? "a folder with model/model.json, as 'minimand compare' writes it, got none"
    : `one of its models: ${listed(models)}`;
}
