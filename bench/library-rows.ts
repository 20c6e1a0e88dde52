import { measure } from "./measure.ts";
import type { Row } from "./results.ts";

type Numbers = Record<string, number>;

/** A step on wasm beside TensorFlow.js. */
export function stepRows(): Row[] {
  const step = measure<Numbers>("step.ts");
  return [
    [
      "Adam step 128x30-64-64-2, time as a share of TensorFlow.js (wasm), `trainOnBatch`",
      `${step.ratioToLayers.toFixed(2)} (${step.minimand.toFixed(2)} ms, ${step.layers.toFixed(2)} ms)`,
      "at most 0.35",
      step.ratioToLayers <= 0.35,
    ],
    [
      "the same, TensorFlow.js without its layers (`optimizer.minimize`)",
      `${step.ratioToOperations.toFixed(2)} (${step.operations.toFixed(2)} ms)`,
      "",
      true,
    ],
  ];
}

/** Buffers that stay behind. */
export function memoryRows(): Row[] {
  const { steps, buffersBefore, buffersAfter } = measure<Numbers>("memory.ts");
  return [
    [
      `live buffers more after ${steps} training steps`,
      `${buffersAfter - buffersBefore}`,
      "0",
      buffersAfter === buffersBefore,
    ],
  ];
}

/** What a page loads. */
export function bundleRows(): Row[] {
  const bundle = measure<Numbers>("bundle.ts");
  const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
  const row = (what: string, bytes: number, most?: number): Row => [
    what,
    kB(bytes),
    most === undefined ? "" : `at most ${most / 1000} kB`,
    most === undefined || bytes <= most,
  ];
  return [
    row("all losses in a bundle, gzip, engine excluded", bundle.classification),
    row("one loss in a bundle (cross-entropy), gzip", bundle.crossEntropy, 3000),
    row("one loss in a bundle (comp-sum), gzip", bundle.compSum, 3000),
    row("the whole library in a bundle, gzip", bundle.whole),
  ];
}
