import { growInSteps } from "./grow-in-steps.ts";

/**
 * Keeps one instance of every kernel of the engine, which makes a new one for each call: for a small training step that is
 * about a third of the time.
 *
 * The engine's kernels hold nothing but the memory that they import, so one instance is as good as another. Whatever imports
 * anything else, or another memory, is instantiated as always. The memory, which the engine shows to nobody else, grows in steps
 * from then on ({@link growInSteps}).
 */
export function reuseInstances(): void {
  const known = new WeakMap<WebAssembly.Module, { memory: unknown; instance: WebAssembly.Instance }>();
  const seen = new WeakSet<WebAssembly.Memory>();
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(Instance, given: [WebAssembly.Module, WebAssembly.Imports?], target) {
      const [module, imports] = given;
      const memory = memoryOf(imports);
      const kept = memory === undefined ? undefined : known.get(module);
      if (kept !== undefined && kept.memory === memory) return kept.instance;
      const instance = Reflect.construct(Instance, given, target) as WebAssembly.Instance;
      if (memory === undefined) return instance;
      known.set(module, { memory, instance });
      if (!seen.has(memory)) {
        seen.add(memory);
        growInSteps(memory);
      }
      return instance;
    },
  });
}

/** The memory, where it is all that a module is given, as kernels are: `{ env: { memory } }`. */
function memoryOf(imports: WebAssembly.Imports | undefined): WebAssembly.Memory | undefined {
  if (imports === undefined) return undefined;
  const { env } = imports;
  const alone = Object.keys(imports).length === 1 && env !== undefined && Object.keys(env).length === 1;
  return alone && env.memory instanceof WebAssembly.Memory ? env.memory : undefined;
}
