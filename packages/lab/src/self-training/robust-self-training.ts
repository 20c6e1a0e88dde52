import { lax, numpy as np } from "@jax-js/jax";
import {
  checkChoice,
  checkNumber,
  constantOf,
  disposeTree,
  rangeError,
  readOptions,
  refTree,
  type Tree,
} from "minimand/engine";
import type { StepInputs } from "minimand/internals";
import type { Model } from "minimand/models";
import type { Hyper, SupervisedStep } from "minimand/training";
import type { TransportCost } from "../theory/worst-case.ts";
import { ascentStep, transportCost } from "./inner-maximise.ts";
import { ownLabels, type RowLoss, usualLoss } from "./terms.ts";
import {
  type StepData,
  type UnlabeledStepOptions,
  unlabeledStep,
  unlabeledStepOptions,
} from "./unlabeled-step.ts";

/** How a {@link robustSelfTraining} step is built. */
export interface RobustSelfTrainingOptions<H extends Hyper = Hyper> extends UnlabeledStepOptions<H> {
  /** Whether the labelled part is robust as well (`gamma` finite); default false: its plain loss. */
  robustLabeled?: boolean;
  /** Default `halfSquaredL2`. */
  cost?: TransportCost;
  /** Steps of ascent for the worst inputs, default 5; they are part of the compiled program. */
  steps?: number;
  /** Default cross-entropy. */
  loss?: RowLoss;
}

/** The hyperparameters that the steps of this family share, as `init` takes them. */
export type RobustHyper = { gamma?: number; ascentRate?: number };

/**
 * Robust self-supervised training (RSS) of any differentiable model from few labelled and many unlabelled rows, which may
 * come from a somewhat other domain.
 *
 * Minimises `mean loss(x, y) + lambda mean phi_gammaPrime(u, h(u))`, where `h(u)` is the label that the current model itself
 * gives, and `phi_gamma(u, y) = max_z loss(z, y) - gamma c(z, u)` its worst case over moved inputs, by a few steps of gradient
 * ascent ({@link innerMaximise}). Where the model is sure by a margin nothing happens; near the boundary the loss is large,
 * which pushes the boundary out of dense regions. With `robustLabeled` the first term is `phi_gamma(x, y)`. Labels and moved
 * inputs are constants of the gradient.
 *
 * Hyperparameters, given to `init` as numbers: `lambda >= 0` (1), `gammaPrime > 0` (2) and, with `robustLabeled`, `gamma > 0` (2),
 * for standardised inputs; `ascentRate > 0` (0.3): a step of ascent has the length `ascentRate / gamma`; and whatever the
 * optimizer asks for. The memory holds the inputs `unlabeled`, a Float32Array row by row.
 *
 * @param options model and optimizer as for `supervised`; `robustLabeled`, `cost`, `steps`, `loss`, `unlabeledBatch`
 * @returns a train step with the metrics `loss`, `labeled` and `unlabeled`; `init` throws TypeError, RangeError for
 * hyperparameters outside their ranges, and unlabelled inputs that are missing or not finite
 * @throws TypeError, RangeError for an unknown cost, `steps` not an integer from 1 to 20
 * @example
 * const step = robustSelfTraining({ model, optimizer: adam(1e-3) })
 * let state = step.init(random.key(0), { hyper: { lambda: 1, gammaPrime: 2 }, memory: { unlabeled } })
 * @see Saberi et al. 2023, arXiv 2310.00027, section 2
 */
export function robustSelfTraining<H extends Hyper = Hyper>(
  options: RobustSelfTrainingOptions<H>,
): SupervisedStep<H, RobustHyper & { lambda?: number; gammaPrime?: number }>;
export function robustSelfTraining(options: RobustSelfTrainingOptions): SupervisedStep {
  const { robustLabeled } = readOptions("robustSelfTraining", options, {
    ...unlabeledStepOptions,
    robustLabeled: [false],
    cost: true,
    steps: true,
    loss: true,
  });
  return robustStep(options, { labeled: robustLabeled, unlabeled: true });
}

/**
 * Distributionally robust training of any differentiable model: {@link robustSelfTraining} with `robustLabeled` and without its
 * unlabelled part.
 *
 * Minimises `mean phi_gamma(x, y)`, `phi_gamma(x, y) = max_z loss(z, y) - gamma c(z, x)`. Hyperparameters `gamma > 0` (2) and
 * `ascentRate > 0` (0.3) as there; no memory.
 *
 * @param options model and optimizer as for `supervised`; `cost`, `steps`, `loss`
 * @returns a train step; errors as {@link robustSelfTraining}
 * @throws TypeError, RangeError as {@link robustSelfTraining}
 * @example
 * const step = distributionallyRobust({ model, optimizer: adam(1e-3) })
 * let state = step.init(random.key(0), { hyper: { gamma: 2 } })
 * @see Sinha, Namkoong, Duchi 2017, arXiv 1710.10571, algorithm 1
 */
export function distributionallyRobust<H extends Hyper = Hyper>(
  options: Omit<RobustSelfTrainingOptions<H>, "robustLabeled" | "unlabeledBatch">,
): SupervisedStep<H, RobustHyper>;
export function distributionallyRobust(
  options: Omit<RobustSelfTrainingOptions, "robustLabeled" | "unlabeledBatch">,
): SupervisedStep {
  readOptions("distributionallyRobust", options, {
    model: true,
    optimizer: true,
    hyper: true,
    compile: true,
    cost: true,
    steps: true,
    loss: true,
  });
  return robustStep(options, { labeled: true, unlabeled: false });
}

