/*
 * Convolutions on wasm, on the native engine and in PyTorch (where Debian's package is installed), one thread each, in turn in one
 * run: a training step and a forward pass of a small network for 28 x 28 images, and the gradients of single layers. Processor
 * time of the process, so that a busy machine matters less. Prints its rows as JSON.
 *
 *   npx node --conditions=minimand-source bench/convolution.ts [rounds]
 */
import { numpy as np } from "@jax-js/jax";
import {
  adam,
  crossEntropy,
  dense,
  minibatches,
  objectiveOf,
  predictor,
  sequential,
  supervised,
} from "minimand";
import { type Compile, compileWithJit, differentiate, keyOf, refTree, type Tree } from "minimand/engine";
import { conv2d, flatten, maxPool, relu } from "minimand/models";
import { startEngine } from "minimand/start";
import { processorTime } from "./processor-time.ts";
import type { Row } from "./results.ts";
import { besideTorchRow, mediansInTurn, nativeOnOneThread, stepping, torchOr } from "./side-by-side.ts";

const rounds = Number(process.argv[2] ?? 15);

const titles = {
  step: "Adam step of conv 16 - pool - conv 32 - pool - dense 10, 64x28x28x1",
  forward: "forward pass of the same",
  narrow: "3 x 3 convolution 64x14x14x16 -> 32, forward and both gradients",
  wide: "3 x 3 convolution 32x16x16x64 -> 64, forward and both gradients",
} as const;
type What = keyof typeof titles;
const repeats: { [what in What]: number } = { step: 10, forward: 20, narrow: 10, wide: 3 };

await startEngine();

function numbers(...shape: number[]): np.Array {
  const length = shape.reduce((a, b) => a * b, 1);
  return np.array(
    Float32Array.from({ length }, (_, i) => Math.sin(i * i)),
    { shape },
  );
}

type Runs = { [what in What]: () => Promise<void> };

function runsWith(compile: Compile): Runs {
  const model = sequential([
    conv2d({ inputs: 1, outputs: 16, kernel: 3, padding: "same" }),
    relu,
    maxPool({ size: 2 }),
    conv2d({ inputs: 16, outputs: 32, kernel: 3, padding: "same" }),
    relu,
    maxPool({ size: 2 }),
    flatten(),
    dense({ inputs: 7 * 7 * 32, outputs: 10 }),
  ]);
  const step = supervised({
    model,
    objective: objectiveOf(model, (logits, y, { weights }) => crossEntropy(logits, y, { weights })),
    optimizer: adam(1e-3),
    compile,
  });
  const x = numbers(64, 28, 28, 1);
  const y = Int32Array.from({ length: 64 }, (_, i) => i % 10);
  const pixels = x.ref.dataSync() as Float32Array<ArrayBuffer>;
  const batches = minibatches({ x: pixels, shape: [28, 28, 1], y, classes: 10 }, { size: 64, seed: 1 });
  const start = model.init(keyOf(1));
  const forward = predictor(model, compile);
  return {
    step: stepping(step, batches),
    async forward() {
      await forward(start.params, start.state, x.ref).data();
    },
    narrow: gradientsOf(compile, [64, 14, 14, 16], 32),
    wide: gradientsOf(compile, [32, 16, 16, 64], 64),
  };
}

/** Forward and gradients of one layer in its parameters and its input. */
function gradientsOf(compile: Compile, shape: [number, number, number, number], outputs: number) {
  const layer = conv2d({ inputs: shape[3], outputs, kernel: 3, padding: "same" });
  const { params } = layer.init(keyOf(1));
  const x = numbers(...shape);
  const guarded = differentiate<Tree, [], Tree>((at) => {
    const point = at as { params: Tree; x: np.Array };
    const [out] = layer.apply({ params: point.params, state: {} }, point.x, { training: true });
    return [np.square(out).sum(), []];
  });
  const run = compile((one: Tree, point: Tree): Tree => guarded(one as np.Array, point)[1]);
  return async (): Promise<void> => {
    const gradient = run(1 as never, { params: refTree(params), x: x.ref }) as {
      params: { kernel: np.Array; bias: np.Array };
      x: np.Array;
    };
    gradient.params.bias.dispose();
    await gradient.params.kernel.data();
    await gradient.x.data();
  };
}

const [native, torch] = [await nativeOnOneThread(), await torchOr("./torch-convolution.py")];
const onWasm = runsWith(compileWithJit);
const onNative = native === null ? null : runsWith(native);

const rows: Row[] = [];
for (const what of Object.keys(titles) as What[]) {
  const count = repeats[what];
  const times = await mediansInTurn(
    {
      ...(onNative !== null && { native: () => processorTime(onNative[what], count) }),
      wasm: () => processorTime(onWasm[what], count),
      ...(torch !== null && { torch: () => torch.ask(`${what} ${count}`) }),
    },
    rounds,
  );
  rows.push(besideTorchRow(titles[what], times, torch, 1));
}
torch?.stop();
console.log(JSON.stringify({ rows }));
