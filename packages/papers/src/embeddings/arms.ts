import { type numpy as np, random } from "@jax-js/jax";
import {
  adam,
  batchContrastiveLoss,
  batchPrototypicalLoss,
  batchTripletLoss,
  type CosineClassifierOptions,
  chain,
  cosineClassifier,
  crossEntropy,
  keepUnitNorm,
  linear,
  type Margin,
  type Model,
  marginCrossEntropy,
  objectiveOf,
  projectUnitNorm,
  type SupervisedState,
  supervised,
  type TrainStep,
} from "minimand";
import type { Compile, Tree } from "minimand/engine";
import { grid } from "../kit/grid.ts";
import { named } from "../kit/named.ts";

/**
 * What is chosen for an arm: a learning rate, and the parameter it has (scale or margin), if it has one. `scale` is that of the
 * losses with a margin, 16 where it isn't given; others don't look at it.
 */
export type Configuration = { learningRate: number; parameter: number; scale?: number };

/** A way of training an embedding. */
export interface Arm {
  id: string;
  /** What stands on the body while training: a linear layer, directions, or nothing (a loss of pairs). */
  head: "linear" | "cosine" | "projected cosine" | "none";
  /** Meaning and grid of the parameter; the second value is the default. None: more learning rates are tried instead. */
  parameter: { name: "scale" | "margin"; grid: readonly [number, number, number] } | null;
  loss: (output: np.Array, y: np.Array, use: LossUse) => np.Array;
  /** How examples are compared: pairs losses of distances that don't normalise have lengths that mean something. */
  geometry: "cosine" | "euclidean";
}

/** What the loss of an arm may use; `parameter` and, where it is given, `scale` are traced numbers. */
interface LossUse {
  weights: np.Array;
  key: np.Array;
  parameter: np.Array;
  scale: np.Array | number;
  classes: number;
}

/** Scale of the margin losses where none is given, and standard deviation of elastic margins, as the paper's pilots have them. */
const usualScale = 16;
const std = 0.05;

type MarginOf = (parameter: np.Array, key: np.Array) => Margin;
const cosine = (id: string, grid: [number, number, number], margin: MarginOf): Arm => ({
  id,
  head: "cosine",
  parameter: { name: "margin", grid },
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
  parameter: { name: "scale", grid: [8, 16, 32] },
  loss: (c, y, { weights, parameter }) => marginCrossEntropy(c, y, { weights, scale: parameter }),
  geometry: "cosine",
});

const pairs = (
  id: string,
  grid: [number, number, number],
  loss: typeof batchTripletLoss | typeof batchContrastiveLoss,
): Arm => ({
  id,
  head: "none",
  parameter: { name: "margin", grid },
  loss: (e, y, { weights, parameter }) => loss(projectUnitNorm(e, 1), y, { weights, margin: parameter }),
  geometry: "cosine",
});

const arcs: [number, number, number] = [0.15, 0.3, 0.5];
const cosines: [number, number, number] = [0.1, 0.2, 0.35];

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
  pairs("triplet", [0.1, 0.2, 0.4], batchTripletLoss),
  pairs("contrastive", [0.5, 1, 1.5], batchContrastiveLoss),
  {
    id: "prototypical",
    head: "none",
    parameter: null,
    loss: (e, y, { weights, classes }) => batchPrototypicalLoss(e, y, { weights, classes }),
    geometry: "euclidean",
  },
];

/** The middle one of three learning rates for arms with a parameter: letters and characters want faster ones than pictures. */
const middle: Readonly<Record<string, number>> = { letter: 1e-2, omniglot: 1e-2, fashion: 1e-3, orl: 1e-3 };

/** Equally many configurations for every arm: nine. */
export function configurationsOf({ parameter }: Arm, material: string): Configuration[] {
  if (parameter === null)
    return grid({ learningRate: [3e-4, 5e-4, 1e-3, 2e-3, 3e-3, 5e-3, 1e-2, 2e-2, 3e-2], parameter: [0] });
  const rate = middle[material];
  if (rate === undefined) throw new RangeError(`material: expected a known one, got ${material}`);
  return grid({ learningRate: [0.3 * rate, rate, 3 * rate], parameter: parameter.grid });
}

/** What the sheets of the papers start from. */
export function defaultConfiguration({ parameter }: Arm): Configuration {
  return { learningRate: 3e-3, parameter: parameter?.grid[1] ?? 0 };
}

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
        ...{ weights, key, parameter: hyper.parameter, classes: sizes.classes },
        scale: "scale" in hyper ? hyper.scale : usualScale,
      }),
    ),
    optimizer: ({ learningRate }) =>
      arm.head === "projected cosine"
        ? chain(adam(learningRate), keepUnitNorm("centers"))
        : adam(learningRate),
    compile,
  });
}
