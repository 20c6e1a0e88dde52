import { numpy as np } from "@jax-js/jax";
import { weightRows } from "minimand";
import { type Compile, checkOptions, derive, leavesOf, rangeError, type Tree } from "minimand/engine";
import type { Dataset } from "../dataset/dataset.ts";
import { encodeTable, type UnreadableRows } from "../dataset/encode.ts";
import { inputNames } from "../dataset/encoder.ts";
import { unreadableRows } from "../dataset/unreadable.ts";
import { minimisedBy } from "../plan/candidate.ts";
import { candidateFor } from "../plan/candidates.ts";
import type { OwnModel, OwnParts } from "../plan/own-parts.ts";
import { checkSettingNames } from "../plan/settings.ts";
import type { DatasetReport, Note, Settings } from "../results.ts";
import type { Table } from "../table/table.ts";
import { makeWhole } from "../trial/fold.ts";
import { buildInfoOf, makeLearner } from "../trial/learner.ts";
import { discard, makeNetwork, type Network, outputsFor, type Trained } from "../trial/network.ts";
import { type Prediction, predictionOf } from "../trial/outcome.ts";
import { checkOwnModel, makeNetworkOf } from "../trial/own-network.ts";
import type { ModelDescription } from "./description.ts";
import { ownTensors, ownVariables } from "./own-weights.ts";
import { readSafetensors, sizeOf, type Tensor, writeSafetensors } from "./safetensors.ts";
import { sha256Of } from "./sums.ts";
import { tensorOf } from "./tensor-of.ts";

/** A kept model: its description and its weights. */
export interface SavedModel {
  description: ModelDescription;
  weights: Uint8Array;
}

/** Trains the chosen loss again on all rows of a data set; `candidates` are own ones that it may be of, `model` as in trials. */
export async function fitWhole(
  dataset: Dataset,
  settings: Settings,
  chosen: NonNullable<DatasetReport["model"]>,
  options: OwnParts & { signal?: AbortSignal; compile?: Compile } = {},
): Promise<SavedModel> {
  checkSettingNames(settings);
  checkOptions("fitWhole", options, { signal: true, compile: true, candidates: true, model: true });
  const { signal, compile, candidates, model } = options;
  checkOwnModel(settings, model);
  const { task, classes } = dataset;
  const { encoder, whole } = makeWhole(dataset);
  const candidate = candidateFor(chosen.candidate, task, settings, candidates);
  const { head = "linear" } = minimisedBy(candidate);
  const network = makeNetworkOf(model, whole.inputs, task, classes.length, { ...settings, head }, compile);
  const info = buildInfoOf(dataset, settings);
  const learner = makeLearner(network, candidate, info, settings, compile);
  const trained = await learner.trainFor(chosen.epochs, whole, chosen.configuration, {
    seed: derive(0, dataset.rows),
    signal,
  });
  const hidden = settings.model === "mlp" && model === undefined ? settings.hidden : [];
  const sizes = [whole.inputs, ...hidden, outputsFor(task, classes.length)];
  const tensors = model === undefined ? layerTensors(network, trained, sizes) : ownTensors(trained);
  discard(trained);
  learner.dispose();
  network.dispose();
  const weights = writeSafetensors(tensors, { format: "minimand.model/1" });
  return {
    description: {
      schema: "minimand.model/1",
      task,
      target: dataset.target,
      classes,
      inputs: inputNames(encoder),
      encoder,
      network: {
        hidden,
        activation: "relu",
        ...(head === "linear" ? {} : { head }),
        ...(model && { own: { id: model.id, ...(model.origin && { sha256: model.origin.sha256 }) } }),
      },
      targetScale: whole.target,
      candidate: chosen.candidate,
      configuration: chosen.configuration,
      epochs: chosen.epochs,
      why: chosen.why,
      rows: dataset.rows,
      dataset: dataset.name,
      weightsSha256: await sha256Of(weights),
    },
    weights,
  };
}

/**
 * Predicts the rows of a new table with a kept model, encoded as in training.
 *
 * @param own the own model that it is of, where it is of one
 * @returns a prediction for every row; what it says of the `unreadable` ones, which have a note, means nothing
 * @throws DataError naming every column that lacks, what is wrong with the first row where there is none to predict, or where
 *   description and weights don't fit together
 */
export async function predictTable(
  model: SavedModel,
  table: Table,
  own?: OwnModel,
): Promise<{ prediction: Prediction; rows: number; unreadable: Int32Array; notes: Note[] }> {
  const { task, targetScale } = model.description;
  const faults: UnreadableRows = new Map();
  const { outputs, rows, notes } = await outputsOfTable(model, table, faults, own);
  const { unreadable, notes: more } = unreadableRows(table, faults);
  return {
    prediction: predictionOf(outputs, rows, task, targetScale),
    rows,
    unreadable,
    notes: [...notes, ...more],
  };
}