type Constants = { z: np.Array; labels: np.Array; weights: np.Array; moved: np.Array };

function robustStep(
  options: RobustSelfTrainingOptions,
  robust: { labeled: boolean; unlabeled: boolean },
): SupervisedStep {
  const { model, cost = "halfSquaredL2", steps = 5, loss = usualLoss } = options;
  checkChoice("cost", cost, ["l2", "halfSquaredL2"]);
  checkNumber("steps", steps, { min: 1, max: 20, integer: true });
  const climb = ascentStep<{ params: Tree; state: Tree; labels: np.Array }>(
    (z, { params, state, labels }) => {
      const [output] = model.apply({ params, state }, z, { training: false });
      return loss(output, labels, { weights: np.ones([z.shape[0]]) });
    },
    cost,
  );

  /** Labelled and unlabelled rows as one batch, moved to where the loss is worst. */
  const constants = ({
    one,
    params,
    modelState,
    hyper,
    x,
    y,
    weights,
    own: { u },
  }: StepInputs): Constants => {
    const variables = () => ({ params: refTree(params), state: refTree(modelState) });
    const batch = x.shape[0];
    const all = robust.unlabeled ? np.concatenate([x.ref, u.ref]) : x.ref;
    const rows = all.shape[0];
    const isLabeled = (): np.Array => np.arange(rows).less(batch);
    let labels = y.ref;
    if (robust.unlabeled) {
      const [output] = model.apply(variables(), u.ref, { training: false });
      labels = np.concatenate([labels, ownLabels(output)]);
    }
    const ones = x.shape.slice(1).map(() => 1);
    // Rows that don't move have a step of 0.
    const gammas = robust.labeled
      ? robust.unlabeled
        ? np.where(isLabeled(), hyper.gamma.ref, hyper.gammaPrime.ref)
        : hyper.gamma.ref.mul(np.ones([rows]))
      : hyper.gammaPrime.ref.mul(np.ones([rows]));
    const moves = robust.labeled ? np.ones([rows]) : np.where(isLabeled(), 0, 1).astype(np.float32);
    const gamma = constantOf(gammas, x.dtype).reshape([rows, ...ones]);
    const stepSize = constantOf(moves.mul(hyper.ascentRate.ref), x.dtype)
      .reshape([rows, ...ones])
      .div(gamma.ref);
    let z = all.ref;
    for (let i = 0; i < steps; i++) {
      const context = { ...variables(), labels: labels.ref };
      const size = { gamma: gamma.ref, stepSize: stepSize.ref };
      const [next, value] = climb(refTree(one), z, all.ref, context, size);
      value.dispose();
      z = next;
    }
    const moved = transportCost(z.ref, all.ref, cost).mul(gamma.reshape([-1]));
    const full = constantOf(weights.ref, np.float32);
    const every = robust.unlabeled ? np.concatenate([full, np.ones([rows - batch])]) : full;
    disposeTree([stepSize, all]);
    return { z: lax.stopGradient(z), labels, weights: every, moved: lax.stopGradient(moved) };
  };

  return unlabeledStep(options, {
    name: robust.unlabeled ? "robustSelfTraining" : "distributionallyRobust",
    hyper: {
      ...(robust.unlabeled && { gammaPrime: { default: 2, above: 0 } }),
      ...(robust.labeled && { gamma: { default: 2, above: 0 } }),
      ascentRate: { default: 0.3, above: 0 },
    },
    lambda: robust.unlabeled ? 1 : 0,
    check({ hyper }) {
      if (!robust.unlabeled && hyper.lambda !== 0)
        throw rangeError("hyper.lambda", "0 without unlabelled rows", hyper.lambda);
    },
    usesUnlabeled: robust.unlabeled,
    constants,
    terms: (params, modelState, _, data, held) => meansOf(model, loss, params, modelState, data, held),
  });
}

/** The means of `loss(z) - gamma c` over labelled and unlabelled rows of one batch. */
function meansOf(
  model: Model,
  loss: RowLoss,
  params: Tree,
  modelState: Tree,
  data: StepData,
  { z, labels, weights, moved }: Constants,
): { labeled: np.Array; unlabeled: np.Array; modelState: Tree } {
  const batch = data.weights.shape[0];
  const rows = z.shape[0];
  const [output, next] = model.apply({ params, state: modelState }, z, {
    training: true,
    key: data.key.ref,
    weights: weights.ref,
  });
  const values = loss(output, labels, { weights: weights.ref });
  const phi = values.sub(constantOf(weights.ref, moved.dtype).mul(moved));
  const isLabeled = np.arange(rows).less(batch);
  const sum = constantOf(data.weights.ref.sum(), phi.dtype);
  const labeled = np.where(isLabeled.ref, phi.ref, 0).sum().div(sum);
  const unlabeled =
    rows === batch
      ? labeled.ref.mul(0)
      : np
          .where(isLabeled, 0, phi)
          .sum()
          .div(rows - batch);
  disposeTree([weights, data]);
  return { labeled, unlabeled, modelState: next };
}
