import { numpy as np } from "@jax-js/jax";
import { constantOf, differentiate, disposeTree, forward, type Tree } from "minimand/engine";
import type { ApplyOptions, Model } from "minimand/models";

/**
 * Two losses of the same weights and the same architecture parameters: one on the rows the weights learn from, one on
 * rows they don't. Both are scalars and pure functions of arrays, and consume what they are given.
 *
 * What the architecture parameters are is open: weights of operations, gates of features or channels, penalties, weights of
 * losses. A batch is any tree of arrays, `{}` for losses without data.
 */
export interface Bilevel<Batch extends Tree = Tree> {
  trainLoss(weights: Tree, architecture: Tree, batch: Batch): np.Array;
  valLoss(weights: Tree, architecture: Tree, batch: Batch): np.Array;
}

/** Parameters of a model that has an architecture to be searched for. */
export type SearchParams = { weights: Tree; architecture: Tree };

/** A model whose parameters are `{ weights, architecture }`, without running statistics (its state is `{}`). */
export interface SearchModel extends Model {
  init(key: np.Array): { params: SearchParams; state: Record<string, never> };
}

/** Inputs, targets and weights of examples: the batches of a {@link bilevelOf}. */
export type SearchBatch = { x: np.Array; y: np.Array; weights: np.Array };

/** A loss of a search: weighted per-example values `[batch]`, or one scalar of the whole batch. */
export type SearchLoss = (output: np.Array, y: np.Array, options: { weights: np.Array }) => np.Array;

/**
 * Returns the two losses of a model with an architecture: the same loss, on two different batches.
 *
 * `sum(loss) / sum(weights)`; 0 where all rows of a batch have weight 0.
 *
 * @example
 * bilevelOf(model, (logits, y, { weights }) => crossEntropy(logits, y, { weights }))
 */
export function bilevelOf(model: SearchModel, loss: SearchLoss): Bilevel<SearchBatch> {
  const of = (weights: Tree, architecture: Tree, batch: SearchBatch): np.Array => {
    const options: ApplyOptions = { training: true, weights: batch.weights.ref };
    const [output] = model.apply({ params: { weights, architecture }, state: {} }, batch.x, options);
    const values = loss(output, batch.y, { weights: batch.weights.ref });
    if (values.ndim === 0) return values;
    const total = constantOf(batch.weights.sum(), values.dtype);
    return values.sum().div(np.where(total.ref.greater(0), total, 1));
  };
  return { trainLoss: of, valLoss: of };
}

/** Value and gradients of one of the two losses; everything given is consumed. */
export interface Partials {
  value(weights: Tree, architecture: Tree, batch: Tree): np.Array;
  inWeights(one: np.Array, weights: Tree, architecture: Tree, batch: Tree): [np.Array, Tree];
  inArchitecture(one: np.Array, weights: Tree, architecture: Tree, batch: Tree): [np.Array, Tree];
  inBoth(one: np.Array, weights: Tree, architecture: Tree, batch: Tree): [np.Array, SearchParams];
  /** The second derivative in the weights along a direction: `H v`, and `d2/(da dw) v`. About two passes. */
  along(one: np.Array, weights: Tree, architecture: Tree, batch: Tree, direction: Tree): SearchParams;
}

/** Returns the three gradients of a loss that searches use: one pass each. */
export function partialsOf(loss: (weights: Tree, architecture: Tree, batch: Tree) => np.Array): Partials {
  const inWeights = differentiate((w: Tree, a: Tree, b: Tree) => [loss(w, a, b), []]);
  const inArchitecture = differentiate((a: Tree, w: Tree, b: Tree) => [loss(w, a, b), []]);
  const inBoth = differentiate(({ weights, architecture }: SearchParams, b: Tree) => [
    loss(weights, architecture, b),
    [],
  ]);
  const gradient = (one: np.Array, weights: Tree, architecture: Tree, batch: Tree): SearchParams =>
    inBoth(one, { weights, architecture }, batch)[1];
  return {
    value: loss,
    inWeights(one, w, a, b) {
      const [[value], gradient] = inWeights(one, w, a, b);
      return [value, gradient];
    },
    inArchitecture(one, w, a, b) {
      const [[value], gradient] = inArchitecture(one, a, w, b);
      return [value, gradient];
    },
    inBoth(one, weights, architecture, b) {
      const [[value], gradient] = inBoth(one, { weights, architecture }, b);
      return [value, gradient];
    },
    along(one, weights, architecture, batch, direction) {
      // Forward over reverse. In the engine's reverse over reverse, what isn't differentiated first is held constant, and the
      // compiled second derivative of a matrix product is wrong on wasm where its rows are a multiple of 4.
      const [value, tangent] = forward((w) => gradient(one, w, architecture, batch), weights, direction);
      disposeTree(value);
      return tangent;
    },
  };
}
