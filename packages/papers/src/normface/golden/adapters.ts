import type { numpy as np } from "@jax-js/jax";
import {
  contrastiveLoss,
  marginLogits,
  marginSoftmax,
  normalizedSoftmaxLowerBound,
  prototypicalLoss,
  triplet,
} from "minimand/losses";
import { HypersphereClassifier } from "minimand/models";
import { type Adapters, float, ids, meanAndGradients } from "../../kit/golden/adapters.ts";

export const adapters: Adapters = {
  normalized_softmax_loss({ embeddings, weights, labels }, { scale }) {
    const { perExample, mean, gradients } = meanAndGradients(
      (e, w) => marginSoftmax(e, w, ids(labels), { scale }),
      float(embeddings),
      float(weights),
    );
    return {
      logits: marginLogits(float(embeddings), float(weights), ids(labels), { scale }).js(),
      perExample,
      value: mean,
      grad_embeddings: gradients[0],
      grad_weights: gradients[1],
      lowerBound: normalizedSoftmaxLowerBound(weights[0].length, scale),
    };
  },

  async add_novel_classes({ weights, support, queries }, { scale }) {
    // The vectors are embeddings already.
    const embed = (x: np.Array) => x;
    const joint = await HypersphereClassifier.fromCenters(embed, float(weights), { scale });
    const disjoint = await joint.newTask(
      Object.fromEntries(support.map((s: number[][], k: number) => [`new ${k}`, float(s)])),
    );
    for (const [k, examples] of support.entries()) await joint.addClass(`new ${k}`, float(examples));
    const rows = (flat: ArrayLike<number>) => {
      const width = flat.length / queries.length;
      return queries.map((_: unknown, i: number) => Array.from(flat).slice(i * width, (i + 1) * width));
    };
    return {
      prototypes: disjoint.save().directions,
      jointLogits: rows(await joint.logits(float(queries))),
      jointPred: [...(await joint.predict(float(queries)))],
      disjointProbs: rows(await disjoint.predictProba(float(queries))),
      disjointPred: [...(await disjoint.predict(float(queries)))],
    };
  },

  triplet_loss({ anchor, positive, negative }, options) {
    const { perExample, gradients } = meanAndGradients(
      (a, p, n) => triplet(a, p, n, options),
      float(anchor),
      float(positive),
      float(negative),
    );
    const [grad_anchor, grad_positive, grad_negative] = gradients;
    return { perExample, grad_anchor, grad_positive, grad_negative };
  },

  contrastive_loss({ a, b, same }, options) {
    const { perExample, gradients } = meanAndGradients(
      (x, y) => contrastiveLoss(x, y, float(same), options),
      float(a),
      float(b),
    );
    return { perExample, grad_a: gradients[0] };
  },

  prototypical_loss({ support, query, labels }) {
    const { perExample, gradients } = meanAndGradients(
      (q) => prototypicalLoss(float(support), q, ids(labels)),
      float(query),
    );
    return { logits: episodeLogits(support, query), perExample, grad_query: gradients[0] };
  },
};

/** The negated squared distances to the class means, which the loss keeps to itself. */
function episodeLogits(support: number[][][], query: number[][]): number[][] {
  return query.map((q) =>
    support.map((examples) => {
      const mean = q.map((_, k) => examples.reduce((s, e) => s + e[k], 0) / examples.length);
      return -q.reduce((s, v, k) => s + (v - mean[k]) ** 2, 0);
    }),
  );
}
