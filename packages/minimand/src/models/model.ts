import type { numpy as np } from "@jax-js/jax";
import type { Tree } from "../engine/tree.ts";

/** What a forward pass may know in addition to its input. */
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
  /** The same network as layers one after the other, where it is that; consumes its variables. */
  asLayers?(variables: Variables): Layered;
}

/** Pieces as `sequential` takes them, and the variables of that. */
export interface Layered {
  pieces: readonly (Model | ((x: np.Array) => np.Array))[];
  variables: Variables;
}

/** A model with a representation that can be had in addition to its output, and replaced on the way to it. */
export interface RepresentationModel extends Model {
  /** Numbers a row of the representation. */
  featureSize: number;
  /** Numbers a row of the output. */
  outputSize: number;
  /** As `apply`, with the representation `[batch, featureSize]` as features beside the output `[batch, outputSize]`. */
  applyWithFeatures(
    variables: Variables,
    x: np.Array,
    options: ApplyOptions & FeatureOptions,
  ): [{ features: np.Array; output: np.Array }, Tree];
}

/** What is done to features on their way. */
export interface FeatureOptions {
  /**
   * Of what the output is made in the place of the features (noise in training); those that are returned stay what they were.
   * Consumes them. Models of one's own need not know it: what relies on it refuses them then.
   */
  replaceFeatures?: (features: np.Array) => np.Array;
}

/** A model whose last layer is linear in its features, for methods that use both. */
export interface FeatureModel extends RepresentationModel {
  /** Numbers a row of the features: the inputs of the last layer. */
  featureSize: number;
}
