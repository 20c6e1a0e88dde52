/* Live buffers of the engine before and after 10,000 training steps, as JSON. */
import { random } from "@jax-js/jax";
import { adamw, crossEntropy, fit, flat, minibatches, mlp, objectiveOf, supervised } from "minimand";
import { startEngine } from "../packages/cli/src/run/engine.ts";
import { liveBuffers } from "../test/support/leaks.ts";

await startEngine();
const [rows, inputs, classes] = [500, 8, 2];
const x = Float32Array.from({ length: rows * inputs }, (_, i) => Math.sin(i * i));
const y = Int32Array.from({ length: rows }, (_, i) => Number(x[i * inputs] > 0));
const model = flat(mlp({ inputs, hidden: [64, 64], outputs: classes }));
const step = supervised({
  model,
  objective: objectiveOf(model, (f, labels, { weights }) => crossEntropy(f, labels, { weights })),
  optimizer: adamw(1e-3),
});
const batches = minibatches({ x, shape: [inputs], y, classes }, { size: 125, seed: 1 });
let state = step.init(random.key(0));
for (let epoch = 0; epoch < 5; epoch++) state = await fit({ step, state, batches: batches.epoch(epoch) });
const before = liveBuffers();
const heap = process.memoryUsage.rss();
for (let epoch = 5; epoch < 2505; epoch++) state = await fit({ step, state, batches: batches.epoch(epoch) });
console.log(
  JSON.stringify({
    steps: 10_000,
    buffersBefore: before,
    buffersAfter: liveBuffers(),
    rssGrowthMB: (process.memoryUsage.rss() - heap) / 2 ** 20,
  }),
);
