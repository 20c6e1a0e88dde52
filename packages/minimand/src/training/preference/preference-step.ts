import { lax, type numpy as np } from "@jax-js/jax";
import { typeError } from "../../engine/errors.ts";
import { constantOf } from "../../engine/parameter.ts";
import { leavesOf, refTree, type Tree } from "../../engine/tree.ts";
import type { PairLogps } from "../../losses/preference/pair-logps.ts";
import { gradientAt } from "../gradient-at.ts";
import type { Hyper, HyperOptimizer, TracedHyper } from "../hyper.ts";
import { makeStep, type StepOptions } from "../step.ts";
import type { SupervisedStep } from "../train-step.ts";
import type { PolicyLogps, PolicyLogpsOf } from "./policy.ts";

/**
 * A loss of preferences as training calls it: values `[batch]`, already multiplied by the weights. One with a `lossState` gets it as
 * `state`, consumes it, and returns the next one along with its values.
 */
export type PreferenceLoss<H extends Hyper = Hyper> = (
  pairs: PairLogps,
  options: { weights: np.Array; hyper: TracedHyper<H>; state: Tree },
) => np.Array | [values: np.Array, state: Tree];

/** How a step of preferences is made. */
export interface PreferenceStepOptions<H extends Hyper = Hyper> {
  logps: PolicyLogpsOf;
  /** Where training starts; kept. */
  params: Tree;
  loss: PreferenceLoss<NoInfer<H>>;
  /** What the loss carries from step to step, as a {@link runningMean}; kept. Default: nothing. */
  lossState?: Tree;
  optimizer: HyperOptimizer<NoInfer<H>>;
  hyper?: H;
  compile?: StepOptions["compile"];
  vocabulary?: number;
}

/**
 * The training step of preferences: the mean loss of the batch's pairs, downhill. In addition to the loss, it reports means over the batch:
 * `margin` of the log-ratios, `accuracy`, and `chosenLogRatio`, whose fall is over-optimisation.
 *
 * @param unpack targets and reference of a batch, see {@link packed}
 */
export function preferenceStep<H extends Hyper>(
  { logps, params, loss, lossState = {}, optimizer, hyper, compile, vocabulary }: PreferenceStepOptions<H>,
  unpack: (y: np.Array) => { y: np.Array; refChosen: np.Array; refRejected: np.Array },
): SupervisedStep<H> {
  if (typeof logps !== "function")
    throw typeError("logps", "a function (params, x, y) of log-probabilities", logps);
  if (typeof loss !== "function") throw typeError("loss", "a function (pairs, { weights })", loss);
  const at = gradientAt((params, { modelState, memory, key, hyper }, { x, y: packed, weights }) => {
    const { y, refChosen, refRejected } = unpack(packed);
    const policy = logps(params, x, y);
    const total = constantOf(weights.ref.sum(), policy.chosen.dtype);
    const mean = (values: np.Array): np.Array => values.sum().div(total.ref);
    const metrics = metricsOf(policy, refChosen, refRejected, weights, mean);
    const found = loss(pairsOf(policy, refChosen, refRejected), {
      weights,
      hyper: hyper as TracedHyper<H>,
      state: modelState,
    });
    const [values, next] = Array.isArray(found) ? found : [found, {}];
    if (!Array.isArray(found) && leavesOf(lossState).length > 0)
      throw typeError("loss", "values and the next state, [values, state]", found);
    const scalar = mean(values);
    for (const left of [total, key, ...Object.values(memory)]) left.dispose();
    return [scalar, { metrics, modelState: next }];
  });
  return makeStep(
    {
      model: {
        init: (key) => {
          key.dispose();
          return { params: refTree(params), state: refTree(lossState) };
        },
        ...(vocabulary !== undefined && { vocabulary }),
      },
      optimizer: optimizer as HyperOptimizer,
      ...(hyper !== undefined && { hyper }),
      ...(compile !== undefined && { compile }),
    },
    {
      name: "preference",
      direction(inputs) {
        const { loss, aux, gradient } = at(refTree(inputs.params), inputs, {});
        return { metrics: { loss, ...aux.metrics }, direction: gradient, modelState: aux.modelState };
      },
    },
  ) as unknown as SupervisedStep<H>;
}

function pairsOf(policy: PolicyLogps, refChosen: np.Array, refRejected: np.Array): PairLogps {
  const { chosen, rejected, ...lengths } = policy;
  return { policyChosen: chosen, policyRejected: rejected, refChosen, refRejected, ...lengths };
}

/** Looks at all that it is given. */
function metricsOf(
  { chosen, rejected }: PolicyLogps,
  refChosen: np.Array,
  refRejected: np.Array,
  weights: np.Array,
  mean: (values: np.Array) => np.Array,
): { margin: np.Array; accuracy: np.Array; chosenLogRatio: np.Array } {
  const w = constantOf(weights.ref, chosen.dtype);
  const ratio = (policy: np.Array, ref: np.Array): np.Array =>
    lax.stopGradient(policy.ref).sub(constantOf(ref.ref, policy.dtype));
  const a = ratio(chosen, refChosen);
  const h = a.ref.sub(ratio(rejected, refRejected));
  return {
    accuracy: mean(h.ref.greater(0).astype(h.dtype).mul(w.ref)),
    margin: mean(h.mul(w.ref)),
    chosenLogRatio: mean(a.mul(w)),
  };
}
