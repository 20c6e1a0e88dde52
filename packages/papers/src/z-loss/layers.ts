import { denseOutputLayer, FactoredOutputLayer, initialOutputWeights } from "minimand";
import { type SphericalArm, sphericalLosses, type WordArm } from "./arms.ts";
import { hierarchicalLayer } from "./hierarchical-layer.ts";
import { denseScores } from "./ranks.ts";
import { sampledLayer } from "./sampled-layer.ts";
import { model } from "./settings.ts";
import type { WordLayer } from "./word-layer.ts";

/** The layer that an arm trains, over `classes` words. */
export function layerOf(arm: WordArm, classes: number, seed: number): WordLayer {
  const { features } = model;
  if (arm === "hierarchical softmax") return hierarchicalLayer({ classes, features, seed });
  if (arm === "sampled softmax") return sampledLayer({ classes, features, seed });
  if (arm === "log-softmax") {
    const start = initialOutputWeights({ classes, features, seed, precision: "float32" });
    const layer = denseOutputLayer(start, { classes, features });
    return {
      step(hidden, labels, learningRate) {
        const options = { loss: "log-softmax", learningRate } as const;
        const { losses, gradHidden } = layer.step(Float32Array.from(hidden), labels, options);
        return { loss: mean(losses), gradHidden };
      },
      scores: () => denseScores(layer.toDense(), { classes, features }),
    };
  }
  return factored(arm, classes, seed);
}

/** Where the probability of a class grows with the distance of its score from something, not with its score. */
const centres: { [arm: string]: number } = { "log-Taylor softmax": 1, "log-spherical softmax": 0 };

function factored(arm: SphericalArm, classes: number, seed: number): WordLayer {
  const { features } = model;
  const layer = new FactoredOutputLayer(initialOutputWeights({ classes, features, seed }), {
    classes,
    features,
    // Squared error shrinks U at every step.
    stabilizeEvery: arm === "squared error" ? 20 : 100,
  });
  const loss = sphericalLosses[arm];
  return {
    step(hidden, labels, learningRate) {
      const { losses, gradHidden } = layer.step(hidden, labels, { loss, learningRate });
      return { loss: mean(losses), gradHidden };
    },
    scores: () => denseScores(layer.toDense(), { classes, features, centre: centres[arm] }),
  };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
