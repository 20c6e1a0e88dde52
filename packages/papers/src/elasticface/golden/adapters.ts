import {
  assignElasticMargins,
  cosineSimilarity,
  type Margin,
  marginLogits,
  marginSoftmax,
} from "minimand/losses";
import { tarAtFar, verificationAccuracy } from "minimand/metrics";
import { type Adapters, float, ids, meanAndGradients } from "../../kit/golden/adapters.ts";

/** Values, logits and gradients of one margin; the margin is made anew for each use, as its arrays are consumed. */
function marginCase(marginOf: (inputs: never, options: never) => Margin): Adapters[string] {
  return (inputs, options) => {
    const { embeddings, weights, labels } = inputs;
    const make = () => ({ scale: options.scale, margin: marginOf(inputs as never, options as never) });
    const { perExample, mean, gradients } = meanAndGradients(
      (e, w) => marginSoftmax(e, w, ids(labels), make()),
      float(embeddings),
      float(weights),
    );
    return {
      logits: marginLogits(float(embeddings), float(weights), ids(labels), make()).js(),
      perExample,
      value: mean,
      grad_embeddings: gradients[0],
      grad_weights: gradients[1],
    };
  };
}

const elastic: Adapters[string] = (inputs, options, expected) => {
  const { embeddings, weights, labels, marginDraws } = inputs;
  const { kind, plus } = options;
  const run = marginCase(() => ({ kind, plus, draws: float(marginDraws) }));
  const cosines = cosineSimilarity(float(embeddings), float(weights)).js() as number[][];
  const cosTarget = cosines.map((row, i) => row[labels[i]]);
  return {
    ...(run(inputs, options, expected) as object),
    cosTarget,
    assignedMargins:
      plus === "none"
        ? marginDraws
        : assignElasticMargins(float(marginDraws), float(cosTarget), { rule: plus }).js(),
  };
};

export const adapters: Adapters = {
  normalized_softmax: marginCase(() => ({ kind: "none" })),
  arcface: marginCase((_, { margin }: { margin: number }) => ({ kind: "arcface", m: margin })),
  cosface: marginCase((_, { margin }: { margin: number }) => ({ kind: "cosface", m: margin })),
  sphereface: marginCase((_, { margin }: { margin: number }) => ({ kind: "sphereface", m: margin })),
  combined: marginCase((_, { margin: [m1, m2, m3] }: { margin: number[] }) => ({
    kind: "combined",
    m1,
    m2,
    m3,
  })),
  elastic_arc: elastic,
  elastic_cos: elastic,
  elastic_arc_plus: elastic,
  elastic_cos_plus: elastic,

  "verification_10-fold_accuracy_and_TAR@FAR"({ a, b, same }, { folds, thresholdStep, thresholdMax, fars }) {
    const dot = a.map((row: number[], i: number) => row.reduce((s, v, k) => s + v * b[i][k], 0));
    const distances = a.map((row: number[], i: number) => row.reduce((s, v, k) => s + (v - b[i][k]) ** 2, 0));
    const pairs = same.map(Number);
    const count = Math.round(thresholdMax / thresholdStep);
    const thresholds = Array.from({ length: count }, (_, k) => k * thresholdStep);
    const { mean, std, foldAccuracies, foldThresholds } = verificationAccuracy(pairs, distances, {
      folds,
      thresholds,
    });
    return {
      foldThresholds,
      foldAccuracies,
      accuracyMean: mean,
      accuracyStd: std,
      tarAtFar: Object.fromEntries(tarAtFar(pairs, dot, fars).map((at, i) => [String(fars[i]), at])),
    };
  },
};
