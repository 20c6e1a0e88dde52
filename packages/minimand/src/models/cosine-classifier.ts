import { numpy as np, random } from "@jax-js/jax";
import { rangeError } from "../engine/checks.ts";
import { unitNorm } from "../engine/numerics.ts";
import { oneOf, readOptions } from "../engine/options.ts";
import type { Tree } from "../engine/tree.ts";
import type { Model } from "./model.ts";

/** Sizes of a {@link cosineClassifier}. */
export interface CosineClassifierOptions {
  /** Length of the body's output, the embedding. */
  features: number;
  classes: number;
  /**
   * How the centres keep unit norm: `reparametrised`, divided by their norms in every forward pass (NormFace; the
   * default), or `projected`, set to unit norm after every step by {@link keepUnitNorm}`("centers")`.
   */
  constraint?: "reparametrised" | "projected";
}

/**
 * A classifier whose outputs are cosines: a body, and one direction (centre) a class, without bias.
 *
 * `c_ij = <f(x_i), w_j> / (||f(x_i)|| ||w_j||)`; train it with {@link marginCrossEntropy}.
 *
 * Parameters are `{ body, centers }`, `centers` `[features, classes]`, which start as random directions.
 *
 * @param body a model to `[batch, features]`
 * @param options `features`, `classes`, `constraint`
 * @returns a model to cosines `[batch, classes]`
 * @throws RangeError for fewer than 1 feature or 2 classes, or where the body's output has another length
 * @example
 * cosineClassifier(mlp({ inputs: 16, hidden: [64], outputs: 32 }), { features: 32, classes: 18 })
 * @see Wang et al. 2017, arXiv 1704.06369; Pereira et al. 2021, arXiv 2102.03243, section 3
 */
export function cosineClassifier(body: Model, options: CosineClassifierOptions): Model {
  const { features, classes, constraint } = readOptions("cosineClassifier", options, {
    features: { min: 1, integer: true },
    classes: { min: 2, integer: true },
    constraint: ["reparametrised", oneOf(["reparametrised", "projected"])],
  });
  return {
    init(key) {
      const [own, rest] = [...random.split(key, 2)];
      const { params, state } = body.init(rest);
      const centers = unitNorm(random.normal(own, [features, classes]), 0);
      return { params: { body: params, centers }, state };
    },
    apply({ params, state }, x, applyOptions) {
      const { body: inner, centers } = params as { body: Tree; centers: np.Array };
      const [embeddings, next] = body.apply({ params: inner, state }, x, applyOptions);
      if (embeddings.ndim !== 2 || embeddings.shape[1] !== features)
        throw rangeError("body", `an output of shape [batch, ${features}]`, embeddings);
      const columns = constraint === "projected" ? centers : unitNorm(centers, 0);
      return [np.matmul(unitNorm(embeddings, 1), columns), next];
    },
  };
}
