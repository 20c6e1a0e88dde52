import { defaultDevice, init } from "@jax-js/jax";

let started: Promise<void> | undefined;

/**
 * Starts the engine on wasm, once a thread. The engine makes a WebAssembly instance for every kernel call; keeping one an
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
