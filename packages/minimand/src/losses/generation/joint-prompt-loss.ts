import type { numpy as np } from "@jax-js/jax";
import { checkParameter, isArrayLike, typeError } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { operand } from "../operand.ts";

/** The terms of {@link jointPromptLoss}, scalars; at least one. */
export interface PromptLossTerms {
  /** Of the frozen image model, the mean of `denoisingLoss`. */
  image?: np.Array;
  /** Of the words, `tokenCrossEntropy`. */
  text?: np.Array;
  /** The mean of `alignLoss`. */
  align?: np.Array;
  /** The mean of `drawSimilarityLoss`. */
  diversity?: np.Array;
}

/** Weights of the terms relative to the image's, each `>= 0`. */
export interface PromptLossWeights {
  /** Default 0.1. */
  textGamma?: Parameter;
  /** Default 0; published code has 1e-5. */
  alignGamma?: Parameter;
  /** Default 0. */
  diversityGamma?: Parameter;
}

/**
 * The joint objective of a generator of texts for another model: that model's own loss plus the loss of the words.
 *
 * `L = L_image + textGamma L_text + alignGamma L_align + diversityGamma L_diversity`; a term that is left out counts for nothing.
 *
 * @param terms scalars
 * @param options `textGamma`, `alignGamma`, `diversityGamma`
 * @returns a scalar
 * @throws TypeError for terms that are no arrays, or none at all; RangeError for negative weights, terms that are no scalars
 * @example
 * jointPromptLoss({ image: np.array(0.5), text: np.array(2) }) // 0.7
 * @see Hei et al. 2024, arXiv 2402.12760
 */
export function jointPromptLoss(terms: PromptLossTerms, options: PromptLossWeights = {}): np.Array {
  const { textGamma, alignGamma, diversityGamma } = readOptions("jointPromptLoss", options, {
    textGamma: [0.1],
    alignGamma: [0],
    diversityGamma: [0],
  });
  for (const [name, weight] of Object.entries({ textGamma, alignGamma, diversityGamma }))
    checkParameter(name, weight, { min: 0 });
  readOptions("terms", terms, { image: true, text: true, align: true, diversity: true });
  for (const [name, term] of Object.entries(terms as Record<string, np.Array>)) {
    if (!isArrayLike(term)) throw typeError(`terms.${name}`, "a 0-d array", term);
    checkParameter(`terms.${name}`, term);
  }
  const { image, text, align, diversity } = terms;
  const parts = [
    image,
    text?.mul(operand(textGamma, text)),
    align?.mul(operand(alignGamma, align)),
    diversity?.mul(operand(diversityGamma, diversity)),
  ].filter((part) => part !== undefined);
  if (parts.length === 0) throw typeError("terms", "at least one of image, text, align, diversity", "none");
  return parts.reduce((a, b) => a.add(b));
}
