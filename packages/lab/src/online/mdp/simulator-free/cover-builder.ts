import { checkNumber } from "minimand/engine";
import { invertPositive } from "minimand/internals";
import { innerAt } from "../../vectors.ts";
import { addOuter, quadratic, scaledIdentity } from "../estimators/symmetric.ts";
import { rampOf } from "./ramp.ts";

/** Sizes of a policy cover. */
export interface PolicyCoverOptions {
  /** M0, the number of policies. */
  policies: number;
  /** N0, the number of episodes of each. */
  rollouts: number;
  /** A state is known if `phi^T Sigma_cov^-1 phi <= alpha` for all its actions. */
  alpha: number;
  /** K, for the width 1/K of the reward's ramp. */
  episodes: number;
  /** Optimism: multiplies the norm of the features. The theory's `60 d H sqrt(ln(K/delta))` is far too large in practice. */
  optimism: number;
}

/** A policy of the cover: greedy in `ramp(|phi|^2 - alpha / M0) + optimism |phi| + phi^T w`, norms in Gamma^-1. */
interface CoverPolicy {
  /** Gamma^-1 and w, by layer. */
  inverse: Float64Array[];
  w: Float64Array[];
}

/** A visited pair and the features of all actions in the state that followed. */
interface Visit {
  phi: Float64Array;
  next: Float64Array | null;
}

/** A cover in the making, whose episodes the caller plays. */
export interface CoverBuilder {
  /** Episodes still wanted. */
  left(): number;
  /** The action that the policy now building, or policy m of the cover, takes in a state with these action features. */
  act(layer: number, features: Float64Array, m?: number): number;
  /** Takes an episode of the policy now building: features met, and those of all actions in each state. */
  record(chosen: readonly Float64Array[], features: readonly Float64Array[]): void;
  /** Whether the state with these action features is known; after the last episode. */
  known(layer: number, features: Float64Array): boolean;
  /** Sigma_cov by layer; after the last episode. */
  covariance(): Float64Array[];
}

/** Throws for sizes outside their range. */
export function checkCover({ policies, rollouts, alpha, episodes, optimism }: PolicyCoverOptions): void {
  checkNumber("policies", policies, { min: 1, integer: true });
  checkNumber("rollouts", rollouts, { min: 1, integer: true });
  checkNumber("alpha", alpha, { above: 0 });
  checkNumber("episodes", episodes, { min: 1, integer: true });
  checkNumber("optimism", optimism, { min: 0 });
}

export function coverBuilder(horizon: number, dim: number, options: PolicyCoverOptions): CoverBuilder {
  const { policies, rollouts, alpha, episodes, optimism } = options;
  const gammas = Array.from({ length: horizon }, () => scaledIdentity(dim, 1));
  const visits = Array.from({ length: horizon }, (): Visit[] => []);
  const planned: CoverPolicy[] = [];
  let played = 0;
  let final: Float64Array[] | null = null;
  plan();

  function inverses(): Float64Array[] {
    return gammas.map((matrix) => {
      const inverse = matrix.slice();
      invertPositive(inverse, dim);
      return inverse;
    });
  }

  function optimisticValue(
    { inverse, w }: CoverPolicy,
    layer: number,
    features: Float64Array,
    a: number,
  ): number {
    const square = quadratic(inverse[layer], dim, features, a * dim);
    const reward = rampOf(square - alpha / policies, 1 / episodes);
    return Math.min(reward + optimism * Math.sqrt(square) + innerAt(features, a * dim, w[layer]), horizon);
  }

  function best(
    policy: CoverPolicy,
    layer: number,
    features: Float64Array,
  ): { action: number; value: number } {
    let [action, value] = [0, -Infinity];
    for (let a = 0; a < features.length / dim; a++) {
      const candidate = optimisticValue(policy, layer, features, a);
      if (candidate > value) [action, value] = [a, candidate];
    }
    return { action, value };
  }

  /** Least-squares value iteration on all visits so far. */
  function plan(): void {
    const policy: CoverPolicy = {
      inverse: inverses(),
      w: gammas.map(() => new Float64Array(dim)),
    };
    for (let h = horizon - 2; h >= 0; h--) {
      const target = new Float64Array(dim);
      for (const { phi, next } of visits[h]) {
        const { value } = best(policy, h + 1, next!);
        for (let i = 0; i < dim; i++) target[i] += (phi[i] * value) / rollouts;
      }
      for (let i = 0; i < dim; i++)
        for (let j = 0; j < dim; j++) policy.w[h][i] += policy.inverse[h][i * dim + j] * target[j];
    }
    planned.push(policy);
  }

  function finished(): void {
    if (played < policies * rollouts)
      throw new Error(`policy cover: expected ${policies * rollouts} episodes, got ${played}`);
  }

  return {
    left: () => policies * rollouts - played,
    act: (layer, features, m = planned.length - 1) => best(planned[m], layer, features).action,
    record(chosen, features) {
      for (let h = 0; h < horizon; h++) {
        addOuter(gammas[h], dim, chosen[h], 0, 1 / rollouts);
        visits[h].push({ phi: chosen[h], next: h + 1 < horizon ? features[h + 1] : null });
      }
      played++;
      if (played % rollouts === 0 && planned.length < policies) plan();
    },
    known(layer, features) {
      finished();
      final ??= inverses();
      for (let a = 0; a < features.length / dim; a++)
        if (quadratic(final[layer], dim, features, a * dim) > alpha / policies) return false;
      return true;
    },
    covariance() {
      finished();
      return gammas.map((matrix) => matrix.map((x) => x / policies));
    },
  };
}
