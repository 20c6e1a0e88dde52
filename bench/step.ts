/*
 * One Adam step of an MLP 30-64-64-2 on a batch of 128: ours and the same network in TensorFlow.js (wasm), in turn,
 * in one process. TensorFlow.js runs it in two ways: `trainOnBatch` of its layers, which its users write, and the
 * leaner loop of `optimizer.minimize` over plain operations. Prints median milliseconds and ratios as JSON.
 */
import { startEngine } from "minimand/start";
import { adamStep, examples, median, small, time } from "./adam-step.ts";

const [steps, rounds] = [100, 9];
const { rows, inputs, classes } = small;
const { x, y } = examples(small);

async function ours(): Promise<() => Promise<void>> {
  await startEngine();
  return adamStep(small);
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

const runs = { minimand: await ours(), operations: await theirs(), layers: await theirLayers() };
const times: Record<keyof typeof runs, number[]> = { minimand: [], operations: [], layers: [] };
for (const step of Object.values(runs)) await time(step, steps);
for (let round = 0; round < rounds; round++) {
  for (const name of Object.keys(runs) as (keyof typeof runs)[])
    times[name].push(await time(runs[name], steps));
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
