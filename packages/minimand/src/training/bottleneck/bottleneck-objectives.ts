import type { numpy as np } from "@jax-js/jax";
import { checkChoice } from "../../engine/checks.ts";
import { type OptionNames, readOptions } from "../../engine/options.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { type CsIbOptions, csIbLoss, csIbOptions } from "../../losses/dependence/cs-ib.ts";
import { csQmi, hsic } from "../../losses/dependence/index.ts";
import { operand } from "../../losses/operand.ts";
import type { RepresentationModel } from "../../models/model.ts";
import type { Hyper, TracedHyper } from "../hyper.ts";
import type { BatchLoss, Objective } from "../objective.ts";
import { featureObjective, squaredErrors, weightedMean } from "./feature-objective.ts";

/** Options of a loss, or a function of the hyperparameters, so that one program serves all their values. */
type OrOfHyper<Options, H extends Hyper> = Options | ((hyper: TracedHyper<H>) => Options);

/**
 * The objective of {@link csIbLoss}: the representation is the model's features, the inputs are taken as they come (standardised), as
 * rows of numbers.
 *
 * @param model with features; of targets `[batch]` with a single output, of `[batch, outputs]` with as many
 * @param options of the loss, or a function of the hyperparameters
 * @throws TypeError, RangeError as {@link csIbLoss}
 * @example
 * supervised({ model, objective: csIbObjective(model, ({ beta }) => ({ beta })), optimizer })
 * @see Yu et al. 2024, arXiv 2404.17951, equation (5)
 */
export function csIbObjective<H extends Hyper = Hyper>(
  model: RepresentationModel,
  options: OrOfHyper<Omit<CsIbOptions, "weights">, H> = {},
): Objective<H> {
  if (typeof options !== "function") readOptions("csIbObjective", options, csIbOptions);
  return featureObjective<H>(model, ({ x, y, features, output }, { weights, hyper, key }) => {
    key.dispose();
    const chosen = typeof options === "function" ? options(hyper) : options;
    const { total, prediction, compression } = csIbLoss(
      { x: asRows(x), y: asRows(y), predictions: output, t: features },
      { ...chosen, weights },
    );
    prediction.dispose();
    compression.dispose();
    return total;
  });
}

/** Options of {@link bottleneckObjective}. */
export interface BottleneckOptions {
  /** What measures how much the features tell of the inputs; default `hsic`. `csQmi` is the normalised one. */
  measure?: (typeof measures)[number];
  /** Weight of that, `>= 0`, default 0.01. */
  beta?: Parameter;
  /** Weight of what the features tell of the targets, which is taken off, by the same measure with the width 1; default 0. */
  gamma?: Parameter;
  /** Width of the kernel of the inputs, `> 0`, default 1. */
  sigmaX?: Parameter;
  /** Width of the kernel of the features, `> 0`, default 1. */
  sigmaT?: Parameter;
}

const measures = ["hsic", "csQmi"] as const;

const bottleneckOptions: OptionNames<BottleneckOptions> = {
  measure: true,
  beta: true,
  gamma: true,
  sigmaX: true,
  sigmaT: true,
};

/**
 * The objective of a usual loss and a kernel measure of the features' information about the inputs: the HSIC bottleneck, and the related
 * one with the Cauchy-Schwarz information.
 *
 * `mean l(f, y) + beta I(x; t) - gamma I(t; y)`
 *
 * @param model with features
 * @param options `measure`, `beta`, `gamma`, `sigmaX`, `sigmaT`, or a function of the hyperparameters that gives them
 * @param loss per-example values or a scalar; default squared errors of a single output
 * @throws TypeError, RangeError as `hsic`
 * @example
 * bottleneckObjective(model, ({ beta }) => ({ measure: "hsic", beta }))
 * @see Wang et al. 2021, arXiv 2106.02734, equation (6); Yu et al. 2024, arXiv 2404.17951, section 5
 */
export function bottleneckObjective<H extends Hyper = Hyper>(
  model: RepresentationModel,
  options: OrOfHyper<BottleneckOptions, H> = {},
  loss: BatchLoss<H> = squaredErrors as BatchLoss<H>,
): Objective<H> {
  if (typeof options !== "function") readOptions("bottleneckObjective", options, bottleneckOptions);
  return featureObjective<H>(model, ({ x, y, features, output }, { weights, hyper, key }) => {
    const chosen = typeof options === "function" ? options(hyper) : options;
    const {
      measure = "hsic",
      beta = 0.01,
      gamma = 0,
      sigmaX,
      sigmaT = 1,
    } = readOptions("bottleneckObjective", chosen, bottleneckOptions);
    checkChoice("measure", measure, measures);
    const values = loss(output, y.ref, { weights: weights.ref, key, hyper });
    const prediction = values.ndim === 0 ? values : weightedMean(values, weights.ref);
    const of = (a: np.Array, t: np.Array, widths: { sigmaX?: Parameter; sigmaT?: Parameter }): np.Array =>
      measure === "hsic"
        ? hsic(a, t, { ...widths, weights: weights.ref })
        : csQmi(a, t, { ...widths, weights: weights.ref, normalize: true });
    const compression = of(asRows(x), features.ref, { sigmaX, sigmaT });
    const total = prediction.add(compression.ref.mul(operand(beta, compression)));
    compression.dispose();
    if (gamma === 0) {
      for (const array of [y, features, weights]) array.dispose();
      return total;
    }
    const relevance = of(asRows(y), features, {});
    weights.dispose();
    return total.sub(relevance.mul(operand(gamma, total)));
  });
}

/** An array as rows of numbers, `[batch, ...] -> [batch, width]`. */
const asRows = (x: np.Array): np.Array => (x.ndim === 2 ? x : x.reshape([x.shape[0], -1]));
