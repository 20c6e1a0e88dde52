import {
  checkNumber,
  derive,
  type RandomSource,
  randomSource,
  shuffle,
  typeError,
} from "../../engine/index.ts";
import { localBonusInto } from "./bonus.ts";
import { episodesOf, type OpenEpisode, suffixSums } from "./episode.ts";
import { logBarrierInto } from "./ftrl.ts";
import {
  actionFeatures,
  type CoverBuilder,
  checkCover,
  coverBuilder,
  type PolicyCoverOptions,
} from "./policy-cover.ts";
import { drawIndex, type EpisodicSimulator } from "./simulator.ts";
import { addOuter, dot, invertPositive, scaledIdentity, timesVector } from "./symmetric.ts";

/** What is known of an MDP without a simulator of it. */
export type LinearMdpFeatures<State> = Pick<
  EpisodicSimulator<State>,
  "horizon" | "dim" | "actions" | "features"
>;

/** Options of {@link simulatorFreeLinearMdp}. */
export interface SimulatorFreeOptions {
  /** How the cover is made; its K is that of the run. */
  cover: PolicyCoverOptions;
  /** W, episodes of an epoch, in which the policy stays; even. */
  epoch: number;
  /** Learning rate, > 0. */
  eta: number;
  /** Scale of the bonus, >= 0. */
  beta: number;
  /** Regulariser of the covariance, > 0. */
  gamma: number;
  /** Probability of an episode that explores. */
  exploration: number;
  /** Names all random numbers; default 0. */
  seed?: number;
}

/** What one epoch taught about one layer. */
export interface EpochEstimate {
  /** Sigma^+. */
  sigma: Float64Array;
  /** theta_hat, of Q; and lambda_hat, of the bonuses that follow. */
  theta: Float64Array;
  lambda: Float64Array;
}

/** Learns in a linear MDP by playing it. */
export interface SimulatorFreeLinearMdp<State> {
  /** Episodes played, those of the cover included. */
  readonly episodes: number;
  readonly phase: "cover" | "epochs";
  /** Estimates of the epochs so far, by layer. */
  readonly estimates: readonly (readonly EpochEstimate[])[];
  /** Starts an episode; one at a time. Propensities are those of the policy drawn for the episode. */
  begin(): OpenEpisode<State>;
  /** The current policy in a state; uniform before the first epoch is over. */
  policy(layer: number, state: State): Float64Array;
}

/** One step as it was played. */
interface Step {
  /** Features of all actions, and the one taken. */
  features: Float64Array;
  action: number;
}

/** What an episode of an epoch is for: to estimate covariances, or Q. */
interface Role {
  half: "covariance" | "estimate";
  explores: boolean;
  /** The layer that an exploring episode of the second half is for. */
  layer: number;
  /** The cover's policy it follows. */
  m: number;
}

/**
 * Policy optimisation in an adversarial linear MDP without a simulator: first a cover of policies that reach everywhere, then
 * epochs of W episodes with one policy each, half of them for covariances, half for Q-functions and bonuses by regression.
 * Policies follow the regularised leader with the log barrier on
 * `phi^T (theta_hat - lambda_hat) - b(s, a)`, bonuses b only in states that the cover knows.
 *
 * An exploring episode that estimates layer h follows the cover up to and including h, as those that estimate covariances
 * do: only then is `theta_hat` unbiased, `E theta_hat = (gamma I + Sigma)^-1 Sigma theta`. The regret bound is of order
 * `K^(8/9)` with `K^(8/9)` episodes for the cover: nothing to be used below a million episodes.
 *
 * @param mdp features in which losses and dynamics are linear
 * @throws TypeError, RangeError for what is no such description, sizes outside their range
 *
 * @example
 * const agent = simulatorFreeLinearMdp(mdp, { cover, epoch: 200, eta: 0.05, beta: 0.1, gamma: 0.1, exploration: 0.2 });
 * @see arXiv 2301.12942, the algorithm for linear MDPs; arXiv 2107.08346, its predecessor
 */
