import { invertPositive } from "minimand/internals";
import { suffixSums } from "../episode.ts";
import { addOuter, scaledIdentity, timesVector } from "../estimators/symmetric.ts";
import type { EpochEstimate } from "./epoch-policies.ts";
import type { PlayedEpisode } from "./epoch-roles.ts";
import { chosenFeatures, type Step } from "./played-step.ts";

/** The bonus of the action taken in a step of layer h, under the policy of the epoch. */
export type StepBonus = (layer: number, step: Step, own: EpochEstimate) => number;

/**
 * Returns what the episodes of an epoch teach, by layer: covariances from the one half; Q and the bonuses that follow, by regression, from
 * the other.
 */
export function epochEstimate(
  episodes: readonly PlayedEpisode[],
  { horizon, dim, gamma }: { horizon: number; dim: number; gamma: number },
  bonusOf: StepBonus,
): EpochEstimate[] {
  const share = 2 / episodes.length;
  const estimates = Array.from(
    { length: horizon },
    (): EpochEstimate => ({
      sigma: scaledIdentity(dim, gamma),
      theta: new Float64Array(dim),
      lambda: new Float64Array(dim),
    }),
  );
  for (const { role, steps } of episodes)
    if (role.half === "covariance")
      for (const [h, step] of steps.entries())
        addOuter(estimates[h].sigma, dim, chosenFeatures(step, dim), 0, share);
  for (const { sigma } of estimates) invertPositive(sigma, dim);
  for (const { role, steps, losses } of episodes) {
    if (role.half === "covariance") continue;
    const suffix = suffixSums(losses);
    const after = dilatedAfter(steps, estimates, bonusOf);
    for (const [h, step] of steps.entries()) {
      const weight = (role.explores ? (role.layer === h ? horizon : 0) : 1) * share;
      const phi = chosenFeatures(step, dim);
      for (let i = 0; i < dim; i++) {
        estimates[h].theta[i] += weight * phi[i] * suffix[h];
        estimates[h].lambda[i] += weight * phi[i] * after[h];
      }
    }
  }
  return estimates.map(({ sigma, theta, lambda }) => ({
    sigma,
    theta: timesVector(sigma, dim, theta, 0, new Float64Array(dim)),
    lambda: timesVector(sigma, dim, lambda, 0, new Float64Array(dim)),
  }));
}

/** `sum_{i>h} (1 + 1/H)^(i-h) b(s_i, a_i)` of one episode. */
function dilatedAfter(
  steps: readonly Step[],
  estimates: readonly EpochEstimate[],
  bonusOf: StepBonus,
): Float64Array {
  const horizon = estimates.length;
  const after = new Float64Array(horizon);
  for (let h = horizon - 2; h >= 0; h--)
    after[h] = (1 + 1 / horizon) * (bonusOf(h + 1, steps[h + 1], estimates[h + 1]) + after[h + 1]);
  return after;
}
