/*
 * An Adam step of the score network of dale-langevin for 28 x 28 pictures (a U-Net of 16, 32 and 64 channels, batches of 64) on wasm,
 * on the native engine and in PyTorch (where Debian's package is installed), one thread each, in turn in one run. Processor time of
 * the process. Writes its section of bench/RESULTS.md.
 *
 *   npx node --conditions=minimand-source bench/score-net.ts [rounds]
 */
import { numpy as np } from "@jax-js/jax";
import { adam, type Examples, minibatches, objectiveOf, supervised } from "minimand";
import type { Compile } from "minimand/engine";
import { startEngine } from "minimand/start";
import { scoreUNet } from "../packages/papers/src/dale-langevin/run/u-net.ts";
import { besideTorch } from "./beside-torch.ts";
import { stepping } from "./side-by-side.ts";

const rounds = Number(process.argv[2] ?? 9);
const [batch, side, times, channels] = [64, 28, 32, 16];
await startEngine();

const waves = (count: number, scale: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * i) * scale);

function stepOf(compile: Compile): () => Promise<void> {
  const model = scoreUNet({ side, times, channels });
  const target = waves(batch * side ** 2, 1);
  const step = supervised({
    model,
    optimizer: adam(1e-3),
    objective: objectiveOf(model, (output, y, { weights }) => {
      y.dispose();
      weights?.dispose();
      return np.square(output.sub(np.array(target, { shape: [batch, side ** 2] }))).mean(1);
    }),
    compile,
  });
  const examples: Examples = {
    x: waves(batch * (side ** 2 + times), 1),
    shape: [side ** 2 + times],
    y: new Float32Array(batch),
  };
  const batches = minibatches(examples, { size: batch, seed: 1 });
  return stepping(step, batches);
}

const middle = await besideTorch({
  title: "A score network of pictures, processor time",
  command: "node bench/score-net.ts",
  what: `Adam step of the U-Net, ${batch}x${side}x${side}x1`,
  stepOf,
  script: "./torch-score-net.py",
  rounds,
});
console.log(JSON.stringify({ middle }));
