import { checkNumber, derive, randomSource } from "../../../engine/index.ts";
import { checkVector, innerAt } from "../../vectors.ts";
import { checkFeatures, rowsOf } from "../checks.ts";
import { checkSimulator, type EpisodicSimulator } from "../environments/simulator.ts";
import { addOuter, invertPositive, quadratic, scaledIdentity } from "../estimators/symmetric.ts";

/** `clip(y / z + 1, 0, 1)`: 0 below -z, 1 above 0. */
function rampOf(y: number, z: number): number {
  return Math.min(1, Math.max(0, y / z + 1));
}

/**
 * A step that rises over `[-z, 0]`: `clip(y / z + 1, 0, 1)`, the reward of {@link policyCover} for seldom seen features.
 *
 * @throws TypeError, RangeError for numbers that are not finite, `z` <= 0
 *
 * @example
 * ramp([-0.2, -0.05, 0], { z: 0.1 }) // [0, 0.5, 1]
 * @see arXiv 2107.08346, PolicyCover
 */
export function ramp(y: ArrayLike<number>, { z }: { z: number }): Float64Array {
  checkVector("y", y);
  checkNumber("z", z, { above: 0 });
  return Float64Array.from(y, (value) => rampOf(value, z));
}

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

/** A cover in the making, whose episodes somebody else plays. */
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
  const made: CoverPolicy[] = [];
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
    made.push(policy);
  }

  function finished(): void {
    if (played < policies * rollouts)
      throw new Error(`policy cover: expected ${policies * rollouts} episodes, got ${played}`);
  }

  return {
    left: () => policies * rollouts - played,
    act: (layer, features, m = made.length - 1) => best(made[m], layer, features).action,
    record(chosen, features) {
      for (let h = 0; h < horizon; h++) {
        addOuter(gammas[h], dim, chosen[h], 0, 1 / rollouts);
        visits[h].push({ phi: chosen[h], next: h + 1 < horizon ? features[h + 1] : null });
      }
      played++;
      if (played % rollouts === 0 && made.length < policies) plan();
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

/** Features of all actions of a state, checked, action after action. */
export function actionFeatures<State>(
  { dim, actions, features }: Pick<EpisodicSimulator<State>, "dim" | "actions" | "features">,
  layer: number,
  state: State,
): Float64Array {
  const count: unknown = actions(layer, state);
  checkNumber("actions", count, { min: 1, integer: true });
  const all = new Float64Array(count * dim);
  for (let a = 0; a < count; a++) {
    const phi = features(layer, state, a);
    checkFeatures(`features(${layer}, state, ${a})`, phi, dim);
    all.set(phi, a * dim);
  }
  return all;
}
