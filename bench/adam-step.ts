import { random } from "@jax-js/jax";
import { adam, crossEntropy, fit, minibatches, mlp, objectiveOf, supervised } from "minimand";
import type { Compile } from "minimand/engine";
import { flat } from "minimand/models";

/** A perceptron and its batch. */
export interface Shape {
  rows: number;
  inputs: number;
  hidden: number[];
  classes: number;
}

export const small: Shape = { rows: 128, inputs: 30, hidden: [64, 64], classes: 2 };
export const large: Shape = { rows: 256, inputs: 784, hidden: [256], classes: 10 };

/** Made-up examples, the same for all who are measured. */
export function examples({ rows, inputs, classes }: Shape): {
  x: Float32Array<ArrayBuffer>;
  y: Int32Array<ArrayBuffer>;
} {
  const x = Float32Array.from({ length: rows * inputs }, (_, i) => Math.sin(i * i));
  const y = Int32Array.from(
    { length: rows },
    (_, i) => Math.floor(((x[i * inputs] + 1) / 2) * classes) % classes,
  );
  return { x, y };
}

function parts(shape: Shape, compile: Compile | undefined) {
  const { inputs, hidden, classes } = shape;
  const { x, y } = examples(shape);
  const model = flat(mlp({ inputs, hidden, outputs: classes }));
  const step = supervised({
    model,
    objective: objectiveOf(model, (f, labels, { weights }) => crossEntropy(f, labels, { weights })),
    optimizer: ({ learningRate }) => adam(learningRate),
    compile,
  });
  const batchesOf = (size: number) => minibatches({ x, shape: [inputs], y, classes }, { size, seed: 1 });
  const state = step.init(random.key(0), { hyper: { learningRate: 1e-3 } });
  return { step, state, batchesOf };
}

/** One Adam step, the learning rate an input: packs a fresh batch, and reads the loss. */
export function adamStep(shape: Shape, compile?: Compile): (rows?: number) => Promise<void> {
  const { step, state: start, batchesOf } = parts(shape, compile);
  const batches = new Map([shape.rows, shape.rows / 2].map((size) => [size, batchesOf(size)]));
  let state = start;
  return async (size = shape.rows) => {
    const ids = Int32Array.from({ length: size }, (_, i) => i);
    const [next, { loss }] = step.update(state, batches.get(size)!.at(ids));
    state = next;
    await loss.data();
  };
}

/** Mean milliseconds of a step as `fit` makes them, several in a call where it pays. */
export function adamFit(shape: Shape, compile?: Compile): (steps: number) => Promise<number> {
  const { step, state: start, batchesOf } = parts(shape, compile);
  const batches = batchesOf(shape.rows);
  const ids = Int32Array.from({ length: shape.rows }, (_, i) => i);
  let state = start;
  return async (steps) => {
    const started = performance.now();
    const given = function* () {
      for (let i = 0; i < steps; i++) yield batches.at(ids);
    };
    state = await fit({ step, state, batches: given() });
    return (performance.now() - started) / steps;
  };
}

/** Mean milliseconds of a step. */
export async function time(step: () => Promise<void>, steps: number): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < steps; i++) await step();
  return (performance.now() - started) / steps;
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
