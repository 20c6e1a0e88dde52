import type { EngineUsed } from "@minimand/compare";
import type { Compile } from "minimand/engine";

/**
 * The compiler of training steps of an engine, after `startEngine`; `undefined` stands for the array engine's own.
 *
 * @param warn told once for each primitive that makes a step run on wasm after all
 * @throws NativeUnavailableError where ONNX Runtime isn't installed
 */
export async function compilerOf(
  { name, threads }: Pick<EngineUsed, "name" | "threads">,
  warn: (message: string) => void,
): Promise<Compile | undefined> {
  if (name === "wasm") return undefined;
  // Only here, so that `--engine wasm` works where the optional package is absent or broken.
  const { nativeCompiler } = await import("@minimand/native");
  return nativeCompiler({ threads, warn });
}
