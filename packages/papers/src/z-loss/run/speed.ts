import { randomSource } from "minimand/engine";
import { zLossSpec } from "minimand/losses";
import { laterMedian } from "../../kit/statistics.ts";
import type { SpeedArm } from "./arms.ts";
import { hierarchicalLayer } from "./hierarchical-layer.ts";
import { denseLayer, factoredLayer } from "./layers.ts";
import { speedShape } from "./settings.ts";
import type { SpeedResult, SpeedSpec } from "./spec.ts";
import type { LayerShape, WordLayer } from "./word-layer.ts";

const layers: Record<SpeedArm, (shape: LayerShape) => WordLayer> = {
  "dense log-softmax": (shape) => denseLayer("log-softmax", shape),
  "dense Z-loss": (shape) => denseLayer(zLossSpec(), shape),
  "hierarchical softmax": hierarchicalLayer,
  "factored Z-loss": (shape) => factoredLayer(zLossSpec(), shape),
};

/** Median time of a step of one output layer: loss, gradient for the body and update. */
export function speedTrial({ arm, classes, steps }: SpeedSpec): SpeedResult {
  const { features, batch } = speedShape;
  const layer = layers[arm]({ classes, features, seed: 0 });
  const next = randomSource(classes);
  const times: number[] = [];
  // The first two steps are for the compiler.
  for (let i = -2; i < steps; i++) {
    const hidden = Float64Array.from({ length: batch * features }, () => Math.max(0, 2 * next() - 1));
    const labels = Int32Array.from({ length: batch }, () => Math.floor(next() * classes));
    const start = performance.now();
    layer.step(hidden, labels, 0.1);
    if (i >= 0) times.push(performance.now() - start);
  }
  return { part: "speed", milliseconds: laterMedian(times) };
}
