import { defaultDevice, init } from "@jax-js/jax";
import type { EngineUsed } from "@minimand/compare";
import type { Compile } from "minimand/engine";

let started: Promise<void> | undefined;

/**
 * Starts the array engine on wasm, once a thread. It makes a WebAssembly instance for every kernel call; keeping one an
 * module saves about a third of a small training step, with bit-identical results.
 */
export function startEngine(): Promise<void> {
  started ??= (async () => {
    const instances = new WeakMap<WebAssembly.Module, WebAssembly.Instance>();
    WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
      construct(Original, [module, imports]: [WebAssembly.Module, WebAssembly.Imports?]) {
        const known = instances.get(module);
        if (known !== undefined) return known;
        const made = new Original(module, imports);
        instances.set(module, made);
        return made;
      },
    });
    await init("wasm");
    defaultDevice("wasm");
  })();
  return started;
}

/**
 * The compiler of training steps of an engine, after {@link startEngine}; `undefined` stands for the array engine's own.
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
