import type { Compile } from "minimand/engine";
import { NonFiniteError } from "minimand/training";
import { bySeverity } from "../../notes.ts";
import { references } from "../../plan/candidates.ts";
import type { OwnModel, OwnParts } from "../../plan/own-parts.ts";
import type { Subject } from "../../plan/prepared.ts";
import { treesReference } from "../../plan/trained-references.ts";
import type { KeptChoice, KeptEnsemble, Results, Settings } from "../../results.ts";
import { firstLine, UsageError } from "../../usage-error.ts";
import { ownModelIn, type SavedModel, weightsFile, writeModelDescription } from "../description.ts";
import { modelFileNames, modelFoldersOf } from "../model-files.ts";
import { fitWhole } from "../saved-model.ts";
import type { Contents } from "./contents.ts";
import { noOnnxOf, onnxOf } from "./onnx-of.ts";

/**
 * Trains the chosen model of each data set again on all of its rows. Where that diverges there is no model, and the
 * report says so.
 *
 * @param options `left`: milliseconds that are left for all of them, after which training ends with its epoch; null: it isn't cut short
 */
export async function fitModels(
  subjects: readonly Subject[],
  settings: Settings,
  results: Results,
  {
    left = null,
    ...options
  }: OwnParts & { signal: AbortSignal; compile?: Compile; left?: (() => number) | null },
): Promise<(SavedModel | null)[]> {
  const models: (SavedModel | null)[] = [];
  for (const [i, { name, dataset }] of subjects.entries()) {
    const report = results.datasets[i];
    // Each has its part of what is left.
    const end = left === null ? 0 : left() * (1 - 1 / (subjects.length - i));
    const untilEnd = left !== null && { mayGoOn: () => left() > end };
    try {
      const { model } = report;
      if (model === null) {
        models.push(null);
        continue;
      }
      const fitted = await fitWhole({ ...dataset, name }, settings, model, { ...options, ...untilEnd });
      models.push(fitted);
      const kept = dataset.rows === report.rows ? model : withRows(model, fitted);
      report.model = { ...kept, bytes: fitted.weights.length };
    } catch (error) {
      const why = failureOf(error, report.model?.candidate);
      if (why === null || options.signal.aborted) throw error;
      const text = `no model is kept: ${why} when it was trained on all rows`;
      report.notes = bySeverity([...report.notes, { level: "warning", text }]);
      report.model = null;
      models.push(null);
    }
  }
  return models;
}

/** What was chosen on rows that were drawn, with all rows that it was trained on, and the epochs and members that there was time for. */
function withRows(choice: KeptChoice | KeptEnsemble, { description }: SavedModel): KeptChoice | KeptEnsemble {
  const { rows } = description;
  if ("ensemble" in choice || !("network" in description)) return { ...choice, rows };
  const { members: _, ...chosen } = choice;
  const { epochs, network } = description;
  return { ...chosen, epochs, rows, ...(network.members !== undefined && { members: network.members }) };
}

/** What became of a model that could not be trained; null for a fault of the program. */
function failureOf(error: unknown, candidate: string | undefined): string | null {
  if (error instanceof NonFiniteError) return `${candidate} diverged`;
  // A library that fails costs its model, and not the comparison.
  const ofLibrary = candidate === treesReference.id || candidate === references.ensemble.id;
  return ofLibrary ? `${candidate} failed (${firstLine(error)})` : null;
}

/**
 * Returns the files of the models, by their paths in the output folder: in `model/` for one data set, in `model/NAME/` for several. Those
 * of an earlier run go.
 *
 * @param own the own model that they are of
 * @param say called with the reason if there is no ONNX file
 */
export async function modelFiles(
  names: readonly string[],
  models: readonly (SavedModel | null)[],
  own: OwnModel | undefined,
  say: (text: string) => void,
): Promise<Contents> {
  const folders = modelFoldersOf(names);
  const contents: Record<string, string | Uint8Array | null> = {};
  for (const folder of new Set(["model", ...folders]))
    for (const file of modelFileNames) contents[`${folder}/${file}`] = null;
  for (const [i, model] of models.entries()) {
    if (model === null) continue;
    contents[`${folders[i]}/model.json`] = await writeModelDescription(model.description);
    contents[`${folders[i]}/${weightsFile(model.description)}`] = model.weights;
    contents[`${folders[i]}/model.onnx`] = await onnxIfPossible(model, own, say);
  }
  return contents;
}

/** Free text has no equivalent in ONNX, nor has all that own models and trees may do; what hasn't is reported. */
async function onnxIfPossible(
  model: SavedModel,
  own: OwnModel | undefined,
  say: (text: string) => void,
): Promise<Uint8Array | null> {
  const { description } = model;
  const reason = noOnnxOf(description);
  if (reason !== null) {
    say(`no model.onnx is kept: ${reason}`);
    return null;
  }
  // A reference may be kept instead of the own model that was compared.
  try {
    return await onnxOf(model, ownModelIn(description) && own);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`no model.onnx is kept: ${error.message.replace(/^no model\.onnx: /, "")}`);
    return null;
  }
}