export function simulatorFreeLinearMdp<State>(
  mdp: LinearMdpFeatures<State>,
  { cover, epoch, eta, beta, gamma, exploration, seed = 0 }: SimulatorFreeOptions,
): SimulatorFreeLinearMdp<State> {
  if (typeof mdp?.features !== "function") throw typeError("mdp.features", "a function", mdp?.features);
  if (typeof mdp.actions !== "function") throw typeError("mdp.actions", "a function", mdp.actions);
  const { horizon, dim } = mdp;
  checkNumber("mdp.horizon", horizon, { min: 1, integer: true });
  checkNumber("mdp.dim", dim, { min: 1, integer: true });
  checkCover(cover);
  checkNumber("epoch", epoch, { min: 2, integer: true });
  checkNumber("epoch / 2", epoch / 2, { integer: true });
  checkNumber("eta", eta, { above: 0 });
  checkNumber("beta", beta, { min: 0 });
  checkNumber("gamma", gamma, { above: 0 });
  checkNumber("exploration", exploration, { min: 0, max: 1 });
  checkNumber("seed", seed, { integer: true });

  const builder: CoverBuilder = coverBuilder(horizon, dim, cover);
  const estimates: EpochEstimate[][] = [];
  let episodes = 0;
  let inEpoch: { role: Role; steps: Step[]; losses: Float64Array }[] = [];
  let halves = halvesOf(0);
  let role = roleOf(0);

  function halvesOf(j: number): Int32Array {
    return shuffle(
      Int32Array.from({ length: epoch }, (_, i) => i),
      randomSource(derive(seed, 41, j)),
    );
  }

  function roleOf(i: number): Role {
    const random = randomSource(derive(seed, 42, episodes));
    const explores = random() < exploration;
    return {
      half: halves[i] < epoch / 2 ? "covariance" : "estimate",
      explores,
      layer: Math.floor(random() * horizon),
      m: Math.floor(random() * cover.policies),
    };
  }

  function bonusOf(
    layer: number,
    one: EpochEstimate,
    features: Float64Array,
    policy: Float64Array,
  ): Float64Array {
    const bonus = new Float64Array(policy.length);
    if (beta > 0 && builder.known(layer, features))
      localBonusInto(bonus, features, 0, policy.length, one.sigma, dim, policy, beta);
    return bonus;
  }

  /** The policy after so many epochs. Bonuses of an epoch need its own policy, so that the sum is built in order. */
  function policyFor(layer: number, features: Float64Array, count = estimates.length): Float64Array {
    const actions = features.length / dim;
    const losses = new Float64Array(actions);
    const policy = new Float64Array(actions);
    for (let j = 0; ; j++) {
      logBarrierInto(policy, losses, 0, actions, eta);
      if (j === count) return policy;
      const one = estimates[j][layer];
      const bonus = bonusOf(layer, one, features, policy);
      for (let a = 0; a < actions; a++)
        losses[a] += dot(features, a * dim, one.theta) - dot(features, a * dim, one.lambda) - bonus[a];
    }
  }

  function follows(layer: number): boolean {
    return role.explores && (role.half === "covariance" || layer <= role.layer);
  }

  function learn(steps: readonly Step[], losses: readonly number[]): void {
    const chosen = (step: Step): Float64Array =>
      step.features.slice(step.action * dim, (step.action + 1) * dim);
    if (builder.left() > 0) {
      builder.record(
        steps.map(chosen),
        steps.map(({ features }) => features),
      );
    } else {
      inEpoch.push({ role, steps: [...steps], losses: suffixSums(losses) });
      if (inEpoch.length === epoch) {
        estimates.push(epochEstimate(chosen));
        inEpoch = [];
        halves = halvesOf(estimates.length);
      }
    }
    episodes++;
    role = roleOf(inEpoch.length);
  }

  function epochEstimate(chosen: (step: Step) => Float64Array): EpochEstimate[] {
    const made = Array.from(
      { length: horizon },
      (): EpochEstimate => ({
        sigma: scaledIdentity(dim, gamma),
        theta: new Float64Array(dim),
        lambda: new Float64Array(dim),
      }),
    );
    for (const { role, steps } of inEpoch)
      if (role.half === "covariance")
        for (const [h, step] of steps.entries()) addOuter(made[h].sigma, dim, chosen(step), 0, 2 / epoch);
    for (const { sigma } of made) invertPositive(sigma, dim);
    for (const { role, steps, losses } of inEpoch) {
      if (role.half === "covariance") continue;
      const after = dilatedAfter(made, steps);
      for (const [h, step] of steps.entries()) {
        const weight = (role.explores ? (role.layer === h ? horizon : 0) : 1) * (2 / epoch);
        const phi = chosen(step);
        for (let i = 0; i < dim; i++) {
          made[h].theta[i] += weight * phi[i] * losses[h];
          made[h].lambda[i] += weight * phi[i] * after[h];
        }
      }
    }
    return made.map(({ sigma, theta, lambda }) => ({
      sigma,
      theta: timesVector(sigma, dim, theta, 0, new Float64Array(dim)),
      lambda: timesVector(sigma, dim, lambda, 0, new Float64Array(dim)),
    }));
  }

  /** `sum_{i>h} (1 + 1/H)^(i-h) b(s_i, a_i)` of one episode. */
  function dilatedAfter(made: readonly EpochEstimate[], steps: readonly Step[]): Float64Array {
    const after = new Float64Array(horizon);
    for (let h = horizon - 2; h >= 0; h--) {
      const { features, action } = steps[h + 1];
      const bonus = bonusOf(h + 1, made[h + 1], features, policyFor(h + 1, features))[action];
      after[h] = (1 + 1 / horizon) * (bonus + after[h + 1]);
    }
    return after;
  }

  const played = episodesOf<State, Step>({
    horizon,
    index: () => episodes,
    act(layer, state) {
      const features = actionFeatures(mdp, layer, state);
      const actions = features.length / dim;
      const cover = builder.left() > 0 ? undefined : role.m;
      if (builder.left() > 0 || follows(layer)) {
        const action = builder.act(layer, features, cover);
        const propensities = new Float64Array(actions);
        propensities[action] = 1;
        return { action, propensities, note: { features, action } };
      }
      const propensities = policyFor(layer, features);
      const random: RandomSource = randomSource(derive(seed, 43, episodes, layer));
      const action = drawIndex(propensities, 0, actions, random);
      return { action, propensities, note: { features, action } };
    },
    learn,
  });

  return {
    get episodes() {
      return episodes;
    },
    get phase() {
      return builder.left() > 0 ? "cover" : "epochs";
    },
    get estimates() {
      return estimates;
    },
    begin: played.begin,
    policy(layer, state) {
      checkNumber("layer", layer, { min: 0, below: horizon, integer: true });
      return policyFor(layer, actionFeatures(mdp, layer, state));
    },
  };
}
