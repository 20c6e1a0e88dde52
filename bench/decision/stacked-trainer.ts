import { numpy as np } from "@jax-js/jax";
import { batchSizeFor, type Dataset, predictionOf, scoreOfPrediction } from "@minimand/compare";
import {
  adamw,
  type Batch,
  crossEntropy,
  disposeState,
  fit,
  type Model,
  type Objective,
  predictor,
  squaredError,
  supervised,
} from "minimand";
import { type Compile, derive, keyOf, normal, randomSource, relu, shuffle, type Tree } from "minimand/engine";
import { metricById } from "minimand/metrics";
import { type Setting, training } from "./settings.ts";
import { type Fit, innerOf, type Job, type Trainer } from "./trainer.ts";

/** Networks that are trained in one program. */
const stack = 25;

/** Rows of the inner validation part and of the test part of a fold are filled up to a multiple. */
const chunk = 128;

/** Inputs are filled up with zeros to a multiple: folds of different seeds have different numbers of categories. */
const columns = 16;

const [width] = training.hidden;
type Parameters = { w1: np.Array; b1: np.Array; w2: np.Array; b2: np.Array };

/** What a program is made for. */
interface Shape {
  inputs: number;
  /** Of a network: one a class, or the number predicted. */
  outputs: number;
  /** Rows that each network is asked for after an epoch. */
  seen: number;
}

/** A program for one shape of data. */
interface Program {
  /** Outputs `[stack, seen, outputs]` after each epoch. */
  epochs(jobs: readonly Job[], maxEpochs: number): AsyncGenerator<Float32Array>;
}

/**
 * Many fits at once by cross-entropy, or squared error: the networks of {@link training} stand one beside the other in one training step, in which
 * no number of one touches another, each with its own start, rows and order. A small network alone takes mostly the time of
 * calling its program.
 */
export function makeStackedTrainer(
  setting: Setting,
  maxEpochs: number,
  compile: Compile | undefined,
): Trainer {
  const programs = new Map<string, Program>();
  const programFor = (shape: Shape, task: Dataset["task"]): Program => {
    const key = `${JSON.stringify(shape)} ${task}`;
    const program = programs.get(key) ?? makeProgram(shape, task, compile);
    programs.set(key, program);
    return program;
  };
  const together = async (jobs: readonly Job[], { task, classes }: Dataset): Promise<Fit[]> => {
    const outputs = task === "regression" ? 1 : classes.length;
    const best: { value: number; fit: Fit }[] = [];
    const full = Array.from({ length: stack }, (_, r) => jobs[Math.min(r, jobs.length - 1)]);
    const metric = metricById(setting.metrics[0]);
    const by = metric.higherIsBetter ? 1 : -1;
    const upTo = (values: readonly number[], multiple: number): number =>
      Math.ceil(Math.max(...values) / multiple) * multiple;
    const inputs = upTo(
      jobs.map(({ fold }) => fold.inputs),
      columns,
    );
    const seen = upTo(
      jobs.map(({ fold }) => fold.validation.rows + fold.test.rows),
      chunk,
    );
    for await (const after of programFor({ inputs, outputs, seen }, task).epochs(full, maxEpochs))
      for (const [r, { fold }] of jobs.entries()) {
        const own = after.subarray(r * seen * outputs, (r + 1) * seen * outputs);
        const { validation, test, target } = fold;
        const of = (first: number, rows: number) =>
          predictionOf(own.subarray(first * outputs, (first + rows) * outputs), rows, task, target);
        const inside = of(0, validation.rows);
        const value = by * scoreOfPrediction(metric, validation, inside);
        // As `train` does: equal epochs keep the earlier one, NaN is worse than any number.
        if (best[r] !== undefined && !(value > best[r].value)) continue;
        const tested = of(validation.rows, test.rows);
        best[r] = { value, fit: { ...tested, inner: innerOf(setting, validation, inside) } };
      }
    return best.map(({ fit }) => fit);
  };
  return async (jobs, dataset) => {
    const fits: Fit[] = [];
    for (let start = 0; start < jobs.length; start += stack)
      fits.push(...(await together(jobs.slice(start, start + stack), dataset)));
    return fits;
  };
}

