// The native package with a compiler that can express nothing: every function runs under jit, after a warning for each of two primitives
// in words that differ between threads, as the names of traced variables do.
import { threadId } from "node:worker_threads";
import { compileWithJit } from "minimand/engine";

export * from "../../packages/native/src/index.ts";

export async function nativeCompiler({ warn }) {
  for (const primitive of ["sort", "scatter"])
    warn(
      `${primitive}: expected a primitive that ONNX can express, got one that it can't, in x${threadId} = ${primitive} y`,
    );
  return compileWithJit;
}
