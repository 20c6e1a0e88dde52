/*
 * An Adam step of a small segmenter, by itself and behind FeatEnHancer (8 channels, 8 groups, 4 heads), with batches of 8 pictures of
 * 48 x 48 pixels, on wasm, on the native engine and in PyTorch. Processor time of the process. Writes its sections of bench/RESULTS.md.
 *
 *   npx node --conditions=minimand-source bench/night-segmenter.ts [rounds]
 */

import { featEnhancer, pixelCrossEntropy, segmenter, withEnhancer } from "@minimand/lab/vision";
import { adam, minibatches, objectiveOf, supervised } from "minimand";
import type { Compile } from "minimand/engine";
import { startEngine } from "minimand/start";
import { besideTorch } from "./beside-torch.ts";
import { stepping } from "./side-by-side.ts";

const rounds = Number(process.argv[2] ?? 9);
const [batch, side, classes] = [8, 48, 5];
await startEngine();

const head = segmenter({ inputs: 1, classes });
const enhancer = featEnhancer({ inChannels: 1, width: 8, groups: 8, heads: 4 });

const stepWith =
  (enhanced: boolean) =>
  (compile: Compile): (() => Promise<void>) => {
    const model = enhanced ? withEnhancer(enhancer, head) : head;
    const step = supervised({
      model,
      optimizer: adam(1e-3),
      objective: objectiveOf(model, (output, y, { weights }) => pixelCrossEntropy(output, y, { weights })),
      compile,
    });
    const pixels = batch * side ** 2;
    const batches = minibatches(
      {
        x: Float32Array.from({ length: pixels }, (_, i) => 0.5 + 0.5 * Math.sin(i * i)),
        shape: [side, side, 1],
        y: Int32Array.from({ length: pixels }, (_, i) => (i * i) % classes),
        targetShape: [side, side],
        classes,
      },
      { size: batch, seed: 1 },
    );
    return stepping(step, batches);
  };

for (const enhanced of [false, true]) {
  const what = enhanced ? "a segmenter behind FeatEnHancer" : "a segmenter";
  const middle = await besideTorch({
    title: `A step of ${what}, processor time`,
    command: "node bench/night-segmenter.ts",
    what: `Adam step of ${what}, ${batch}x${side}x${side}x1`,
    stepOf: stepWith(enhanced),
    script: enhanced ? "./torch-night-segmenter.py" : "./torch-segmenter.py",
    rounds,
  });
  console.log(JSON.stringify({ what, middle }));
}
