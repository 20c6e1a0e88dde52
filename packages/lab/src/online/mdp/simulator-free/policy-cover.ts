import { checkNumber, derive, randomSource } from "minimand/engine";
import { checkVector } from "../../vectors.ts";
import { rowsOf } from "../checks.ts";
import { checkSimulator, type EpisodicSimulator } from "../environments/simulator.ts";
import { actionFeatures } from "./action-features.ts";
import { checkCover, coverBuilder, type PolicyCoverOptions } from "./cover-builder.ts";

/** A mixture of policies that together visit all directions of the features that can be reached. */
export interface PolicyCover {
  /** The action of policy m in a state with these action features, `[actions][dim]`. */
  act(m: number, layer: number, features: readonly ArrayLike<number>[]): number;
  /** Sigma_cov by layer: `(I + sum over policies of the mean phi phi^T) / M0`. */
  covariance: Float64Array[][];
  /** Whether `phi^T Sigma_cov^-1 phi <= alpha` for all actions of a state. */
  known(layer: number, features: readonly ArrayLike<number>[]): boolean;
}

/**
 * Explores an unknown linear MDP without regard to losses: each policy is planned by optimistic least squares for a reward
 * where features are seldom seen, and played for some episodes.
 *
 * @param environment played, not planned with: `policies * rollouts` episodes
 * @throws TypeError, RangeError for what is no environment, sizes outside their range
 *
 * @example
 * const { covariance } = policyCover(environment, { policies: 4, rollouts: 50, alpha: 8, episodes: 200, optimism: 0.1, seed: 0 });
 * @see arXiv 2107.08346, PolicyCover; used by the simulator-free algorithm of arXiv 2301.12942
 */
export function policyCover<State>(
  environment: EpisodicSimulator<State>,
  { seed, ...options }: PolicyCoverOptions & { seed: number },
): PolicyCover {
  checkSimulator(environment);
  checkCover(options);
  checkNumber("seed", seed, { integer: true });
  const { horizon, dim } = environment;
  const builder = coverBuilder(horizon, dim, options);
  const random = randomSource(derive(seed, 40));
  while (builder.left() > 0) {
    const chosen: Float64Array[] = [];
    const seen: Float64Array[] = [];
    let state = environment.start(random);
    for (let h = 0; h < horizon; h++) {
      const features = actionFeatures(environment, h, state as never);
      const action = builder.act(h, features);
      seen.push(features);
      chosen.push(features.slice(action * dim, (action + 1) * dim));
      if (h + 1 < horizon) state = environment.step(h, state as never, action, random) as State;
    }
    builder.record(chosen, seen);
  }
  const flat = (features: readonly ArrayLike<number>[]): Float64Array => {
    const all = new Float64Array(features.length * dim);
    for (const [a, phi] of features.entries()) {
      checkVector(`features[${a}]`, phi, dim);
      all.set(phi, a * dim);
    }
    return all;
  };
  return {
    act(m, layer, features) {
      checkNumber("m", m, { min: 0, below: options.policies, integer: true });
      checkNumber("layer", layer, { min: 0, below: horizon, integer: true });
      return builder.act(layer, flat(features), m);
    },
    covariance: builder.covariance().map((matrix) => rowsOf(matrix, dim)),
    known(layer, features) {
      checkNumber("layer", layer, { min: 0, below: horizon, integer: true });
      return builder.known(layer, flat(features));
    },
  };
}
