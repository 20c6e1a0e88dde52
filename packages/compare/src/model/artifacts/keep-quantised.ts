import type { Compile } from "minimand/engine";
import { truthOf } from "../../judge/decision/truth.ts";
import { quantizationReport, type WidthSizes } from "../../judge/quantization-report.ts";
import type { OwnModel } from "../../plan/own-parts.ts";
import type { Subject } from "../../plan/prepared.ts";
import type { ProgressLine } from "../../progress-line.ts";
import type { PredictedTrial, Results } from "../../results.ts";
import { makeWhole } from "../../train/fold.ts";
import type { SavedModel, SavedNetwork } from "../description.ts";
import { modelFoldersOf, quantisedFile } from "../model-files.ts";
import type { Contents } from "./contents.ts";
import { onnxOf } from "./onnx-of.ts";
import { eachWidth, quantisedOnnx, usualContainer } from "./quantised-models.ts";

/** What kept models are quantised with. */
export interface KeepingQuantised {
  widths: readonly number[];
  /** Of quantised networks, for each data set. */
  trials: readonly PredictedTrial[][];
  own?: OwnModel | undefined;
  compile?: Compile | undefined;
  signal: AbortSignal;
  /** Shows how far fine-tuning is. */
  progress: () => ProgressLine;
}

/**
 * Quantises the kept model of each data set by all of its rows, and puts into the results what each width has of bytes, and what it costs
 * by the trials.
 *
 * @returns the files, by their paths in the output folder
 */
export async function keepQuantised(
  subjects: readonly Subject[],
  models: readonly (SavedModel | null)[],
  results: Results,
  { widths, trials, own, compile, signal, progress }: KeepingQuantised,
): Promise<Contents> {
  const contents: Record<string, Uint8Array> = {};
  const folders = modelFoldersOf(subjects.map(({ name }) => name));
  for (const [i, { dataset, testTable }] of subjects.entries()) {
    const model = models[i];
    const report = results.datasets[i];
    if (model === null || report.model === null || !("network" in model.description)) continue;
    const network: SavedNetwork = { description: model.description, weights: model.weights };
    const ofOwn = model.description.network.own === undefined ? undefined : own;
    const line = progress();
    const onEpoch = (done: number, total: number): void =>
      line.update(done, total, "epochs of fine-tuning the kept model");
    let floatBytes = 0;
    try {
      const sizes = await eachWidth(
        network,
        makeWhole(dataset, { bins: results.settings.bins }).whole.fit,
        widths.map((bits) => ({ bits })),
        { own: ofOwn, compile, signal, onEpoch },
        async (quantised, { bits }): Promise<WidthSizes> => {
          floatBytes = quantised.bytes.float;
          const bytes = await quantisedOnnx(network, quantised, usualContainer(bits));
          if (bytes !== null) contents[`${folders[i]}/${quantisedFile(bits)}`] = bytes;
          return {
            bits,
            layerBits: quantised.configs.map(({ weightBits }) => weightBits),
            bytes: quantised.bytes.packed,
            file: bytes === null ? null : quantisedFile(bits),
            fileBytes: bytes?.length ?? null,
          };
        },
      );
      const written = sizes.every(({ file }) => file !== null);
      report.quantization = quantizationReport(trials[i], truthOf(dataset, testTable), {
        candidate: report.model.candidate,
        ranking: report.ranking,
        later: report.time !== undefined,
        activationBits: 8,
        float: { bytes: floatBytes, fileBytes: written ? (await onnxOf(network, ofOwn)).length : null },
        widths: sizes,
      });
    } finally {
      line.clear();
    }
  }
  return contents;
}
