/*
 * Live buffers and resident memory before and after many training steps, as JSON: 10,000 on wasm, or with the argument
 * `native` 20,000 in ONNX Runtime.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { random } from "@jax-js/jax";
import { adamw, crossEntropy, fit, minibatches, mlp, objectiveOf, supervised } from "minimand";
import { flat } from "minimand/models";
import { startEngine } from "minimand/start";
import { compilerOf } from "../packages/cli/src/run/engine.ts";
import { liveBuffers } from "../test/support/leaks.ts";

const name = process.argv[2] === "native" ? "native" : "wasm";
const steps = Number(process.argv[3] ?? (name === "native" ? 20_000 : 10_000));
await startEngine();
const compile = await compilerOf({ name, threads: 1 }, (message) => {
  throw new Error(message);
});
const [rows, inputs, classes] = [500, 8, 2];
const x = Float32Array.from({ length: rows * inputs }, (_, i) => Math.sin(i * i));
const y = Int32Array.from({ length: rows }, (_, i) => Number(x[i * inputs] > 0));
const model = flat(mlp({ inputs, hidden: [64, 64], outputs: classes }));
const step = supervised({
  model,
  objective: objectiveOf(model, (f, labels, { weights }) => crossEntropy(f, labels, { weights })),
  optimizer: adamw(1e-3),
  compile,
});
const batches = minibatches({ x, shape: [inputs], y, classes }, { size: 125, seed: 1 });
let state = step.init(random.key(0));
// The heap of JavaScript grows to its size over as many steps; then it stays.
const warmUp = Math.ceil(steps / batches.perEpoch);
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
for (let epoch = 0; epoch < warmUp; epoch++)
  state = await fit({ step, state, batches: batches.epoch(epoch) });
collect();
const before = liveBuffers();
const memory = process.memoryUsage.rss();
const last = warmUp + Math.ceil(steps / batches.perEpoch);
for (let epoch = warmUp; epoch < last; epoch++)
  state = await fit({ step, state, batches: batches.epoch(epoch) });
collect();
console.log(
  JSON.stringify({
    steps: (last - warmUp) * batches.perEpoch,
    buffersBefore: before,
    buffersAfter: liveBuffers(),
    rssGrowthMB: (process.memoryUsage.rss() - memory) / 2 ** 20,
  }),
);
