/*
 * What sharpness-aware methods cost beside the step they are built on: SGD with momentum on an MLP 784-256-256-10, batch
 * 128, where arithmetic dominates, under the engine's jit and natively. All methods in turn, in one run; an update includes
 * packing its batch and reading its loss, as in training. Prints medians in milliseconds, and medians of the
 * ratios to the base step of the same round, as JSON.
 */
import { random } from "@jax-js/jax";
import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import {
  asam,
  type BatchLoss,
  crossEntropy,
  esam,
  gsam,
  lookSam,
  mesa,
  minibatches,
  mlp,
  objectiveOf,
  outputHistory,
  type SupervisedState,
  saf,
  sam,
  sgd,
  supervised,
  type TrainStep,
} from "minimand";
import { type Compile, randomSource, shuffle } from "minimand/engine";
import { startEngine } from "minimand/start";
import { examples, median, time } from "./adam-step.ts";

const rounds = Number(process.argv[2] ?? 25);
const steps = 10;
const shape = { rows: 512, inputs: 784, hidden: [256, 256], classes: 10 };
const size = 128;
const stepsPerEpoch = shape.rows / size;

const { x, y } = examples(shape);
const batches = minibatches({ x, shape: [shape.inputs], y, classes: shape.classes }, { size, seed: 1 });

function methods(compile: Compile | undefined): Record<string, () => Promise<void>> {
  const model = mlp({ inputs: shape.inputs, hidden: shape.hidden, outputs: shape.classes });
  const loss: BatchLoss = (f, labels, { weights }) => crossEntropy(f, labels, { weights });
  const parts = {
    model,
    objective: objectiveOf(model, loss),
    optimizer: sgd(0.01, { momentum: 0.9 }),
    compile,
  };
  const { objective: _objective, ...perExample } = parts;
  // The terms are active from the second epoch on.
  const term = { hyper: { stepsPerEpoch, startEpoch: 1 } };
  const memory = () => outputHistory({ examples: shape.rows, outputs: shape.classes, lag: 1 });
  return {
    base: run(supervised(parts)),
    saf: run(saf(parts), { ...term, memory: memory() }),
    mesa: run(mesa(parts), term),
    sam: run(sam(parts)),
    asam: run(asam(parts)),
    gsam: run(gsam(parts)),
    lookSam: run(lookSam(parts)),
    esam: run(esam({ ...perExample, loss })),
    esamOfParameters: run(esam({ ...perExample, loss, granularity: "scalar" })),
  };
}

function run(
  step: TrainStep<SupervisedState>,
  options?: Parameters<TrainStep<SupervisedState>["init"]>[1],
): () => Promise<void> {
  let state = step.init(random.key(0), options);
  let count = 0;
  return async () => {
    const first = (count++ % stepsPerEpoch) * size;
    const batch = batches.at(Int32Array.from({ length: size }, (_, i) => first + i));
    const [next, { loss }] = step.update(state, batch);
    state = next;
    await loss.data();
  };
}

type Measured = Record<string, { milliseconds: number; ratio: number }>;

async function measured(compile: Compile | undefined): Promise<Measured> {
  const runs = Object.entries(methods(compile));
  const next = randomSource(1);
  const times = new Map(runs.map(([name]) => [name, [] as number[]]));
  // The first rounds are for the compiler, and for the epochs before the terms are active.
  for (let round = -2; round < rounds; round++) {
    // In the same order each time one of them would meet every collection of garbage.
    for (const i of shuffle([...runs.keys()], next)) {
      const [name, step] = runs[i];
      const taken = await time(step, steps);
      if (round >= 0) times.get(name)!.push(taken);
    }
  }
  const base = times.get("base")!;
  return Object.fromEntries(
    [...times].map(([name, all]) => [
      name,
      { milliseconds: median(all), ratio: median(all.map((t, i) => t / base[i])) },
    ]),
  );
}

await startEngine();
const native = await nativeCompiler().catch((error: unknown) => {
  if (!(error instanceof NativeUnavailableError)) throw error;
  return null;
});
console.log(
  JSON.stringify({
    wasm: await measured(undefined),
    native: native === null ? null : await measured(native),
  }),
);