/**
 * The outputs of a kept model for the rows of a new table, `[rows, outputs]`: logits, or standardised numbers.
 *
 * @param faults takes what is wrong with rows that can't be encoded; without it the first such row is an error
 * @param own as for {@link predictTable}
 * @throws DataError as {@link predictTable}; RangeError for another own model, or none
 */
export async function outputsOfTable(
  model: SavedModel,
  table: Table,
  faults?: UnreadableRows,
  own?: OwnModel,
): Promise<{ outputs: Float32Array; rows: number; notes: Note[] }> {
  const { description } = model;
  const { x, rows, notes } = encodeTable(description.encoder, table, faults);
  const { network, trained } = own === undefined ? builtNetwork(model) : networkOfOwn(model, own);
  const outputs = await network.outputs(trained, { x, rows });
  discard(trained);
  network.dispose();
  return { outputs, rows, notes };
}

/** The network of a kept model of layers. */
function builtNetwork(model: SavedModel): { network: Network; trained: Trained } {
  const { description } = model;
  const layers = savedLayers(model);
  const sizes = sizesOf(description);
  const { hidden, head } = description.network;
  const { task, classes } = description;
  const network = makeNetwork(sizes[0], task, classes.length, { model: "mlp", hidden, head });
  // The engine decides in which order the leaves of a tree stand; the checks above need no array that could leak.
  const flat = layers.map(({ weight, bias }, i) => ({
    weight: vector(weight, weightRows(sizes[i]) * sizes[i + 1]),
    ...(bias !== undefined && { bias: vector(bias, bias.length) }),
  }));
  return { network, trained: { params: np.concatenate(leavesOf(flat)), state: {} } };
}

/**
 * The network of a kept model that is one's own, with its parameters and state; both are the caller's.
 *
 * @throws RangeError where it is another one; DataError where the weights are not such a model's
 */
export function networkOfOwn(
  { description, weights }: SavedModel,
  own: OwnModel,
): { network: Network; trained: Trained } {
  const { encoder, task, classes, network: saved } = description;
  if (saved.own?.id !== own.id) throw rangeError("model", `the own model ${saved.own?.id ?? "none"}`, own.id);
  const network = makeNetworkOf(own, encoder.inputs, task, classes.length, { model: "own", hidden: [] });
  return { network, trained: ownVariables(weights, network) };
}

/** Throws a DataError where the weights are not those of the description. */
export function checkWeights(model: SavedModel): void {
  if (model.description.network.own === undefined) savedLayers(model);
  else tensorOf(readSafetensors(model.weights), "params");
}

/**
 * Weights `[inputs, outputs]` (row-major) and biases of a kept model, layer by layer; the last layer of a cosine head
 * has no bias.
 *
 * @throws DataError where description and weights don't fit together, or a weight is no finite number
 */
export function savedLayers({
  description,
  weights,
}: SavedModel): { weight: Float32Array; bias?: Float32Array }[] {
  const { own } = description.network;
  if (own !== undefined) throw rangeError("model", `the own model ${own.id} beside it`, undefined);
  const sizes = sizesOf(description);
  const tensors = readSafetensors(weights);
  return sizes.slice(1).map((size, i) => ({
    weight: tensorOf(tensors, `layers.${i}.weight`, [sizes[i], size]),
    ...((i < sizes.length - 2 || description.network.head !== "cosine") && {
      bias: tensorOf(tensors, `layers.${i}.bias`, [size]),
    }),
  }));
}

/** Widths of a kept model's layers, inputs and outputs included. */
export function sizesOf({ task, classes, encoder, network }: ModelDescription): number[] {
  return [encoder.inputs, ...network.hidden, task === "regression" ? 1 : classes.length];
}

/** The values as an array of the engine, filled up with zeros to a length. */
function vector(values: Float32Array, length: number): np.Array {
  const filled = new Float32Array(length);
  filled.set(values);
  return np.array(filled);
}

/** Weights and biases of a network of layers, without what the engine fills them up with. Looks only. */
function layerTensors(
  network: Network,
  { params }: Trained,
  sizes: readonly number[],
): Record<string, Tensor> {
  const layers = network.model.unflatten((params as np.Array).ref) as { [name: string]: Tree }[];
  const tensors: Record<string, Tensor> = {};
  for (const [i, layer] of layers.entries()) {
    for (const [name, value] of Object.entries(layer)) {
      const shape = name === "weight" ? [sizes[i], sizes[i + 1]] : [sizes[i + 1]];
      const data = Float32Array.from((value as np.Array).dataSync());
      // Rows beyond the inputs are a matter of the engine's layout, not of the model.
      tensors[`layers.${i}.${name}`] = { shape, data: data.subarray(0, sizeOf(shape)) };
    }
  }
  return tensors;
}
