import { rangeError } from "../../engine/errors.ts";
import { constantOf } from "../../engine/parameter.ts";
import { trajectoryLoss, trajectorySquaredError } from "../../losses/distillation/trajectory.ts";
import type { Objective } from "../objective.ts";

/**
 * What outputs are compared by: KL divergence of softened logits, or squared error (our extension, for
 * regression).
 */
export type TrajectoryDistance = "kl" | "squared-error";

/** Hyperparameters of the trajectory term, as `init` takes them. */
export type TrajectoryHyper = { stepsPerEpoch: number; lambda?: number; tau?: number; startEpoch?: number };

/** Their ranges. */
export const trajectoryHyper = (lambda: number) => ({
  lambda: { default: lambda, min: 0 },
  tau: { default: 5, above: 0 },
  startEpoch: { default: 5, min: 0, integer: true },
  stepsPerEpoch: { min: 1, integer: true },
});

/**
 * An objective and its trajectory term: `base + lambda sum_i w_i active_i d(past_i, output_i) / sum_i w_i`.
 *
 * The memory of a batch holds `past` `[batch, outputs]` and `active`, 0 or 1, `[batch]` or 0-d; the memory
 * that it gives back is the output.
 */
export function withTrajectory(base: Objective, distance: TrajectoryDistance): Objective {
  return (params, { memory, hyper, ...context }, { weights, ...batch }) => {
    const { past, active } = memory;
    const { lambda, tau } = { lambda: hyper.lambda.ref, tau: hyper.tau.ref };
    const [scalar, aux] = base(params, { ...context, memory: {}, hyper }, { ...batch, weights: weights.ref });
    // Of averaged weights it is always the same; what was recorded has the width that a history was made of.
    const [width, recorded] = [aux.output, past].map(({ shape }) => shape.at(-1));
    if (width !== recorded)
      throw rangeError("memory.outputs", `rows of ${width} numbers, the outputs of the network`, recorded);
    const total = constantOf(weights.ref.sum(), scalar.dtype);
    const counted = weights.mul(active);
    const options = { weights: counted };
    const values =
      distance === "kl"
        ? trajectoryLoss(aux.output.ref, past, { tau, ...options })
        : trajectorySquaredError(aux.output.ref, past, options);
    if (distance !== "kl") tau.dispose();
    const term = values.sum().div(total).mul(constantOf(lambda, scalar.dtype));
    return [scalar.add(term), { ...aux, memory: {} }];
  };
}
