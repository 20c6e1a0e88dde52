import { parentPort, workerData } from "node:worker_threads";
import { defaultDevice, init, jit, nn, numpy as np, random } from "@jax-js/jax";
import { keyOf, leavesOf } from "../engine/index.ts";
import { crossEntropy } from "../losses/index.ts";
import { mlp } from "../models/index.ts";
import { adam } from "../optimizers/index.ts";
import { disposeState, fit, minibatches, objectiveOf, supervised } from "../training/index.ts";

/* Programs of many kinds on wasm, and what they give: in a worker of its own by an engine that is as it came. */

const vector = (...numbers: number[]): np.Array => np.array(Float32Array.from(numbers), { device: "wasm" });
const matrix = (rows: number, columns: number): np.Array =>
  np.array(
    Float32Array.from({ length: rows * columns }, (_, i) => Math.fround(Math.sin(i * i + rows))),
    { shape: [rows, columns], device: "wasm" },
  );

const double = jit((x: np.Array) => x.mul(2));
const several = jit((x: np.Array, y: np.Array) => {
  const product = np.matmul(x.ref, y.ref);
  const scaled = np.tanh(product.ref).sub(product.ref.mean());
  return [x, scaled.ref, scaled, nn.logSoftmax(product), np.array(3), y.sum(0)];
});
const chained = jit((x: np.Array) => {
  let value = x;
  for (let i = 0; i < 12; i++) value = np.exp(value.ref.sub(np.max(value.ref))).div(np.exp(value).sum());
  return value;
});
const joined = jit((x: np.Array) => np.concatenate([x.ref, np.cumsum(x.ref), x.slice([1, 3])]));
const sorted = jit((x: np.Array) => np.sort(x.ref.mul(3)).add(x.sum()));
const exact = jit((x: np.Array) => np.exp(x.ref).mul(x));
const counted = jit((x: np.Array) => [np.argmax(x.ref), np.greater(x, 0.5).astype(np.int32).sum()]);
const drawn = jit((key: np.Array) => random.normal(key, [5]));
const nothing = jit((x: np.Array) => x);

/** What each program gives, as numbers. */
export async function given(): Promise<number[][]> {
  const results: number[][] = [];
  const take = async (arrays: np.Array | np.Array[]): Promise<void> => {
    for (const array of [arrays].flat()) results.push([...(await array.data())]);
  };
  await take(several(matrix(5, 7), matrix(7, 6)) as np.Array[]);
  await take(several(matrix(40, 70), matrix(70, 64)) as np.Array[]);
  const same = matrix(4, 4);
  await take(several(same.ref, same) as np.Array[]);
  await take(chained(vector(0.5, -1, 2, 0.25)));
  await take(joined(vector(1, 2, 3, 4.5)));
  await take(sorted(vector(3, 1, 2)));
  await take(exact(np.array(Float64Array.of(0.1, -0.2, 0.3), { device: "wasm" })));
  await take(counted(vector(0.2, 0.9, 0.7)) as np.Array[]);
  await take(drawn(keyOf(3)));
  await take(nothing(vector(1, 2)));
  // Each reads what the one before has yet to compute; the last is read at once, and by two.
  let later = vector(1, 2, 3);
  for (let i = 0; i < 30; i++) later = double(chained(later));
  const [one, other] = [double(later.ref), joined(later)];
  results.push([...one.dataSync()], [...other.dataSync()]);
  // Never read: nothing of it is computed, and nothing stays.
  for (const array of several(matrix(5, 7), matrix(7, 6)) as np.Array[]) array.dispose();
  results.push(await trained());
  return results;
}

async function trained(): Promise<number[]> {
  const x = Float32Array.from({ length: 160 }, (_, i) => Math.fround(Math.sin(i * i)));
  const y = Int32Array.from({ length: 40 }, (_, i) => i % 3);
  const model = mlp({ inputs: 4, hidden: [16, 8], outputs: 3 });
  const step = supervised({
    model,
    objective: objectiveOf(model, (f, labels, { weights }) => crossEntropy(f, labels, { weights })),
    optimizer: ({ learningRate }) => adam(learningRate),
  });
  const batches = minibatches({ x, shape: [4], y, classes: 3 }, { size: 16, seed: 0 });
  let state = step.init(keyOf(0), { hyper: { learningRate: 0.05 } });
  for (let epoch = 0; epoch < 3; epoch++) state = await fit({ step, state, batches: batches.epoch(epoch) });
  const numbers: number[] = [];
  for (const leaf of leavesOf(step.params(state))) numbers.push(...(await leaf.ref.data()));
  disposeState(state);
  step.dispose();
  return numbers;
}

if (parentPort !== null && workerData === "plain") {
  await init("wasm");
  defaultDevice("wasm");
  parentPort.postMessage(await given());
}
