import type { numpy as np } from "@jax-js/jax";
import { type Compile, type Compiled, compileWithJit } from "../engine/compile.ts";
import type { Tree } from "../engine/tree.ts";
import { refTree } from "../engine/tree.ts";
import type { Model } from "../models/model.ts";

/**
 * A compiled forward pass in evaluation mode: `(params, modelState, x) => output`. Parameters and model state are kept;
 * `x` is consumed. One program per input shape.
 */
export function predictor(
  model: Model,
  compile: Compile = compileWithJit,
): ((params: Tree, modelState: Tree, x: np.Array) => np.Array) & { dispose(): void } {
  const program: Compiled<[Tree, Tree, np.Array], np.Array> = compile(
    (params: Tree, state: Tree, x: np.Array) => {
      const [output] = model.apply({ params, state }, x, { training: false });
      return output;
    },
  );
  return Object.assign(
    (params: Tree, modelState: Tree, x: np.Array) => program(refTree(params), refTree(modelState), x),
    {
      dispose: () => program.dispose(),
    },
  );
}
