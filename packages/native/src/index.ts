export { compile, type NativeCompilerOptions, type NativeOptions, nativeCompiler } from "./compile.ts";
export { UnsupportedPrimitiveError } from "./lower/lower.ts";
export { NativeUnavailableError, runtimeVersion, type SessionOptions } from "./runtime/session.ts";
