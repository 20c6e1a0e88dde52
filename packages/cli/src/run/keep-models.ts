import { rm } from "node:fs/promises";
import { join } from "node:path";
import {
  fitWhole,
  type Results,
  type SavedModel,
  type Settings,
  writeModelDescription,
} from "@minimand/compare";
import { NonFiniteError } from "minimand";
import type { Compile } from "minimand/engine";
import { makeFolder } from "./make-folder.ts";
import { onnxOf } from "./onnx-model.ts";
import type { Subject } from "./subjects.ts";
import { writeWhole } from "./write-whole.ts";

/**
 * Trains the chosen model of each data set again on all of its rows. Where that diverges there is no model, and the
 * report says so.
 */
export async function fitModels(
  subjects: readonly Subject[],
  settings: Settings,
  results: Results,
  options: { signal: AbortSignal; compile?: Compile },
): Promise<(SavedModel | null)[]> {
  const models: (SavedModel | null)[] = [];
  for (const [i, { name, dataset }] of subjects.entries()) {
    const report = results.datasets[i];
    try {
      models.push(
        report.model === null ? null : await fitWhole({ ...dataset, name }, settings, report.model, options),
      );
    } catch (error) {
      if (!(error instanceof NonFiniteError)) throw error;
      const text = `no model is kept: ${report.model?.candidate} diverged when it was trained on all rows`;
      report.notes = [...report.notes, { level: "warning", text }];
      report.model = null;
      models.push(null);
    }
  }
  return models;
}

const files = ["model.json", "model.safetensors", "model.onnx"];

/** Writes the models: `model/` for one data set, `model/NAME/` for several. A model of an earlier run goes. */
export async function writeModels(
  out: string,
  names: readonly string[],
  models: readonly (SavedModel | null)[],
): Promise<void> {
  const folderOf = (name: string): string =>
    names.length === 1 ? join(out, "model") : join(out, "model", name);
  for (const folder of new Set([join(out, "model"), ...names.map(folderOf)])) {
    for (const file of files) await rm(join(folder, file), { force: true });
  }
  for (const [i, model] of models.entries()) {
    if (model === null) continue;
    const folder = folderOf(names[i]);
    await makeFolder(folder);
    await writeWhole(join(folder, "model.safetensors"), model.weights);
    await writeWhole(join(folder, "model.onnx"), await onnxOf(model));
    // The description comes last: where it is, the model is whole.
    await writeWhole(join(folder, "model.json"), await writeModelDescription(model.description));
  }
}
