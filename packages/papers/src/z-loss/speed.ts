import { denseOutputLayer, FactoredOutputLayer, initialOutputWeights, zLossSpec } from "minimand";
import { randomSource } from "minimand/engine";
import { laterMedian } from "../kit/statistics.ts";
import { hierarchicalLayer } from "./hierarchical-layer.ts";
import { speedShape } from "./settings.ts";
import type { SpeedResult, SpeedSpec } from "./spec.ts";

/** Median time of a step of one output layer: loss, gradient for the body and update. */
export function speedTrial({ arm, classes, steps }: SpeedSpec): SpeedResult {
  const { features, batch } = speedShape;
  const step = stepOf(arm, classes);
  const next = randomSource(classes);
  const times: number[] = [];
  // The first two steps are for the compiler.
  for (let i = -2; i < steps; i++) {
    const hidden = Float64Array.from({ length: batch * features }, () => Math.max(0, 2 * next() - 1));
    const labels = Int32Array.from({ length: batch }, () => Math.floor(next() * classes));
    const start = performance.now();
    step(hidden, labels);
    if (i >= 0) times.push(performance.now() - start);
  }
  return { part: "speed", milliseconds: laterMedian(times) };
}

function stepOf(arm: SpeedSpec["arm"], classes: number): (hidden: Float64Array, labels: Int32Array) => void {
  const { features } = speedShape;
  const learningRate = 0.1;
  if (arm === "hierarchical softmax") {
    const layer = hierarchicalLayer({ classes, features, seed: 0 });
    return (hidden, labels) => void layer.step(hidden, labels, learningRate);
  }
  if (arm === "factored Z-loss") {
    const start = initialOutputWeights({ classes, features, seed: 0 });
    const layer = new FactoredOutputLayer(start, { classes, features });
    return (hidden, labels) => void layer.step(hidden, labels, { loss: zLossSpec(), learningRate });
  }
  const loss = arm === "dense Z-loss" ? zLossSpec() : "log-softmax";
  const start = initialOutputWeights({ classes, features, seed: 0, precision: "float32" });
  const layer = denseOutputLayer(start, { classes, features });
  return (hidden, labels) => void layer.step(Float32Array.from(hidden), labels, { loss, learningRate });
}
