import type { Tensor } from "minimand";
import { DataError } from "../data-error.ts";

/** Returns the values of a tensor of `model.safetensors`; a DataError where it is absent, has another shape, or isn't finite. */
export function tensorOf(tensors: Record<string, Tensor>, name: string, shape?: number[]): Float32Array {
  const tensor = tensors[name];
  if (tensor === undefined || (shape !== undefined && tensor.shape.join() !== shape.join())) {
    const of = shape === undefined ? "" : ` of shape [${shape.join(", ")}]`;
    const got = tensor === undefined ? "none" : `shape [${tensor.shape.join(", ")}]`;
    throw new DataError(`model.safetensors: expected the tensor '${name}'${of}, got ${got}`);
  }
  if (!(tensor.data instanceof Float32Array))
    throw new DataError(`model.safetensors: expected float32 numbers in the tensor '${name}', got others`);
  const wrong = tensor.data.find((value) => !Number.isFinite(value));
  if (wrong !== undefined)
    throw new DataError(`model.safetensors: expected finite numbers in the tensor '${name}', got ${wrong}`);
  return tensor.data;
}
