/*
 * One Adam step of an MLP 30-64-64-2 on a batch of 128: ours and the same network in TensorFlow.js (wasm), in turn,
 * in one process. Prints the median milliseconds of each and their ratio as JSON.
 */
import { random } from "@jax-js/jax";
import { adam, crossEntropy, flat, minibatches, mlp, objectiveOf, supervised } from "minimand";
import { startEngine } from "../packages/cli/src/run/engine.ts";

const [rows, inputs, classes, steps, rounds] = [128, 30, 2, 100, 9];
const x = Float32Array.from({ length: rows * inputs }, (_, i) => Math.sin(i * i));
const y = Int32Array.from({ length: rows }, (_, i) => Number(x[i * inputs] + x[i * inputs + 1] > 0));

async function ours(): Promise<() => Promise<void>> {
  await startEngine();
  const model = flat(mlp({ inputs, hidden: [64, 64], outputs: classes }));
  const step = supervised({
    model,
    objective: objectiveOf(model, (f, labels, { weights }) => crossEntropy(f, labels, { weights })),
    optimizer: ({ learningRate }) => adam(learningRate),
  });
  const batches = minibatches({ x, shape: [inputs], y, classes }, { size: rows, seed: 1 });
  const ids = Int32Array.from({ length: rows }, (_, i) => i);
  let state = step.init(random.key(0), { hyper: { learningRate: 1e-3 } });
  return async () => {
    const [next, { loss }] = step.update(state, batches.at(ids));
    state = next;
    await loss.data();
  };
}

async function theirs(): Promise<() => Promise<void>> {
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-wasm");
  await tf.setBackend("wasm");
  await tf.ready();
  const sizes = [inputs, 64, 64, classes];
  const weights = sizes.slice(1).map((n, i) => ({
    w: tf.variable(tf.randomNormal([sizes[i], n], 0, Math.sqrt(2 / sizes[i]))),
    b: tf.variable(tf.zeros([n])),
  }));
  const optimizer = tf.train.adam(1e-3);
  return async () => {
    // As ours, every step packs a fresh batch and reads the loss.
    const batch = tf.tensor2d(x.slice(), [rows, inputs]);
    const labels = tf.oneHot(tf.tensor1d(y.slice(), "int32"), classes);
    const loss = optimizer.minimize(() => {
      const logits = weights.reduce(
        (h, { w, b }, i) => {
          const z = tf.add(tf.matMul(h, w), b);
          return i < weights.length - 1 ? tf.relu(z) : z;
        },
        batch as ReturnType<typeof tf.matMul>,
      );
      return tf.losses.softmaxCrossEntropy(labels, logits) as never;
    }, true);
    await loss?.data();
    tf.dispose([batch, labels, ...(loss ? [loss] : [])]);
  };
}

async function time(step: () => Promise<void>): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < steps; i++) await step();
  return (performance.now() - started) / steps;
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const [a, b] = [await ours(), await theirs()];
for (const warm of [a, b]) await time(warm);
const times = { minimand: [] as number[], tfjs: [] as number[] };
for (let round = 0; round < rounds; round++) {
  times.minimand.push(await time(a));
  times.tfjs.push(await time(b));
}
const ratio = median(times.minimand.map((t, i) => t / times.tfjs[i]));
console.log(JSON.stringify({ minimand: median(times.minimand), tfjs: median(times.tfjs), ratio }));
