/*
 * An Adam step of the score network of dale-langevin for 28 x 28 pictures (a U-Net of 16, 32 and 64 channels, batches of 64) on wasm,
 * on the native engine and in PyTorch (where Debian's package is installed), one thread each, in turn in one run. Processor time of
 * the process. Writes its section of bench/RESULTS.md.
 *
 *   npx node --conditions=minimand-source bench/score-net.ts [rounds]
 */
import { numpy as np } from "@jax-js/jax";
import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import { adam, type Examples, minibatches, objectiveOf, supervised } from "minimand";
import { type Compile, compileWithJit, keyOf } from "minimand/engine";
import { startEngine } from "minimand/start";
import { scoreUNet } from "../packages/papers/src/dale-langevin/u-net.ts";
import { median } from "./adam-step.ts";
import { processorTime } from "./processor-time.ts";
import { startPython } from "./python.ts";
import { replaceSection } from "./results.ts";

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
  const ids = Int32Array.from({ length: batch }, (_, i) => i);
  let state = step.init(keyOf(0));
  return async () => {
    const [next, { loss }] = step.update(state, batches.at(ids));
    state = next;
    await loss.data();
  };
}

const native = await nativeCompiler({ threads: 1 }).catch((error: unknown) => {
  if (!(error instanceof NativeUnavailableError)) throw error;
  process.stderr.write(`native engine: left out, ${error.message}\n`);
  return null;
});
const torch = await startPython("./torch-score-net.py");
if (torch === null)
  process.stderr.write("PyTorch: left out, /usr/bin/python3 has no torch (Debian: python3-torch)\n");

const [onWasm, onNative] = [stepOf(compileWithJit), native === null ? null : stepOf(native)];
const sides: { [side: string]: () => Promise<number> } = {
  ...(onNative !== null && { native: () => processorTime(onNative, 4) }),
  wasm: () => processorTime(onWasm, 1),
  ...(torch !== null && { torch: () => torch.ask("step 4") }),
};
const taken = new Map(Object.keys(sides).map((name) => [name, [] as number[]]));
// The first rounds are for the compilers of all sides.
for (let round = -2; round < rounds; round++)
  for (const [name, run] of Object.entries(sides)) {
    const time = await run();
    if (round >= 0) taken.get(name)?.push(time);
  }
torch?.stop();
const middle = Object.fromEntries([...taken].map(([name, values]) => [name, median(values)]));
const parts = Object.keys(sides)
  .filter((name) => name !== "torch")
  .map((name) => {
    const ms = `${middle[name].toFixed(0)} ms`;
    return torch === null ? `${name} ${ms}` : `${name} ${(middle[name] / middle.torch).toFixed(2)} (${ms})`;
  });
const share = torch === null ? "" : `, as a share of ${torch.version}, eager (${middle.torch.toFixed(0)} ms)`;
replaceSection({
  title: "A score network of pictures, processor time",
  command: "node bench/score-net.ts",
  rows: [[`Adam step of the U-Net, ${batch}x${side}x${side}x1${share}`, parts.join(", "), "", true]],
});
console.log(JSON.stringify({ middle }));
