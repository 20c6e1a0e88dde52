import { rangeError, typeError } from "minimand/engine";
import { decodeModel, elementTypes, hasFewFields, mostFields, type Port } from "../onnx/model.ts";
import type { ModelProto, ValueInfoProto } from "../onnx/onnx_pb.ts";
import { checkOwnSum } from "./own-sum.ts";

/** What a model file says of itself. */
export interface ModelInfo {
  inputs: Port[];
  outputs: Port[];
  /** Texts that were kept in the file. */
  metadata: Record<string, string>;
}

/**
 * Reads inputs, outputs and metadata of an ONNX model. Needs no ONNX Runtime.
 *
 * @param bytes the file
 * @throws TypeError for something else than bytes; RangeError for bytes that are no ONNX model, are cut off, or don't match the sum in the
 *   file
 * @example
 * modelInfo(bytes).metadata.task;
 */
export function modelInfo(bytes: Uint8Array): ModelInfo {
  if (!(bytes instanceof Uint8Array)) throw typeError("model", "the bytes of an ONNX file", bytes);
  const wrong = (): RangeError =>
    new RangeError(`model: expected an ONNX file, got ${bytes.length} bytes of something else or of a part`);
  let model: ModelProto | null;
  try {
    model = hasFewFields(bytes) ? decodeModel(bytes) : null;
  } catch {
    throw wrong();
  }
  if (model === null)
    throw new RangeError(`model: expected an ONNX file with at most ${mostFields} fields, got more`);
  const { graph, opsetImport, metadataProps } = model;
  if (graph === undefined || graph.output.length === 0 || opsetImport.length === 0) throw wrong();
  const metadata = Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
  checkOwnSum(bytes, metadata);
  const weights = new Set(graph.initializer.map(({ name }) => name));
  return {
    inputs: graph.input.filter(({ name }) => !weights.has(name)).map(portOf),
    outputs: graph.output.map(portOf),
    metadata,
  };
}

const typeNames = new Map(
  Object.entries(elementTypes).map(([name, id]) => [id as number, name as Port["type"]]),
);

function portOf({ name, type }: ValueInfoProto): Port {
  const tensor = type?.value.value;
  const known = typeNames.get(tensor?.elemType ?? 0);
  if (known === undefined)
    throw rangeError(`model, ${name}`, `a tensor of ${[...typeNames.values()].join(", ")}`, tensor?.elemType);
  const shape = (tensor?.shape?.dim ?? []).map(({ value }) =>
    value.case === "dimValue" ? Number(value.value) : (value.value ?? "?"),
  );
  return { name, type: known, shape };
}
