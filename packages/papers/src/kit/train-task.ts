import { numpy as np } from "@jax-js/jax";
import { adam, type Batch, chain, fit, supervised } from "minimand";
import { type Compile, disposeTree, keyOf, refTree, type Tree } from "minimand/engine";
import { clipByGlobalNorm, cosineSchedule } from "minimand/optimizers";

/** Numbers of a batch, its shape without the rows. */
interface Numbers {
  data: Float32Array | Int32Array;
  shape: readonly number[];
}

/** Something that is trained: parameters, a loss, and batches made on the host. */
export interface Task {
  init(key: np.Array): Tree;
  /** A scalar of a batch. Traced; consumes its arrays. */
  loss(params: Tree, x: np.Array, y: np.Array): np.Array;
  /** The batch of a step, always the same for the same step. */
  batch(step: number): { x: Numbers; y: Numbers };
  rows: number;
  learningRate: number;
}

/** Options of a run of a task. */
export interface TaskRun {
  seed: number;
  steps: number;
  compile?: Compile;
  signal?: AbortSignal;
  /** Called every so often with the mean loss since the last time. */
  onLoss?: (loss: number, step: number) => void;
}

/** Steps whose loss is reported as one. */
const stepsTold = 25;

/**
 * Trains by steps of Adam with a cosine to 0. Returns the parameters and mean losses of {@link stepsTold} steps each.
 *
 * @throws NonFiniteError; the reason of `signal` when aborted
 */
export async function trainTask(
  { init, loss, batch, rows, learningRate }: Task,
  { seed, steps, compile, signal, onLoss }: TaskRun,
): Promise<{ params: Tree; losses: number[] }> {
  const step = supervised({
    model: { init: (key) => ({ params: init(key), state: {} }), apply: () => neverApplied() },
    objective: (params, { modelState, memory, key }, { x, y, weights }) => {
      disposeTree([key, weights]);
      const scalar = loss(params, x, y);
      return [scalar, { output: scalar.ref, modelState, memory }];
    },
    optimizer: chain(clipByGlobalNorm(1), adam(cosineSchedule(learningRate, steps))),
    compile,
  });
  const losses: number[] = [];
  let [sum, told] = [0, 0];
  try {
    const state = await fit({
      step,
      state: step.init(keyOf(seed)),
      batches: batchesOf(batch, rows, steps),
      signal,
      onMetrics({ loss: value }, i) {
        sum += value;
        if ((i + 1) % stepsTold !== 0 && i + 1 !== steps) return;
        losses.push(sum / (i + 1 - told));
        onLoss?.(losses[losses.length - 1], i + 1);
        [sum, told] = [0, i + 1];
      },
    });
    const params = refTree(step.params(state));
    disposeTree([state.params, state.optimizer, state.modelState]);
    return { params, losses };
  } finally {
    step.dispose();
  }
}

function* batchesOf(batch: Task["batch"], rows: number, steps: number): Generator<Batch> {
  for (let i = 0; i < steps; i++) {
    const { x, y } = batch(i);
    const array = ({ data, shape }: Numbers): np.Array =>
      np.array(data as Float32Array<ArrayBuffer>, { shape: [rows, ...shape] });
    yield {
      x: array(x),
      y: array(y),
      weights: np.ones([rows]),
      ids: Int32Array.from({ length: rows }, (_, row) => row),
      rows,
    };
  }
}

function neverApplied(): never {
  throw new Error("a task has a loss, no output");
}
