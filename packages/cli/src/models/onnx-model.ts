import {
  givesNumbers,
  type ModelDescription,
  type predictTable,
  readColumns,
  readModelDescription,
  type Table,
  type UnreadableRows,
  unreadableRows,
} from "@minimand/compare";
import { onnxSchema } from "@minimand/compare/artifacts";
import type { LoadedModel, ModelInfo, TensorValues } from "@minimand/native";
import { messageOf } from "../error-text.ts";
import { UsageError } from "../failure.ts";
import { readCurrent } from "../files/replace-together.ts";
import { tell } from "../printable.ts";
import { noSums } from "./find-models.ts";

/** Rows that a model takes at once. */
const chunk = 4096;

type Predicted = Awaited<ReturnType<typeof predictTable>>;

/** A model that predicts the rows of tables. */
export interface Predictor {
  description: ModelDescription;
  predict(table: Table): Promise<Predicted>;
}

/**
 * Opens an ONNX file that `compare` or `quantize` wrote.
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
  if (info.metadata.schema !== onnxSchema || info.metadata.description === undefined)
    throw new UsageError(
      `${path}: expected a model that 'minimand compare' or 'minimand quantize' wrote, got another ONNX file`,
    );
  const description = readModelDescription(info.metadata.description, path);
  if (!fits(info, description))
    throw new UsageError(`${path}: expected inputs and outputs as in its description, got others`);
  if (info.metadata[sumKey] === undefined) {
    if (description.weightsSha256 !== undefined)
      throw new UsageError(`${path}: expected the file's own SHA-256 in its metadata, got none`);
    tell(noSums(path));
  }
  const model = asked(() => loadModel(bytes));
  return { description, predict: async (table) => predictRows(model, description, table, path) };
}

const isFloats = (values: TensorValues["data"]): values is Float32Array | Float64Array =>
  values instanceof Float32Array || values instanceof Float64Array;

/** Runs a model; operators of a file that loads may still fail on the rows. */
function ran(
  model: LoadedModel,
  feeds: Record<string, TensorValues>,
  path: string,
): ReturnType<LoadedModel["run"]> {
  try {
    return model.run(feeds);
  } catch (error) {
    throw new UsageError(`${path}: expected a model that ONNX Runtime can run, got ${messageOf(error)}`);
  }
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
    const results = ran(model, Object.fromEntries(feeds), path);
    const values = results[number ? first : second].data;
    const count = (end - start) * (number ? 1 : classes.length);
    if (!isFloats(values) || values.length !== count)
      throw new UsageError(
        `${path}: expected ${count} numbers for ${end - start} rows, got ${values.length} values`,
      );
    const wrong = values.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) throw new UsageError(`${path}: expected finite outputs, got ${wrong}`);
    if (number) prediction.predictions.set(values, start);
    else {
      prediction.probabilities.set(values, start * classes.length);
      const labels = Array.from(results[first].data as ArrayLike<unknown>, (name) => ids.get(name as string));
      if (labels.length !== end - start || labels.includes(undefined))
        throw new UsageError(`${path}: expected a class for each of ${end - start} rows, got others`);
      prediction.predicted.set(labels as number[], start);
    }
  }
  return { prediction, rows, unreadable, notes: [...notes, ...more] };
}
