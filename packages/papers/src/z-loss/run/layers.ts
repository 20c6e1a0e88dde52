import { denseOutputLayer, FactoredOutputLayer, initialOutputWeights } from "@minimand/lab/output-layer";
import type { SphericalLossSpec } from "minimand/losses";
import { mean } from "../../kit/statistics.ts";
import { sphericalLosses, type WordArm } from "./arms.ts";
import { hierarchicalLayer } from "./hierarchical-layer.ts";
import { denseScores } from "./ranks.ts";
import { sampledLayer } from "./sampled-layer.ts";
import { model } from "./settings.ts";
import type { LayerShape, WordLayer } from "./word-layer.ts";

/** Where the probability of a class grows with the distance of its score from something, not with its score. */
const centres: { [arm: string]: number } = { "log-Taylor softmax": 1, "log-spherical softmax": 0 };

/** The layer that an arm trains, over `classes` words. */
export function layerOf(arm: WordArm, classes: number, seed: number): WordLayer {
  const shape = { classes, features: model.features, seed };
  if (arm === "hierarchical softmax") return hierarchicalLayer(shape);
  if (arm === "sampled softmax") return sampledLayer(shape);
  if (arm === "log-softmax") return denseLayer(arm, shape);
  // Squared error shrinks U at every step.
  const stabilizeEvery = arm === "squared error" ? 20 : 100;
  return factoredLayer(sphericalLosses[arm], shape, { stabilizeEvery, centre: centres[arm] });
}

/** All scores of all classes at every step. */
export function denseLayer(
  loss: "log-softmax" | SphericalLossSpec,
  { seed, ...size }: LayerShape,
): WordLayer {
  const layer = denseOutputLayer(initialOutputWeights({ ...size, seed, precision: "float32" }), size);
  return {
    step(hidden, labels, learningRate) {
      const { losses, gradHidden } = layer.step(Float32Array.from(hidden), labels, { loss, learningRate });
      return { loss: mean([...losses]), gradHidden };
    },
    scores: () => denseScores(layer.toDense(), size),
  };
}

/** The exact update of a loss of the spherical family, whose cost does not grow with the classes. */
export function factoredLayer(
  loss: SphericalLossSpec,
  { seed, ...size }: LayerShape,
  { stabilizeEvery, centre }: { stabilizeEvery?: number; centre?: number } = {},
): WordLayer {
  const layer = new FactoredOutputLayer(initialOutputWeights({ ...size, seed }), { ...size, stabilizeEvery });
  return {
    step(hidden, labels, learningRate) {
      const { losses, gradHidden } = layer.step(hidden, labels, { loss, learningRate });
      return { loss: mean([...losses]), gradHidden };
    },
    scores: () => denseScores(layer.toDense(), { ...size, centre }),
  };
}
