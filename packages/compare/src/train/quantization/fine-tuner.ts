import type { numpy as np } from "@jax-js/jax";
import {
  adam,
  chain,
  crossEntropy,
  disposeState,
  type ElasticVariables,
  type Model,
  minibatches,
  objectiveOf,
  squaredError,
  supervised,
  train,
} from "minimand";
import { type Compile, keyOf, refTree } from "minimand/engine";
import { flat } from "minimand/models";
import { clipByValue } from "minimand/optimizers";
import { NonFiniteError } from "minimand/training";
import type { Rows } from "../fold.ts";
import { batchSizeFor } from "../learner.ts";
import { softmaxRows } from "../outcome.ts";

/** Steps of fine-tuning, about. */
const steps = 300;

const learningRate = 2e-3;

/** How a run of fine-tuning is reported, and ended. */
export interface TuningOptions {
  seed: number;
  signal?: AbortSignal | undefined;
  /** Called after each epoch; rounding alone counts as one. */
  onEpoch?: ((done: number, total: number) => void) | undefined;
}

/** Fine-tunes quantised networks of one shape, with one compiled step. */
export interface FineTuner {
  /**
   * Weights and step sizes that learn the outputs of the float network.
   *
   * @param teacher outputs of the float network for all rows, `[rows, outputs]`
   * @returns null where training diverged
   */
  tune(rows: Rows, teacher: Float32Array, options: TuningOptions): Promise<ElasticVariables | null>;
  dispose(): void;
}

/**
 * Makes one for a quantised network: by cross-entropy with the probabilities of the float network, or by the squared difference to its
 * number. So the quantised network decides as the float one does, whatever loss that was trained with, and no label is needed.
 *
 * @param model starts with what was rounded
 * @param numbers whether the output is a number, not logits
 * @see Esser et al. 2020, arXiv 1902.08153, for learned step sizes; Mishra, Marr 2018, arXiv 1711.05852, for the teacher in float
 */
export function makeFineTuner(model: Model, numbers: boolean, compile?: Compile): FineTuner {
  const whole = flat(model);
  const step = supervised({
    model: whole,
    objective: objectiveOf(whole, (output, target, { weights }) =>
      numbers
        ? squaredError(output.reshape([-1]), target, { weights })
        : crossEntropy(output, target, { weights }),
    ),
    optimizer: ({ learningRate }) => chain(clipByValue(1), adam(learningRate)),
    hyper: { learningRate },
    ...(compile && { compile }),
  });
  return {
    async tune(rows, teacher, { seed, signal, onEpoch }) {
      const outputs = teacher.length / rows.rows;
      const examples = {
        x: rows.x,
        shape: [rows.x.length / rows.rows],
        ...(numbers
          ? { y: teacher }
          : { y: Float32Array.from(softmaxRows(teacher, outputs)), targetShape: [outputs] }),
      };
      const data = minibatches(examples, { size: batchSizeFor(rows.rows, 128), seed });
      const epochs = Math.max(1, Math.round(steps / data.perEpoch));
      try {
        const { state } = await train({
          step,
          state: step.init(keyOf(seed)),
          data,
          signal,
          epochs,
          schedule: (epoch) => (1 + Math.cos((Math.PI * epoch) / epochs)) / 2,
          onEpoch: ({ epoch }) => onEpoch?.(epoch + 1, epochs),
        });
        const params = whole.unflatten((step.params(state) as np.Array).ref);
        const found = { params, state: refTree(step.modelState(state)) };
        disposeState(state);
        return found as unknown as ElasticVariables;
      } catch (error) {
        if (error instanceof NonFiniteError) return null;
        throw error;
      }
    },
    dispose: () => step.dispose(),
  };
}
