import { numpy as np } from "@jax-js/jax";
import {
  givesNumbers,
  listed,
  type ModelDescription,
  missingWords,
  mostDeviations,
  type NetworkDescription,
  networkOfOwn,
  type OwnModel,
  outputsFor,
  type predictTable,
  readColumns,
  readModelDescription,
  refusal,
  type SavedModel,
  type SavedNetwork,
  savedLayers,
  sizesOf,
  type Table,
  type UnreadableRows,
  unreadableRows,
} from "@minimand/compare";
import type { LoadedModel, ModelInfo, TabularModel, TensorValues } from "@minimand/native";
import { mlp, type Variables } from "minimand";
import { disposeTree, type Tree } from "minimand/engine";
import { startEngine } from "minimand/start";
import { messageOf } from "../error-text.ts";
import { UsageError } from "../failure.ts";
import { readCurrent } from "../files/replace-together.ts";
import { tell } from "../printable.ts";
import { version } from "../version.ts";
import { noSums } from "./find-models.ts";

/** Rows that a model takes at once. */
const chunk = 4096;

/**
 * A kept model as an ONNX file, with all that stands between a table and its predictions.
 *
 * @param own the own model that it is of, where it is of one
 * @throws UsageError in one line where it is trees, or where free text or the own model does what ONNX has no like of
 */
export async function onnxOf(model: SavedModel, own?: OwnModel): Promise<Uint8Array> {
  const { description, weights } = model;
  const reason = noOnnxOf(description);
  if (reason !== null || "trees" in description) throw new UsageError(`no model.onnx: ${reason}`);
  const { tabularToOnnx } = await import("@minimand/native");
  await startEngine();
  const network = { description, weights };
  const { params, forward } = own === undefined ? ofLayers(network) : ofOwn(network, own);
  try {
    return tabularToOnnx(forward, params, tableOf(description), metadataOf(description));
  } catch (error) {
    if (own?.origin === undefined) throw error;
    throw refusal(own.origin.file, `${own.id} can't be written as ONNX: ${messageOf(error)}`);
  } finally {
    disposeTree(params);
  }
}

/** Why there is no ONNX file of a model; null where there can be one. */
export function noOnnxOf(description: ModelDescription): string | null {
  if ("trees" in description)
    return "gradient-boosted trees are read by their own library; predict uses the folder, and a run of compare without --keep trees keeps a network";
  const texts = description.encoder.features.filter(({ kind }) => kind === "text").map(({ name }) => name);
  if (texts.length === 0) return null;
  return `words of the free text ${listed(texts)} are read by predict, which ONNX has no like of; predict uses the folder`;
}

/** What stands before and behind the network of a file. */
export function tableOf(description: NetworkDescription): TabularModel {
  return {
    columns: onnxColumns(description),
    missingWords: [...missingWords],
    mostDeviations,
    output: givesNumbers(description.task) ? description.targetScale : { classes: description.classes },
  };
}

/** The inputs of the file. Parts of dates are inputs of their own, which values that stand for missing dates are none of. */
function onnxColumns(description: NetworkDescription): TabularModel["columns"] {
  return description.encoder.features.flatMap((feature) => {
    if (feature.kind === "text") return [];
    return feature.date === undefined ? [feature] : [{ ...feature, asMissing: [] }];
  });
}

interface Forward {
  params: Tree;
  forward: (params: Tree, x: np.Array) => np.Array;
}

function ofLayers(model: SavedNetwork): Forward {
  const saved = savedLayers(model);
  const sizes = sizesOf(model.description);
  const { hidden, head } = model.description.network;
  const network = mlp({ inputs: sizes[0], hidden, outputs: sizes[sizes.length - 1], head });
  const layers = saved.map(({ weight, bias }, i) => ({
    weight: np.array(new Float32Array(weight), { shape: [sizes[i], sizes[i + 1]] }),
    ...(bias !== undefined && { bias: np.array(new Float32Array(bias)) }),
  }));
  const forward: Forward["forward"] = (given, x) =>
    network.apply({ params: (given as { layers: Tree }).layers, state: {} }, x, { training: false })[0];
  return { params: { layers }, forward };
}

function ofOwn(model: SavedNetwork, own: OwnModel): Forward {
  const { network, trained } = networkOfOwn(model, own);
  const params = network.model.unflatten(trained.params as np.Array);
  network.dispose();
  const { encoder, task, classes } = model.description;
  const { apply } = own.make({ inputs: encoder.inputs, outputs: outputsFor(task, classes.length) });
  const forward: Forward["forward"] = (given, x) =>
    apply(given as unknown as Variables, x, { training: false })[0];
  return { params: { params, state: trained.state }, forward };
}

