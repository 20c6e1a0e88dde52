import { type numpy as np, random } from "@jax-js/jax";
import {
  adam,
  chain,
  crossEntropy,
  type Margin,
  type Model,
  marginCrossEntropy,
  objectiveOf,
  type SupervisedState,
  supervised,
  type TrainStep,
} from "minimand";
import type { Compile, Tree } from "minimand/engine";
import { batchContrastiveLoss, batchPrototypicalLoss, batchTriplet, projectUnitNorm } from "minimand/losses";
import { type CosineClassifierOptions, cosineClassifier, linear } from "minimand/models";
import { keepUnitNorm } from "minimand/optimizers";
import { named } from "../kit/named.ts";

/**
 * What is chosen for an arm: a learning rate, and the parameter it has (scale or margin), if it has one. `scale` is that of the
 * losses with a margin, 0 where there is none.
 */
export type Configuration = { learningRate: number; parameter: number; scale: number };

/** A way of training an embedding. */
export interface Arm {
  id: string;
  /** What stands on the body while training: a linear layer, directions, or nothing (a loss of pairs). */
  head: "linear" | "cosine" | "projected cosine" | "none";
  /** Meaning of the parameter, what tuning may choose for it, in order, and where it begins; null: there is none. */
  parameter: { name: "scale" | "margin"; values: readonly number[]; start: number } | null;
  loss: (output: np.Array, y: np.Array, use: LossUse) => np.Array;
  /** How examples are compared: pairs losses of distances that don't normalise have lengths that mean something. */
  geometry: "cosine" | "euclidean";
}

/** What the loss of an arm may use; `parameter` and `scale` are traced numbers. */
interface LossUse {
  weights: np.Array;
  key: np.Array;
  parameter: np.Array;
  scale: np.Array;
  classes: number;
}

/** Scale at which tuning begins, and standard deviation of elastic margins, as the paper's pilots have them. */
export const usualScale = 16;
const std = 0.05;

/** Scales that tuning may choose. */
export const scales: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Values of a margin and where tuning begins; a margin of 0 is none. */
type Margins = Pick<NonNullable<Arm["parameter"]>, "values" | "start">;
const arcs: Margins = { values: [0, 0.05, 0.15, 0.3, 0.5, 0.7, 0.9, 1.2], start: 0.3 };
const cosines: Margins = { values: [0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1], start: 0.2 };
const triplets: Margins = { values: [0.00625, 0.0125, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6], start: 0.2 };
const contrasts: Margins = { values: [0.125, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6], start: 1 };

type MarginOf = (parameter: np.Array, key: np.Array) => Margin;
const cosine = (id: string, margins: Margins, margin: MarginOf): Arm => ({
  id,
  head: "cosine",
  parameter: { name: "margin", ...margins },
  loss: (c, y, { weights, parameter, key, scale }) =>
    marginCrossEntropy(c, y, { weights, scale, margin: margin(parameter, key) }),
  geometry: "cosine",
});
const elastic =
  (kind: "elastic-arc" | "elastic-cos", plus: "none" | "paper" | "official-code"): MarginOf =>
  (mean, key) => ({ kind, plus, key, mean, std });
const normalised = (id: string, head: Arm["head"]): Arm => ({
  id,
  head,
  parameter: { name: "scale", values: scales, start: usualScale },
  loss: (c, y, { weights, parameter }) => marginCrossEntropy(c, y, { weights, scale: parameter }),
  geometry: "cosine",
});

const pairs = (
  id: string,
  margins: Margins,
  loss: typeof batchTriplet | typeof batchContrastiveLoss,
): Arm => ({
  id,
  head: "none",
  parameter: { name: "margin", ...margins },
  loss: (e, y, { weights, parameter }) => loss(projectUnitNorm(e, 1), y, { weights, margin: parameter }),
  geometry: "cosine",
});

/** All arms; "raw" trains nothing and is not among them. */
export const arms: readonly Arm[] = [
  {
    id: "softmax",
    head: "linear",
    parameter: null,
    loss: (f, y, { weights }) => crossEntropy(f, y, { weights }),
    geometry: "cosine",
  },
  normalised("normalised softmax", "cosine"),
  normalised("normalised softmax (P)", "projected cosine"),
  cosine("CosFace", cosines, (m) => ({ kind: "cosface", m })),
  cosine("ArcFace", arcs, (m) => ({ kind: "arcface", m })),
  cosine("ElasticFace-Cos", cosines, elastic("elastic-cos", "none")),
  cosine("ElasticFace-Cos+", cosines, elastic("elastic-cos", "paper")),
  cosine("ElasticFace-Cos+ (code)", cosines, elastic("elastic-cos", "official-code")),
  cosine("ElasticFace-Arc", arcs, elastic("elastic-arc", "none")),
  cosine("ElasticFace-Arc+", arcs, elastic("elastic-arc", "paper")),
  cosine("ElasticFace-Arc+ (code)", arcs, elastic("elastic-arc", "official-code")),
  pairs("triplet", triplets, batchTriplet),
  pairs("contrastive", contrasts, batchContrastiveLoss),
  {
    id: "prototypical",
    head: "none",
    parameter: null,
    loss: (e, y, { weights, classes }) => batchPrototypicalLoss(e, y, { weights, classes }),
    geometry: "euclidean",
  },
];

/** The arm of a name. */
export const armOf = (id: string): Arm => named(arms, id, "arm");

/** A model whose parameters hold the body's under `body`, whatever stands on it. */
function modelOf({ head }: Arm, body: Model, sizes: Omit<CosineClassifierOptions, "constraint">): Model {
  if (head === "cosine") return cosineClassifier(body, sizes);
  if (head === "projected cosine") return cosineClassifier(body, { ...sizes, constraint: "projected" });
  if (head === "none")
    return {
      init(key) {
        const { params, state } = body.init(key);
        return { params: { body: params }, state };
      },
      apply: ({ params, state }, x, options) =>
        body.apply({ params: (params as { body: Tree }).body, state }, x, options),
    };
  const layer = linear({ inputs: sizes.features, outputs: sizes.classes, initial: "random" });
  return {
    init(key) {
      const [own, rest] = [...random.split(key, 2)];
      const { params, state } = body.init(rest);
      return { params: { body: params, head: layer.init(own).params }, state };
    },
    apply({ params, state }, x, options) {
      const { body: inner, head: outer } = params as { body: Tree; head: Tree };
      const [embeddings, next] = body.apply({ params: inner, state }, x, options);
      const [logits] = layer.apply({ params: outer, state: {} }, embeddings, { training: false });
      return [logits, next];
    },
  };
}

/** The training step of an arm, with Adam; learning rate and parameter are inputs of its program. */
export function stepOf(
  arm: Arm,
  body: Model,
  sizes: { features: number; classes: number },
  compile?: Compile,
): TrainStep<SupervisedState> {
  const model = modelOf(arm, body, sizes);
  return supervised({
    model,
    objective: objectiveOf(model, (output, y, { weights, key, hyper }) =>
      arm.loss(output, y, {
        weights,
        key,
        parameter: hyper.parameter,
        scale: hyper.scale,
        classes: sizes.classes,
      }),
    ),
    optimizer: ({ learningRate }) =>
      arm.head === "projected cosine"
        ? chain(adam(learningRate), keepUnitNorm("centers"))
        : adam(learningRate),
    compile,
  });
}
