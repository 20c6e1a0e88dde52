import { oneOf, readOptions } from "../../engine/options.ts";
import { refTree, type Tree } from "../../engine/tree.ts";
import { gradientAt } from "../gradient-at.ts";
import { makeStep } from "../step.ts";
import { type Hyper, type SupervisedOptions, supervisedOptions } from "../supervised.ts";
import type { SupervisedState, SupervisedStep } from "../train-step.ts";
import { ema } from "./ema.ts";
import {
  type TrajectoryDistance,
  type TrajectoryHyper,
  trajectoryHyper,
  withTrajectory,
} from "./trajectory-objective.ts";

/** How a {@link mesa} step is built. */
export interface MesaOptions<H extends Hyper = Hyper> extends SupervisedOptions<H> {
  /** Default `kl`. */
  distance?: TrajectoryDistance;
}

/** A {@link mesa} step: the averaged weights are a model too, often the better one. */
export interface MesaStep<H extends Hyper = Hyper>
  extends SupervisedStep<H, TrajectoryHyper & { decay?: number }> {
  /** The averaged parameters; still owned by the state. */
  averagedParams(state: SupervisedState): Tree;
  /** The averaged running statistics; still owned by the state. */
  averagedModelState(state: SupervisedState): Tree;
}

/**
 * Memory-efficient sharpness-aware training (MESA): as {@link saf}, where the outputs of averaged weights
 * take the place of recorded ones.
 *
 * `L + lambda mean_i tau^2 KL(softmax(f_v(x_i) / tau) || softmax(f_theta(x_i) / tau))`, then `v <- decay v +
 * (1 - decay) theta`: the teacher of a step is the average before it, in evaluation mode, with averaged
 * running statistics. One forward pass more than plain training, one more copy of the weights, no memory per
 * example. The term is active from epoch `startEpoch` on.
 *
 * Hyperparameters: `stepsPerEpoch` (required: the epoch is counted by it), `lambda >= 0` (0.8; 0 is the
 * objective alone), `tau > 0` (5), `startEpoch` (5), `decay` in [0, 1] (0.9998, for runs of 1e5 updates; for
 * short ones about `1 - 1 / (2 stepsPerEpoch)`).
 *
 * @param options as for `supervised`; `distance`
 * @returns a train step with `averagedParams` and `averagedModelState` beside `params`; `init` throws
 * TypeError, RangeError for hyperparameters out of range
 * @throws RangeError for an unknown `distance`
 * @example
 * const step = mesa({ model, objective, optimizer: adamw(1e-3) })
 * let state = step.init(random.key(0), { hyper: { stepsPerEpoch: batches.perEpoch, decay: 0.99 } })
 * @see Du et al. 2022, arXiv 2205.14083, section 4
 */
export function mesa<H extends Hyper = Hyper>(options: MesaOptions<H>): MesaStep<H>;
export function mesa(options: MesaOptions): MesaStep {
  const { distance } = readOptions("mesa", options, {
    ...supervisedOptions,
    distance: ["kl", oneOf(["kl", "squared-error"])],
  });
  const at = gradientAt(withTrajectory(options.objective, distance));
  type Averaged = { params: Tree; state: Tree };
  const step = makeStep<Averaged>(options, {
    name: "mesa",
    hyper: { ...trajectoryHyper(0.8), decay: { default: 0.9998, min: 0, max: 1 } },
    carry: (variables) => ({ ...ema(1).init({ ...variables }) }),
    direction(inputs) {
      const [past] = options.model.apply(refTree(inputs.carried), inputs.x.ref, { training: false });
      const active = inputs.own.active.ref;
      const { loss, aux, gradient } = at(refTree(inputs.params), inputs, { past, active });
      return { metrics: { loss }, direction: gradient, modelState: aux.modelState };
    },
    after: (averaged, params, state, { decay }) => ema(decay).update(averaged, { params, state }),
    prepare: ({ count, hyper }) => ({
      active: Number(Math.floor(count / hyper.stepsPerEpoch) >= hyper.startEpoch),
    }),
  });
  const averagedOf = ({ optimizer }: SupervisedState): Averaged =>
    (optimizer as { carried: Averaged }).carried;
  return {
    ...step,
    averagedParams: (state) => averagedOf(state).params,
    averagedModelState: (state) => averagedOf(state).state,
  };
}
