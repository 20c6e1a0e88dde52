import { UsageError } from "../usage-error.ts";
import { readModelDescription, type SavedModel, weightsFile } from "./description.ts";
import { checkWeights } from "./saved-model.ts";
import { checkSums } from "./sums.ts";

/** Values take up to thirty times the memory of their text, and are read twice. */
const mostBytes = 2 ** 25;

/**
 * Reads the files of a kept model, wherever they come from.
 *
 * @param place its folder, for messages
 * @param read gives the bytes of one of its files, by name
 * @returns `summed`: whether its files hold sums
 */
export async function readSavedModel(
  place: string,
  read: (name: string) => Promise<Uint8Array>,
): Promise<{ model: SavedModel; summed: boolean }> {
  const path = `${place}/model.json`;
  const bytes = await read("model.json");
  if (bytes.length > mostBytes)
    throw new UsageError(
      `${path}: expected a description of at most ${mostBytes} bytes, got ${bytes.length}`,
    );
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const description = readModelDescription(text, path);
  const weightsName = weightsFile(description);
  const weightsPath = `${place}/${weightsName}`;
  const model = { description, weights: new Uint8Array(await read(weightsName)) };
  // First: for a changed byte, the sums give a better error than what it happens to break.
  const files = { description: text, weights: model.weights };
  const summed = await checkSums(files, { description: path, weights: weightsPath });
  try {
    checkWeights(model);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UsageError(
      `${weightsPath}: ${error.message.replace(/^(model\.)?(safetensors|trees|ensemble)(: |, )/, "")}`,
    );
  }
  return { model, summed };
}
