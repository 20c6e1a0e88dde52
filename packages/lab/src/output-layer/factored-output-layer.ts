import { checkNumber, rangeError, typeError } from "minimand/engine";
import { denseWeights, scoresOf, scoresOfSome } from "./class-scores.ts";
import { type FactoredState, momentsOf, refreshMoments, stateOf } from "./factored-state.ts";
import {
  type Gradient,
  type GradientOptions,
  gradientOf,
  lossesOf,
  type ScoreStatistics,
  statisticsOf,
} from "./gradient.ts";
import { checkFloats } from "./inputs.ts";
import { invert, leftSingularVectors } from "./linear-algebra.ts";
import { extract, type Floats } from "./matrix-space.ts";
import { restored, type SavedFactoredOutput, savedOf } from "./saved-layer.ts";
import { type Stabilization, stabilize, strayed } from "./stabilize.ts";
import { applyUpdate, type UpdateOptions } from "./update.ts";

/** Shape of a layer and how it keeps its factor U in order. */
export interface FactoredOutputOptions {
  /** D, the number of classes. */
  classes: number;
  /** d, the size of the last hidden layer. */
  features: number;
  /**
   * Updates between two stabilisations of U, default 100; 0 for none but those that can't wait, when U or its inverse
   * reaches a norm of 1,000.
   */
  stabilizeEvery?: number;
  /** Where the singular values of U may be, around 1; default [0.5, 2]. */
  band?: readonly [low: number, high: number];
}

/** The gradient of a batch. */
export interface BackwardResult {
  /** Weighted loss of each example, `[batch]`. */
  losses: Float64Array;
  /** Gradient of the reduced loss with respect to the hidden values, `[batch, features]`: what the body goes on from. */
  gradHidden: Float64Array;
  /** Norm of the gradient with respect to all `classes * features` weights. */
  gradNorm: number;
}

/** How far the layer is from what it should be: errors relative to the largest entry. */
export interface FactoredDiagnostics {
  /** Largest by smallest singular value of U. */
  conditionU: number;
  /** Of W^T W as it is kept, to W^T W computed anew. */
  driftGram: number;
  /** Of the sum of the rows of W. */
  driftSums: number;
  /** Of U U^-1 to the identity. */
  driftInverse: number;
}

/**
 * An output layer of very many classes, trained exactly at a cost that does not depend on their number.
 *
 * The layer's scores are `W h`, with `W` of shape `[classes, features]`. It keeps `W = V U + 1 omega^T`, `W^T W`, the sum of
 * the rows of W and `U^-1`. For a loss of the spherical family, which sees the scores through their sum of squares, their
 * sum and the score of the target, the loss, the gradient for the layers below and the step of gradient descent on *all*
 * of W take `O(batch features^2 + batch^2 features)` operations, equal to the dense computation up to rounding.
 *
 * Only gradient descent with a rate (constant or scheduled), weight decay and clipping is possible on W: momentum and
 * Adam would need a state of the size of W. The body below may use any optimizer. A bias is a hidden unit that is always 1.
 *
 * V is held in the precision of the array it starts from; everything else, of size `features^2`, in float64. Methods that
 * throw leave the layer as it was.
 *
 * @example
 * const layer = new FactoredOutputLayer(initialOutputWeights({ classes: 1e5, features: 64, seed: 0 }), { classes: 1e5, features: 64 });
 * const { losses, gradHidden } = layer.step(hidden, labels, { loss: zLossSpec(), learningRate: 0.1 });
 * @see Vincent, de Brébisson, Bouthillier 2015, arXiv 1412.7091, sections 3 and 4; minibatches and the whole family: arXiv 1606.08061
 */
export class FactoredOutputLayer {
  readonly classes: number;
  readonly features: number;
  readonly #stabilizeEvery: number;
  readonly #band: readonly [number, number];
  #state: FactoredState;
  #updates = 0;
  #pending: Gradient | null = null;

