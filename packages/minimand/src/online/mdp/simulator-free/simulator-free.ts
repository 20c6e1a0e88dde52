import {
  checkNumber,
  derive,
  type RandomSource,
  randomSource,
  shuffle,
  typeError,
} from "../../../engine/index.ts";
import { innerAt } from "../../vectors.ts";
import { drawIndex, type EpisodicSimulator } from "../environments/simulator.ts";
import { episodesOf, type OpenEpisode, suffixSums } from "../episode.ts";
import { localBonusInto } from "../estimators/bonus.ts";
import { logBarrierInto } from "../estimators/ftrl.ts";
import { addOuter, invertPositive, scaledIdentity, timesVector } from "../estimators/symmetric.ts";
import { actionFeatures, type CoverBuilder, checkCover, coverBuilder } from "./policy-cover.ts";
import { restored, type SimulatorFreeSnapshot, snapshotOf } from "./simulator-free-snapshot.ts";
import {
  type EpochEstimate,
  type PlayedEpisode,
  type Role,
  type SavedStep,
  type SimulatorFreeOptions,
  type Step,
  stepOf,
} from "./simulator-free-types.ts";

/** What is known of an MDP without a simulator of it. */
export type LinearMdpFeatures<State> = Pick<
  EpisodicSimulator<State>,
  "horizon" | "dim" | "actions" | "features"
>;

/** Learns in a linear MDP by playing it. */
export interface SimulatorFreeLinearMdp<State> {
  /** Episodes played, those of the cover included. */
  readonly episodes: number;
  readonly phase: "cover" | "epochs";
  /** Estimates of the epochs so far, by layer. */
  readonly estimates: readonly (readonly EpochEstimate[])[];
  /** Starts an episode; one at a time. Propensities are those of the policy drawn for the episode. */
  begin(): OpenEpisode<State>;
  /** The open episode, or null. */
  readonly open: OpenEpisode<State> | null;
  /** The current policy in a state; uniform before the first epoch is over. */
  policy(layer: number, state: State): Float64Array;
  /** All of it as JSON, the open episode included. */
  snapshot(): SimulatorFreeSnapshot;
  /** Takes over a snapshot of a learner with the same MDP and options; throws and stays as it was for any other. */
  restore(snapshot: SimulatorFreeSnapshot): void;
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

  const options = { cover, epoch, eta, beta, gamma, exploration, seed };
  let builder: CoverBuilder = coverBuilder(horizon, dim, cover);
  let explored: Step[][] = [];
  let estimates: EpochEstimate[][] = [];
  let episodes = 0;
  let inEpoch: PlayedEpisode[] = [];
  let halves = halvesOf(0);
  let role = roleOf(0);

  function halvesOf(j: number): Int32Array {
    return shuffle(
      Int32Array.from({ length: epoch }, (_, i) => i),
      randomSource(derive(seed, 41, j)),
    );
  }

  /** The role of the episode at place i of the epoch. */
  function roleOf(i: number): Role {
    const random = randomSource(derive(seed, 42, estimates.length, i));
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
        losses[a] +=
          innerAt(features, a * dim, one.theta) - innerAt(features, a * dim, one.lambda) - bonus[a];
    }
  }

  function follows(layer: number): boolean {
    return role.explores && (role.half === "covariance" || layer <= role.layer);
  }

  const chosen = ({ features, action }: Step): Float64Array =>
    features.slice(action * dim, (action + 1) * dim);

  function explore(into: CoverBuilder, steps: readonly Step[]): void {
    into.record(
      steps.map(chosen),
      steps.map(({ features }) => features),
    );
  }

  function learn(notes: readonly SavedStep[], losses: readonly number[]): void {
    const steps = notes.map(stepOf);
    if (builder.left() > 0) {
      explore(builder, steps);
      explored.push(steps);
    } else {
      inEpoch.push({ role, steps, losses: [...losses] });
      if (inEpoch.length === epoch) {
        estimates.push(epochEstimate());
        inEpoch = [];
        halves = halvesOf(estimates.length);
      }
    }
    episodes++;
    role = roleOf(inEpoch.length);
  }

  function epochEstimate(): EpochEstimate[] {
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
      const suffix = suffixSums(losses);
      const after = dilatedAfter(made, steps);
      for (const [h, step] of steps.entries()) {
        const weight = (role.explores ? (role.layer === h ? horizon : 0) : 1) * (2 / epoch);
        const phi = chosen(step);
        for (let i = 0; i < dim; i++) {
          made[h].theta[i] += weight * phi[i] * suffix[h];
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

  const played = episodesOf<State, SavedStep>({
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
        return { action, propensities, note: { features: [...features], action } };
      }
      const propensities = policyFor(layer, features);
      const random: RandomSource = randomSource(derive(seed, 43, episodes, layer));
      const action = drawIndex(propensities, 0, actions, random);
      return { action, propensities, note: { features: [...features], action } };
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
    get open() {
      return played.open();
    },
    begin: played.begin,
    policy(layer, state) {
      checkNumber("layer", layer, { min: 0, below: horizon, integer: true });
      return policyFor(layer, actionFeatures(mdp, layer, state));
    },
    snapshot: () => ({
      ...snapshotOf(options, explored, estimates, inEpoch),
      open: played.save(),
    }),
    restore(snapshot) {
      const saved = restored(snapshot, options, horizon, dim);
      const again = coverBuilder(horizon, dim, cover);
      for (const steps of saved.explored) explore(again, steps);
      builder = again;
      explored = saved.explored;
      estimates = saved.estimates;
      episodes = explored.length + estimates.length * epoch + saved.inEpoch.length;
      halves = halvesOf(estimates.length);
      inEpoch = saved.inEpoch.map((one, i) => ({ ...one, role: roleOf(i) }));
      role = roleOf(inEpoch.length);
      played.load(snapshot.open);
    },
  };
}
