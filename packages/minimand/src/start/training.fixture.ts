import { numpy as np } from "@jax-js/jax";
import { disposeTree, keyOf } from "../engine/index.ts";
import { crossEntropy } from "../losses/index.ts";
import { mlp } from "../models/index.ts";
import { adamw } from "../optimizers/index.ts";
import { fit, minibatches, objectiveOf, supervised } from "../training/index.ts";
import { startEngine } from "./index.ts";

/** What a short training gives, and how many WebAssembly instances were created in its second half, when all kernels were known. */
export interface ShortTraining {
  outputs: number[];
  instances: number;
}

/** Starts the engine and trains a small network for some steps. */
export async function trainShortly(): Promise<ShortTraining> {
  let instances = 0;
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(Instance, given, target) {
      instances++;
      return Reflect.construct(Instance, given, target) as object;
    },
  });
  await startEngine();
  const x = Float32Array.from({ length: 64 }, (_, i) => Math.fround(Math.sin(i * i)));
  const y = Int32Array.from({ length: 32 }, (_, i) => i % 2);
  const model = mlp({ inputs: 2, hidden: [4], outputs: 2 });
  const step = supervised({
    model,
    objective: objectiveOf(model, (f, labels, { weights }) => crossEntropy(f, labels, { weights })),
    optimizer: ({ learningRate }) => adamw(learningRate),
  });
  const batches = minibatches({ x, shape: [2], y, classes: 2 }, { size: 16, seed: 0 });
  let state = step.init(keyOf(0), { hyper: { learningRate: 0.05 } });
  for (let epoch = 0; epoch < 10; epoch++) {
    if (epoch === 5) instances = 0;
    state = await fit({ step, state, batches: batches.epoch(epoch) });
  }
  const inSteps = instances;
  const [output] = model.apply(
    { params: step.params(state), state: step.modelState(state) },
    np.array(x, { shape: [32, 2] }),
    { training: false },
  );
  const outputs = [...(await output.data())];
  disposeTree(state.optimizer);
  step.dispose();
  return { outputs, instances: inSteps };
}