  /**
   * Takes `O(classes features^2)` once, for W^T W.
   *
   * @param weights W, `[classes, features]`; the array becomes the layer's own and is changed in place. Or what
   * {@link FactoredOutputLayer.save} returned, which is copied.
   * @throws TypeError, RangeError for wrong shapes, another version, numbers that are not finite
   */
  constructor(weights: Floats | SavedFactoredOutput, options: FactoredOutputOptions) {
    const { classes, features, stabilizeEvery = 100, band = [0.5, 2] } = options;
    checkNumber("classes", classes, { min: 1, integer: true });
    checkNumber("features", features, { min: 1, integer: true });
    checkNumber("stabilizeEvery", stabilizeEvery, { min: 0, integer: true });
    checkNumber("band[0]", band[0], { above: 0, max: 1 });
    checkNumber("band[1]", band[1], { min: 1 });
    this.classes = classes;
    this.features = features;
    this.#stabilizeEvery = stabilizeEvery;
    this.#band = band;
    if (ArrayBuffer.isView(weights)) {
      checkFloats("weights", weights);
      if (weights.length !== classes * features)
        throw rangeError("weights", `${classes} * ${features} numbers`, weights);
      this.#state = stateOf(weights, classes, features);
      refreshMoments(this.#state);
    } else {
      this.#state = restored(weights, classes, features);
      this.#updates = weights.updates;
    }
  }

  /** Updates made so far. */
  get updates(): number {
    return this.#updates;
  }

  /**
   * Sum of squares and sum of all scores of each example, and the scores of its targets, without the scores themselves.
   *
   * @param hidden `[batch, features]`, row after row
   * @param labels class ids, `[batch]`, or `[batch, targets]` for several targets an example
   * @throws TypeError, RangeError for wrong sizes, ids out of range, hidden values that are not finite
   */
  forward(hidden: Floats, labels: Int32Array): ScoreStatistics {
    this.#pending = null;
    const { q, s, a } = statisticsOf(this.#state, hidden, labels);
    return { q, s, a };
  }

  /**
   * Losses of the examples, `[batch]`, times their weights. With several targets the loss of an example is the sum of
   * those of its targets, each times its weight, as everywhere in this library for distributions over labels.
   *
   * @throws TypeError, RangeError as {@link forward}, and for a loss outside the family, wrong weights, all rows of W equal
   * under a loss that ignores scale
   */
  loss(hidden: Floats, labels: Int32Array, options: GradientOptions): Float64Array {
    this.#pending = null;
    return lossesOf(this.#state, hidden, labels, options);
  }

  /**
   * Losses, the gradient for the body and the norm of the gradient for W, which {@link update} then applies. W stays.
   *
   * @throws as {@link loss}
   */
  backward(hidden: Floats, labels: Int32Array, options: GradientOptions): BackwardResult {
    this.#pending = null;
    const { gradient, gradHidden } = gradientOf(this.#state, hidden, labels, options);
    this.#pending = gradient;
    return { losses: gradient.losses.slice(), gradHidden, gradNorm: gradient.norm };
  }

  /**
   * Moves W down the gradient of the last {@link backward}: `W - learningRate (G + weightDecay W)`, G scaled down to `clipNorm`. It
   * stabilises U after every `stabilizeEvery` updates, and when U has strayed too far from the identity.
   *
   * @throws RangeError where the rate is so high that U would (nearly) lose its inverse, for numbers outside their range;
   * Error without a gradient: each serves one update, and the calls of {@link forward} and {@link loss} drop it
   */
  update(options: UpdateOptions): void {
    if (this.#pending === null) throw new Error("update: expected a call of backward just before, got none");
    applyUpdate(this.#state, this.#pending, options);
    this.#pending = null;
    this.#updates++;
    const due = this.#stabilizeEvery > 0 && this.#updates % this.#stabilizeEvery === 0;
    if (due || strayed(this.#state)) stabilize(this.#state, this.#band);
  }

  /**
   * A training step: {@link backward}, then {@link update}. The gradient for the body is that before the update, not clipped.
   *
   * @example
   * layer.step(hidden, labels, { loss: zLossSpec({ a: 0.1, b: 28 }), learningRate: 0.5, clipNorm: 1 })
   */
  step(hidden: Floats, labels: Int32Array, options: GradientOptions & UpdateOptions): BackwardResult {
    const result = this.backward(hidden, labels, options);
    this.update(options);
    return result;
  }

  /** Scores of all classes, `[batch, classes]`; takes `O(batch classes features)`, the only thing here that does. */
  scores(hidden: Floats): Float64Array {
    return scoresOf(this.#state, hidden);
  }

  /** Scores of the classes named, `[batch, n]`; `O(batch features (features + n))`. */
  scoresFor(hidden: Floats, classes: Int32Array): Float64Array {
    return scoresOfSome(this.#state, hidden, classes);
  }

  /** W, `[classes, features]`, in the precision of V. */
  toDense(): Floats {
    return denseWeights(this.#state);
  }

  /** Brings the singular values of U back to 1 where they have left the band, without a change of W. */
  stabilize(): Stabilization {
    this.#pending = null;
    return stabilize(this.#state, this.#band);
  }

  /** Computes W^T W, the sum of the rows and U^-1 anew from V, U and omega: rounding errors of the past are gone. */
  refresh(): void {
    this.#pending = null;
    const { u, inverse, square } = this.#state.matrices;
    square.data.set(u.data);
    if (invert(square) > 1e-14) inverse.data.set(square.data);
    else stabilize(this.#state, this.#band);
    refreshMoments(this.#state);
  }

  /** How well the layer is; takes `O(classes features^2)`. */
  diagnostics(): FactoredDiagnostics {
    const { matrices, sums, features: d } = this.#state;
    const { u, inverse } = matrices;
    const kept = new Float64Array(d * d);
    extract(matrices.gram, kept);
    const moments = momentsOf(this.#state);
    const { values } = leftSingularVectors(u);
    let driftInverse = 0;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        let product = i === j ? -1 : 0;
        for (let k = 0; k < d; k++)
          product += u.data[i * u.stride + k] * inverse.data[k * inverse.stride + j];
        driftInverse = Math.max(driftInverse, Math.abs(product));
      }
    }
    return {
      conditionU: Math.max(...values) / Math.min(...values),
      driftGram: drift(kept, moments.gram),
      driftSums: drift(sums, moments.sums),
      driftInverse,
    };
  }

  /** The whole layer as plain data, a copy. */
  save(): SavedFactoredOutput {
    return savedOf(this.#state, this.#updates);
  }

  /**
   * Takes over what {@link save} returned.
   *
   * @throws TypeError, RangeError for other data, another version or shape; the layer then stays as it was
   */
  load(saved: SavedFactoredOutput): void {
    if (typeof saved !== "object") throw typeError("saved", "what save() returns", saved);
    this.#state = restored(saved, this.classes, this.features);
    this.#updates = saved.updates;
    this.#pending = null;
  }
}

/** Largest difference, relative to the largest number (to 1, where that is less). */
function drift(kept: Float64Array, fresh: Float64Array): number {
  let [difference, size] = [0, 1];
  for (let i = 0; i < fresh.length; i++) {
    difference = Math.max(difference, Math.abs(kept[i] - fresh[i]));
    size = Math.max(size, Math.abs(fresh[i]));
  }
  return difference / size;
}
