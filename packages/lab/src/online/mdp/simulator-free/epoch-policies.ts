import { innerAt } from "../../vectors.ts";
import { localBonusInto } from "../estimators/bonus.ts";
import { logBarrierInto } from "../estimators/ftrl.ts";

/** What one epoch taught about one layer. */
export interface EpochEstimate {
  /** Sigma^+. */
  sigma: Float64Array;
  /** theta_hat, of Q; and lambda_hat, of the bonuses that follow. */
  theta: Float64Array;
  lambda: Float64Array;
}

/** What policies are made of besides estimates. */
export interface PolicySizes {
  dim: number;
  eta: number;
  beta: number;
}

/** Whether the cover knows the state with these action features. */
export type Known = (layer: number, features: Float64Array) => boolean;

/** Bonuses of one epoch for the actions of a state, by a policy; 0 in a state that the cover doesn't know. */
export function epochBonus(
  layer: number,
  features: Float64Array,
  policy: Float64Array,
  { sigma }: EpochEstimate,
  { dim, beta }: PolicySizes,
  known: Known,
): Float64Array {
  const bonus = new Float64Array(policy.length);
  if (beta > 0 && known(layer, features))
    localBonusInto(bonus, features, 0, policy.length, sigma, dim, policy, beta);
  return bonus;
}

/** Returns the policy after some epochs. Bonuses of an epoch need its own policy, so that the sum is built in order. */
export function epochPolicy(
  layer: number,
  features: Float64Array,
  estimates: readonly (readonly EpochEstimate[])[],
  sizes: PolicySizes,
  known: Known,
): Float64Array {
  const { dim, eta } = sizes;
  const actions = features.length / dim;
  const losses = new Float64Array(actions);
  const policy = new Float64Array(actions);
  for (let j = 0; ; j++) {
    logBarrierInto(policy, losses, 0, actions, eta);
    if (j === estimates.length) return policy;
    const one = estimates[j][layer];
    const bonus = epochBonus(layer, features, policy, one, sizes, known);
    for (let a = 0; a < actions; a++)
      losses[a] += innerAt(features, a * dim, one.theta) - innerAt(features, a * dim, one.lambda) - bonus[a];
  }
}
