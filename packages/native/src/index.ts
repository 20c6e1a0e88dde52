export { compile, type NativeCompilerOptions, type NativeOptions, nativeCompiler } from "./compile.ts";
export {
  type LoadedModel,
  loadModel,
  type ModelInfo,
  modelInfo,
  type TensorValues,
} from "./export/load-model.ts";
export { sumKey } from "./export/own-sum.ts";
export { tabularToOnnx } from "./export/tabular.ts";
export type { CategoricalColumn, NumericColumn, TabularModel } from "./export/tabular-model.ts";
export { type ExportOptions, toOnnx } from "./export/to-onnx.ts";
export type { Apply, InputDescription } from "./export/write-at.ts";
export { UnsupportedPrimitiveError } from "./lower/lower.ts";
export type { Port } from "./onnx/model.ts";
export { NativeUnavailableError, runtimeVersion, type SessionOptions } from "./runtime/session.ts";
