import { checkNumber, derive, randomSource, readOptions, typeError } from "minimand/engine";
import { drawIndex, type EpisodicSimulator } from "../environments/simulator.ts";
import { episodesOf } from "../episode.ts";
import type { EpisodicLearner } from "../episodic-learner.ts";
import { actionFeatures } from "./action-features.ts";
import { type CoverBuilder, coverBuilder } from "./cover-builder.ts";
import { epochEstimate } from "./epoch-estimate.ts";
import { type EpochEstimate, epochBonus, epochPolicy } from "./epoch-policies.ts";
import { epochRoles, followsCover, type PlayedEpisode } from "./epoch-roles.ts";
import { chosenFeatures, type SavedStep, type Step, stepOf } from "./played-step.ts";
import { checkSimulatorFreeOptions, type SimulatorFreeOptions } from "./simulator-free-options.ts";
import { kind, restored, type SimulatorFreeSnapshot, snapshotOf } from "./simulator-free-snapshot.ts";

/** What is known of an MDP without a simulator of it. */
export type LinearMdpFeatures<State> = Pick<
  EpisodicSimulator<State>,
  "horizon" | "dim" | "actions" | "features"
>;

/** Learns in a linear MDP by playing it. */
export interface SimulatorFreeLinearMdp<State> extends EpisodicLearner<State, SimulatorFreeSnapshot> {
  /** Episodes played, those of the cover included. */
  readonly episodes: number;
  readonly phase: "cover" | "epochs";
  /** Estimates of the epochs so far, by layer. */
  readonly estimates: readonly (readonly EpochEstimate[])[];
  /** Uniform before the first epoch is over. Propensities of an episode are those of the policy drawn for it. */
  policy(layer: number, state: State): Float64Array;
}

/**
 * Policy optimisation in an adversarial linear MDP without a simulator. It first finds a cover of policies that reach everywhere. Then come
 * epochs of W episodes with one policy each, half of them for covariances, half for Q-functions and bonuses by regression. Policies follow
 * the regularised leader with the log barrier on `phi^T (theta_hat - lambda_hat) - b(s, a)`, bonuses b only in states that the cover knows.
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
  given: SimulatorFreeOptions,
): SimulatorFreeLinearMdp<State> {
  const { cover, epoch, eta, beta, gamma, exploration, seed } = readOptions("simulatorFreeLinearMdp", given, {
    cover: true,
    epoch: true,
    eta: true,
    beta: true,
    gamma: true,
    exploration: true,
    seed: [0],
  });
  if (typeof mdp?.features !== "function") throw typeError("mdp.features", "a function", mdp?.features);
  if (typeof mdp.actions !== "function") throw typeError("mdp.actions", "a function", mdp.actions);
  const { horizon, dim } = mdp;
  checkNumber("mdp.horizon", horizon, { min: 1, integer: true });
  checkNumber("mdp.dim", dim, { min: 1, integer: true });
  const options = { cover, epoch, eta, beta, gamma, exploration, seed };
  checkSimulatorFreeOptions(options);

  const sizes = { horizon, dim, eta, beta, gamma };
  const rolesOf = (j: number) => epochRoles(j, { ...options, horizon, policies: cover.policies });
  let builder: CoverBuilder = coverBuilder(horizon, dim, cover);
  let explored: Step[][] = [];
  let estimates: EpochEstimate[][] = [];
  let inEpoch: PlayedEpisode[] = [];
  let episodes = 0;
  let roleAt = rolesOf(0);
  let role = roleAt(0);

  const known = (layer: number, features: Float64Array): boolean => builder.known(layer, features);
  const policyFor = (layer: number, features: Float64Array): Float64Array =>
    epochPolicy(layer, features, estimates, sizes, known);

  function explore(into: CoverBuilder, steps: readonly Step[]): void {
    into.record(
      steps.map((step) => chosenFeatures(step, dim)),
      steps.map(({ features }) => features),
    );
  }

  function bonusOfStep(layer: number, { features, action }: Step, own: EpochEstimate): number {
    return epochBonus(layer, features, policyFor(layer, features), own, sizes, known)[action];
  }

  function learn(notes: readonly SavedStep[], losses: readonly number[]): void {
    const steps = notes.map(stepOf);
    if (builder.left() > 0) {
      explore(builder, steps);
      explored.push(steps);
    } else {
      inEpoch.push({ role, steps, losses: [...losses] });
      if (inEpoch.length === epoch) {
        estimates.push(epochEstimate(inEpoch, sizes, bonusOfStep));
        inEpoch = [];
        roleAt = rolesOf(estimates.length);
      }
    }
    episodes++;
    role = roleAt(inEpoch.length);
  }

  /** The cover's action with probability 1, or one drawn from the policy. */
  function act(layer: number, features: Float64Array): { action: number; propensities: Float64Array } {
    const covering = builder.left() > 0;
    if (!covering && !followsCover(role, layer)) {
      const propensities = policyFor(layer, features);
      const random = randomSource(derive(seed, 43, episodes, layer));
      return { action: drawIndex(propensities, 0, propensities.length, random), propensities };
    }
    const action = builder.act(layer, features, covering ? undefined : role.m);
    const propensities = new Float64Array(features.length / dim);
    propensities[action] = 1;
    return { action, propensities };
  }

  const played = episodesOf<State, SavedStep>({
    horizon,
    index: () => episodes,
    act(layer, state) {
      const features = actionFeatures(mdp, layer, state);
      const { action, propensities } = act(layer, features);
      return { action, propensities, note: { features: [...features], action } };
    },
    learn,
  });

  return {
    kind,
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
      ({ explored, estimates } = saved);
      episodes = explored.length + estimates.length * epoch + saved.inEpoch.length;
      roleAt = rolesOf(estimates.length);
      inEpoch = saved.inEpoch.map((one, i) => ({ ...one, role: roleAt(i) }));
      role = roleAt(inEpoch.length);
      played.load(snapshot.open);
    },
  };
}
