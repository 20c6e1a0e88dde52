export * from "./onnx.ts";
export {
  compile,
  type NativeCompilerOptions,
  type NativeOptions,
  nativeCompiler,
} from "./runtime/compile.ts";
export { type LoadedModel, loadModel, type TensorValues } from "./runtime/load-model.ts";
export { NativeUnavailableError, runtimeVersion, type SessionOptions } from "./runtime/session.ts";
