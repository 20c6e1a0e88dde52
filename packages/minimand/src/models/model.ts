import type { numpy as np } from "@jax-js/jax";
import type { Tree } from "../engine/tree.ts";

/** What a forward pass may know beside its input. */
export interface ApplyOptions {
  /** True while training: batch statistics are taken from the batch, noise is drawn. */
  training: boolean;
  /** For models that draw random numbers. */
  key?: np.Array;
  /** Example weights `[batch]`; rows of weight 0 (padding) stay out of batch statistics. */
  weights?: np.Array;
}

/** Parameters are trained; state (running statistics) is carried along. Both are trees of arrays. */
export interface Variables {
  params: Tree;
  state: Tree;
}

/** An init/apply pair. `apply` consumes what it is given. */
export interface Model {
  /** Number of ids, of a model whose input is int32 ids: they are checked where their values can be seen. */
  readonly vocabulary?: number;
  init(key: np.Array): Variables;
  apply(variables: Variables, x: np.Array, options: ApplyOptions): [np.Array, Tree];
}

/** A model whose last layer is linear in features that can be had beside its output, for methods that use both. */
export interface FeatureModel extends Model {
  /** Numbers a row of the features: the inputs of the last layer. */
  featureSize: number;
  /** Numbers a row of the output. */
  outputSize: number;
  /** As `apply`, with the features `[batch, featureSize]` beside the output `[batch, outputSize]`. */
  applyWithFeatures(
    variables: Variables,
    x: np.Array,
    options: ApplyOptions,
  ): [{ features: np.Array; output: np.Array }, Tree];
}
