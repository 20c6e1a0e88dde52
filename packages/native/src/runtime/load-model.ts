import { rangeError, readOptions, typeError } from "minimand/engine";
import { type ModelInfo, modelInfo } from "../export/model-info.ts";
import { hasExternalData } from "../onnx/external-data.ts";
import type { Port } from "../onnx/model.ts";
import { checkSession, createSession, type Feed, type SessionOptions, sessionOptions } from "./session.ts";

/** Values of a tensor, row-major; texts for an input or output of strings. */
export interface TensorValues {
  data:
    | Float32Array
    | Float64Array
    | Int32Array
    | Uint32Array
    | BigInt64Array
    | Uint8Array
    | readonly string[];
  shape: readonly number[];
}

/** A model that is ready to run. */
export interface LoadedModel extends ModelInfo {
  /**
   * Runs the model.
   *
   * @param feeds values for every input by its name; only read
   * @returns values of every output by its name
   * @throws TypeError for an input that lacks or has values of another type; RangeError for a shape that isn't the input's
   */
  run(feeds: Readonly<Record<string, TensorValues>>): Record<string, TensorValues>;
  /** Frees the memory of the model. */
  dispose(): void;
}

/**
 * Loads an ONNX model into ONNX Runtime.
 *
 * @param bytes the file, e.g. of `toOnnx`
 * @param options threads and execution providers
 * @throws NativeUnavailableError where ONNX Runtime isn't installed or may not start in this worker; TypeError, RangeError for unknown
 *   options, bytes that `modelInfo` or ONNX Runtime refuses, and tensors that are in other files
 * @example
 * const model = loadModel(readFileSync("model.onnx"));
 * const { output } = model.run({ x: { data: Float32Array.of(1, 2, 3), shape: [1, 3] } });
 */
export function loadModel(bytes: Uint8Array, options: SessionOptions = {}): LoadedModel {
  readOptions("loadModel", options, sessionOptions);
  checkSession(options);
  const info = modelInfo(bytes);
  checkOwnData(bytes);
  const session = open(bytes, options);
  return {
    ...info,
    run(feeds) {
      const known = new Set(info.inputs.map(({ name }) => name));
      const other = Object.keys(feeds).find((name) => !known.has(name));
      if (other !== undefined)
        throw rangeError(
          "feeds",
          `inputs among ${[...known].map((name) => JSON.stringify(name)).join(", ")}`,
          other,
        );
      const given = Object.fromEntries(
        info.inputs.map((port) => [port.name, feedOf(port, feeds[port.name])]),
      );
      const wanted = Object.fromEntries(info.outputs.map(({ name }) => [name, null]));
      const results = session.run(given, wanted, {});
      return Object.fromEntries(
        info.outputs.map(({ name }) => {
          const { data, dims } = results[name];
          return [name, { data: data as TensorValues["data"], shape: dims }];
        }),
      );
    },
    dispose: () => session.dispose(),
  };
}

/** ONNX Runtime would read other files below the current folder. */
function checkOwnData(bytes: Uint8Array): void {
  let external: boolean;
  try {
    external = hasExternalData(bytes);
  } catch (error) {
    throw new RangeError("model: expected an ONNX file, got one with a part that can't be read", {
      cause: error,
    });
  }
  if (external) throw new RangeError("model: expected all tensors in the file, got some that are in others");
}

function open(bytes: Uint8Array, options: SessionOptions): ReturnType<typeof createSession> {
  try {
    return createSession(bytes, options);
  } catch (error) {
    if ((error as Error).name === "NativeUnavailableError") throw error;
    throw new RangeError(
      `model: expected one that ONNX Runtime loads, got ${(error as Error).message.split("\n")[0]}`,
      {
        cause: error,
      },
    );
  }
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
};

/** Checked here, since the binding reads whatever memory it is given. */
function feedOf({ name, type, shape }: Port, values: TensorValues | undefined): Feed {
  const subject = `feeds[${JSON.stringify(name)}]`;
  if (typeof values !== "object" || values === null)
    throw typeError(subject, `{ data, shape } of ${type}[${shape.join(", ")}]`, values);
  const { data, shape: given } = values;
  const fits =
    type === "string"
      ? Array.isArray(data) && data.every((text) => typeof text === "string")
      : data instanceof arrays[type];
  if (!fits)
    throw typeError(`${subject}.data`, type === "string" ? "a list of texts" : arrays[type].name, data);
  const size = (given as readonly number[]).reduce((a, b) => a * b, 1);
  if (given.length !== shape.length || shape.some((n, i) => typeof n === "number" && n !== given[i]))
    throw new RangeError(`${subject}.shape: expected [${shape.join(", ")}], got [${given.join(", ")}]`);
  if (!Number.isInteger(size) || size < 0 || data.length !== size)
    throw rangeError(`${subject}.data`, `${size} values for the shape [${given.join(", ")}]`, data);
  return { type, data, dims: given, location: "cpu" };
}