function makeProgram(
  { inputs, outputs, seen }: Shape,
  task: Dataset["task"],
  compile: Compile | undefined,
): Program {
  let starts: readonly Job[] = [];
  const model: Model = {
    init(key) {
      key.dispose();
      return { params: startsOf(starts, inputs, outputs), state: {} };
    },
    apply({ params, state }, x, { key, weights }) {
      key?.dispose();
      weights?.dispose();
      const { w1, b1, w2, b2 } = params as Parameters;
      const hidden = relu(np.matmul(x, w1).add(b1));
      return [np.matmul(hidden, w2).add(b2), state];
    },
  };
  // Weights are 1 / rows of a network's batch: the sum of the networks' means.
  const objective: Objective = (params, { modelState, memory, key }, { x, y, weights }) => {
    const [output, next] = model.apply({ params, state: modelState }, x, { training: true, key });
    const values =
      task === "regression"
        ? squaredError(output.ref.reshape([-1]), y, { weights })
        : crossEntropy(output.ref.reshape([-1, outputs]), y, { weights });
    return [values.sum(), { output, modelState: next, memory }];
  };
  const step = supervised({
    model,
    objective,
    optimizer: ({ learningRate }) => adamw(learningRate, { weightDecay: 1e-4 }),
    compile,
  });
  const forward = predictor(model, compile);
  return {
    async *epochs(jobs, maxEpochs) {
      starts = jobs;
      let state = step.init(keyOf(0), { hyper: { learningRate: training.learningRate } });
      const looked = seenRows(jobs, inputs, seen);
      for (let epoch = 0; epoch < maxEpochs; epoch++) {
        state = await fit({ step, state, batches: batchesOf(jobs, inputs, task, epoch) });
        const x = np.array(looked, { shape: [stack, seen, inputs] });
        yield (await forward(step.params(state), step.modelState(state), x).data()) as Float32Array;
      }
      disposeState(state);
    },
  };
}

/** Starts of the networks, as `mlp` has them: normal with variance 2 / fan-in and 1 / fan-in, biases 0. */
function startsOf(jobs: readonly Job[], inputs: number, outputs: number): Tree {
  const sources = jobs.map(({ key }) => randomSource(derive(key, 1)));
  const weights = (shape: readonly [number, number], varianceOf: (job: Job) => number): np.Array => {
    const size = shape[0] * shape[1];
    const values = new Float32Array(stack * size);
    for (const [r, random] of sources.entries()) {
      const deviation = Math.sqrt(varianceOf(jobs[r]));
      for (let i = 0; i < size; i++) values[r * size + i] = deviation * normal(random);
    }
    return np.array(values, { shape: [stack, ...shape] });
  };
  return {
    w1: weights([inputs, width], ({ fold }) => 2 / fold.inputs),
    b1: np.zeros([stack, 1, width]),
    w2: weights([width, outputs], () => 1 / width),
    b2: np.zeros([stack, 1, outputs]),
  };
}

/** The batches of an epoch: as many for each network, of equally many rows but for one. */
function* batchesOf(
  jobs: readonly Job[],
  inputs: number,
  task: Dataset["task"],
  epoch: number,
): Generator<Batch> {
  const isNumber = task === "regression";
  const size = batchSizeFor(Math.max(...jobs.map(({ fold }) => fold.fit.rows)), training.batchSize);
  const orders = jobs.map(({ fold, key }) =>
    shuffle(
      Int32Array.from({ length: fold.fit.rows }, (_, row) => row),
      randomSource(derive(key, 2, epoch)),
    ),
  );
  const count = Math.ceil(Math.max(...orders.map(({ length }) => length)) / size);
  for (let b = 0; b < count; b++) {
    const x = new Float32Array(stack * size * inputs);
    const y = isNumber ? new Float32Array(stack * size) : new Int32Array(stack * size);
    const weights = new Float32Array(stack * size);
    for (const [r, { fold }] of jobs.entries()) {
      const { mean, sd } = fold.target;
      const { length } = orders[r];
      const rows = orders[r].subarray(
        Math.floor((b * length) / count),
        Math.floor(((b + 1) * length) / count),
      );
      rows.forEach((row, i) => {
        const at = r * size + i;
        x.set(fold.fit.x.subarray(row * fold.inputs, (row + 1) * fold.inputs), at * inputs);
        y[at] = isNumber ? (fold.fit.targets[row] - mean) / sd : fold.fit.labels[row];
        weights[at] = 1 / rows.length;
      });
    }
    yield {
      x: np.array(x, { shape: [stack, size, inputs] }),
      y: np.array(y),
      weights: np.array(weights),
      ids: new Int32Array(0),
      rows: stack * size,
    };
  }
}

/** Validation rows and test rows of each network, filled up with zeros. */
function seenRows(jobs: readonly Job[], inputs: number, seen: number): Float32Array<ArrayBuffer> {
  const x = new Float32Array(stack * seen * inputs);
  for (const [r, { fold }] of jobs.entries()) {
    const { validation, test, inputs: own } = fold;
    for (const [part, first] of [
      [validation, r * seen],
      [test, r * seen + validation.rows],
    ] as const)
      for (let row = 0; row < part.rows; row++)
        x.set(part.x.subarray(row * own, (row + 1) * own), (first + row) * inputs);
  }
  return x;
}
