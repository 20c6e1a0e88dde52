/*
 * One Adam step of an MLP 30-64-64-2 on a batch of 128: ours and the same network in TensorFlow.js (wasm), in turn,
 * in one process. TensorFlow.js runs it in two ways: `trainOnBatch` of its layers, which its users write, and the
 * leaner loop of `optimizer.minimize` over plain operations. Prints median milliseconds and ratios as JSON.
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
  const tf = await import("@tensorflow/tfjs");
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

async function theirLayers(): Promise<() => Promise<void>> {
  const tf = await import("@tensorflow/tfjs");
  const dense = (units: number, extra: object) =>
    tf.layers.dense({ units, kernelInitializer: "heNormal", ...extra });
  const model = tf.sequential({
    layers: [
      dense(64, { activation: "relu", inputShape: [inputs] }),
      dense(64, { activation: "relu" }),
      dense(classes, { activation: "softmax" }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(1e-3), loss: "categoricalCrossentropy" });
  return async () => {
    const batch = tf.tensor2d(x.slice(), [rows, inputs]);
    const labels = tf.oneHot(tf.tensor1d(y.slice(), "int32"), classes);
    await model.trainOnBatch(batch, labels);
    tf.dispose([batch, labels]);
  };
}

async function time(step: () => Promise<void>): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < steps; i++) await step();
  return (performance.now() - started) / steps;
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const runs = { minimand: await ours(), operations: await theirs(), layers: await theirLayers() };
const times: Record<keyof typeof runs, number[]> = { minimand: [], operations: [], layers: [] };
for (const step of Object.values(runs)) await time(step);
for (let round = 0; round < rounds; round++) {
  for (const name of Object.keys(runs) as (keyof typeof runs)[]) times[name].push(await time(runs[name]));
}
const ratioTo = (name: keyof typeof runs): number => median(times.minimand.map((t, i) => t / times[name][i]));
console.log(
  JSON.stringify({
    minimand: median(times.minimand),
    operations: median(times.operations),
    layers: median(times.layers),
    ratioToOperations: ratioTo("operations"),
    ratioToLayers: ratioTo("layers"),
  }),
);
