import { numpy as np } from "@jax-js/jax";
import { rangeError, typeError } from "../engine/checks.ts";
import { type Compile, type Compiled, compileWithJit } from "../engine/compile.ts";
import { sigmoid, softmax } from "../engine/numerics.ts";
import type { Tree } from "../engine/tree.ts";
import { refTree } from "../engine/tree.ts";
import { checkVocabulary } from "../models/layers/embedding.ts";
import type { Model } from "../models/model.ts";

/**
 * A compiled forward pass in evaluation mode: `(params, modelState, x) => output`. Parameters and model state are kept;
 * `x` is consumed. One program per input shape.
 *
 * @throws TypeError for what is no model; RangeError for ids beyond the vocabulary of a model that begins with an `embedding`
 */
export function predictor(
  model: Model,
  compile: Compile = compileWithJit,
): ((params: Tree, modelState: Tree, x: np.Array) => np.Array) & { dispose(): void } {
  if (typeof model?.init !== "function" || typeof model.apply !== "function")
    throw typeError("model", "a model", model);
  const program: Compiled<[Tree, Tree, np.Array], np.Array> = compile(
    (params: Tree, state: Tree, x: np.Array) => {
      const [output] = model.apply({ params, state }, x, { training: false });
      return output;
    },
  );
  return Object.assign(
    (params: Tree, modelState: Tree, x: np.Array) => {
      try {
        checkVocabulary(model, x);
      } catch (error) {
        x.dispose();
        throw error;
      }
      return program(refTree(params), refTree(modelState), x);
    },
    {
      dispose: () => program.dispose(),
    },
  );
}

/**
 * The compiled class probabilities of a model in evaluation mode: `(params, modelState, x) => [batch, classes]`. As {@link predictor}, it
 * keeps parameters and model state and consumes `x`.
 *
 * `softmax(f)` of the outputs `f` `[batch, classes]`, along the last axis where there are more; of one score a row, `[batch]` or
 * `[batch, 1]`, the two columns `(1 - sigmoid(f), sigmoid(f))`.
 *
 * @param model to logits
 * @param compile default: the engine's `jit`
 * @returns the function, with `dispose()`; one program per input shape
 * @throws RangeError while tracing, for a scalar output
 * @example
 * const probabilities = probabilitiesOf(model)(step.params(state), step.modelState(state), x)
 */
export function probabilitiesOf(model: Model, compile?: Compile): ReturnType<typeof predictor> {
  return predictor(
    {
      vocabulary: model?.vocabulary,
      init: model.init,
      apply(variables, x, options) {
        const [output, state] = model.apply(variables, x, options);
        if (output.ndim === 0) throw rangeError("model", "an output [batch, classes] or [batch]", output);
        const score = output.ndim === 1 ? output.reshape([-1, 1]) : output;
        if (score.shape[score.ndim - 1] > 1) return [softmax(score), state];
        return [np.concatenate([sigmoid(score.ref.neg()), sigmoid(score)], -1), state];
      },
    },
    compile,
  );
}
