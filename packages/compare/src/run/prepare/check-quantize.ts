import { elasticNetwork, quantisableLayers } from "minimand";
import { disposeTree, keyOf } from "minimand/engine";
import { fitEncoder } from "../../data/encoder.ts";
import { listed } from "../../data-error.ts";
import type { Keep } from "../../model/choose.ts";
import type { OwnModel } from "../../plan/own-parts.ts";
import type { Subject } from "../../plan/prepared.ts";
import type { Settings, Task } from "../../results.ts";
import { outputsFor } from "../../task.ts";
import { ownNetwork } from "../../train/own-network.ts";
import { checkWidths } from "../../train/quantization/bit-settings.ts";
import { firstLine, UsageError } from "../../usage-error.ts";

/** What {@link checkQuantize} looks at. */
interface Quantizing {
  keep: Keep;
  task: Task;
  model: OwnModel | undefined;
  subjects: readonly Subject[];
  settings: Pick<Settings, "bins" | "members">;
}

/**
 * Looks at what can be quantised before anything is trained.
 *
 * @returns what is to be said of where there will be no file
 * @throws UsageError in one line for widths that aren't 2 to 8, and for what can't be quantised
 */
export function checkQuantize(
  widths: readonly number[],
  { keep, task, model, subjects, settings: { bins, members } }: Quantizing,
): string[] {
  if (widths.length === 0) return [];
  const said: string[] = [];
  checkWidths("--quantize", widths);
  if (keep === "trees" || keep === "ensemble")
    throw new UsageError(
      `--quantize: expected a network to keep, got --keep ${keep}${keep === "trees" ? ", which have no weights to quantise" : ""}`,
    );
  if (task === "preference")
    throw new UsageError("--quantize: expected classes or numbers to predict, got pairs (--task preference)");
  if (members > 1 && keep === "auto")
    throw new UsageError(`--quantize: expected a single network per fit, got --members ${members}`);
  for (const { name, dataset } of subjects) {
    const texts = dataset.features.filter(({ kind }) => kind === "text").map((feature) => feature.name);
    if (texts.length > 0)
      said.push(
        `${name}: no quantised files will be kept: words of the free text ${listed(texts)} cannot be read inside of an ONNX file, only by predict`,
      );
    if (model !== undefined) tryQuantising(model, dataset, bins);
  }
  return said;
}

/** Lays out the layers of an own model. */
function tryQuantising(own: OwnModel, dataset: Subject["dataset"], bins: number): void {
  const { task, classes, rows } = dataset;
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const { inputs } = fitEncoder(dataset, all, bins);
  try {
    const made = ownNetwork(own, inputs, outputsFor(task, classes.length));
    const { pieces, variables } = quantisableLayers(made, made.init(keyOf(0)));
    elasticNetwork(pieces);
    disposeTree([variables.params, variables.state]);
  } catch (error) {
    throw new UsageError(`--quantize: ${own.id} can't be quantised: ${firstLine(error)}`);
  }
}
