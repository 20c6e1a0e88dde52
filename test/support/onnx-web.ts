import { InferenceSession, Tensor } from "onnxruntime-web/wasm";
import type { TensorValues } from "../../packages/native/src/runtime/load-model.ts";

/*
 * Runs a model on the browser's build of ONNX Runtime, its WebAssembly backend, for the parent process: it changes
 * something about WebAssembly under which the array engine can't run in the same process.
 */

export interface Request {
  bytes: Uint8Array;
  feeds: Readonly<Record<string, TensorValues>>;
}

function tensorOf({ data, shape }: TensorValues): Tensor {
  if (!ArrayBuffer.isView(data)) return new Tensor("string", [...data], shape);
  const type = { Float64Array: "float64", Int32Array: "int32", Uint8Array: "bool" }[data.constructor.name];
  return new Tensor((type ?? "float32") as "float32", data as Float32Array, shape);
}

process.on("message", async ({ bytes, feeds }: Request) => {
  const session = await InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  const tensors = Object.entries(feeds).map(([name, values]) => [name, tensorOf(values)]);
  const results = await session.run(Object.fromEntries(tensors));
  const outputs = Object.entries(results).map(([name, { data, dims }]) => [name, { data, shape: dims }]);
  process.send?.(Object.fromEntries(outputs));
  await session.release();
});
