import { type AsyncCompile, compileWithJit } from "../engine/compile.ts";
import type { Tree } from "../engine/tree.ts";

/** The engine, asked by way of the event loop: a runtime in another thread. Counts its calls. */
export const later = (answered: { calls: number } = { calls: 0 }): AsyncCompile => {
  return <A extends Tree[], R extends Tree>(f: (...args: A) => R) => {
    const program = compileWithJit(f);
    const call = async (...args: A): Promise<R> => {
      await new Promise((resolve) => setTimeout(resolve));
      answered.calls++;
      return program(...args);
    };
    return Object.assign(call, { dispose: () => program.dispose() });
  };
};