const schema = "minimand.model/1";

/** What a file tells of itself. */
export function metadataOf(description: ModelDescription): Record<string, string> {
  const { task, target, classes, candidate, dataset, encoder } = description;
  const columns = encoder.features.map((feature) => ({
    name: feature.name,
    kind: feature.kind,
    ...(feature.kind === "categorical" && { levels: feature.levels }),
    ...(feature.kind !== "text" && feature.date && { date: feature.date }),
  }));
  return {
    schema,
    minimand: version,
    task,
    target,
    ...(givesNumbers(task) ? {} : { classes: JSON.stringify(classes) }),
    columns: JSON.stringify(columns),
    loss: candidate,
    ...(dataset === undefined ? {} : { dataset }),
    description: JSON.stringify(description),
  };
}

type Predicted = Awaited<ReturnType<typeof predictTable>>;

/** A model that predicts the rows of tables. */
export interface Predictor {
  description: ModelDescription;
  predict(table: Table): Promise<Predicted>;
}

/**
 * Opens an ONNX file that `compare` or `export` wrote.
 *
 * @throws UsageError in one line for a file that is none, is cut off, or is foreign, and where ONNX Runtime isn't installed
 */
export async function openOnnx(path: string): Promise<Predictor> {
  return openOnnxBytes(new Uint8Array(await readCurrent(path)), path);
}

/** The same for the bytes of a file. */
export async function openOnnxBytes(bytes: Uint8Array, path: string): Promise<Predictor> {
  const { loadModel, modelInfo, NativeUnavailableError, sumKey } = await import("@minimand/native");
  const asked = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (error instanceof NativeUnavailableError) throw new UsageError(error.message, { cause: error });
      if (!(error instanceof RangeError)) throw error;
      throw new UsageError(`${path}: ${error.message.replace(/^model: /, "")}`);
    }
  };
  const info = asked(() => modelInfo(bytes));
  if (info.metadata.schema !== schema || info.metadata.description === undefined)
    throw new UsageError(
      `${path}: expected a model that 'minimand compare' or 'minimand export' wrote, got another ONNX file`,
    );
  const description = readModelDescription(info.metadata.description, path);
  if (!fits(info, description))
    throw new UsageError(`${path}: expected inputs and outputs as its description tells, got others`);
  if (info.metadata[sumKey] === undefined) {
    if (description.weightsSha256 !== undefined)
      throw new UsageError(`${path}: expected the file's own SHA-256 in its metadata, got none`);
    tell(noSums(path));
  }
  const model = asked(() => loadModel(bytes));
  return { description, predict: async (table) => predictRows(model, description, table, path) };
}

function fits({ inputs, outputs }: ModelInfo, { encoder, task }: ModelDescription): boolean {
  const named = encoder.features.every(
    ({ name, kind }, i) =>
      inputs[i]?.name === name && inputs[i].type === (kind === "numeric" ? "float64" : "string"),
  );
  return (
    named && inputs.length === encoder.features.length && outputs.length === (givesNumbers(task) ? 1 : 2)
  );
}

function predictRows(
  model: LoadedModel,
  { encoder, classes, task }: ModelDescription,
  table: Table,
  path: string,
): Predicted {
  const faults: UnreadableRows = new Map();
  const { columns, notes } = readColumns(encoder, table, faults);
  const { unreadable, notes: more } = unreadableRows(table, faults);
  const { rows } = table;
  const number = givesNumbers(task);
  const prediction: Predicted["prediction"] = {
    probabilities: new Float64Array(number ? 0 : rows * classes.length),
    predicted: new Int32Array(number ? 0 : rows),
    predictions: new Float64Array(number ? rows : 0),
  };
  const ids = new Map(classes.map((name, k) => [name, k]));
  const [first, second] = model.outputs.map(({ name }) => name);
  for (let start = 0; start < rows; start += chunk) {
    const end = Math.min(start + chunk, rows);
    const feeds = encoder.features.map(({ name }, i): [string, TensorValues] => [
      name,
      { data: columns[i].slice(start, end), shape: [end - start, 1] },
    ]);
    const results = model.run(Object.fromEntries(feeds));
    const values = results[number ? first : second].data as Float64Array;
    const wrong = values.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) throw new UsageError(`${path}: expected finite outputs, got ${wrong}`);
    if (number) prediction.predictions.set(values, start);
    else {
      prediction.probabilities.set(values, start * classes.length);
      const labels = results[first].data as readonly string[];
      prediction.predicted.set(
        labels.map((name) => ids.get(name)!),
        start,
      );
    }
  }
  return { prediction, rows, unreadable, notes: [...notes, ...more] };
}
