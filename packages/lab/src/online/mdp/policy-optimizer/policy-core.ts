import type { Regularizer } from "../estimators/ftrl.ts";
import type { Estimator } from "../estimators/q-estimate.ts";
import type { MdpSchedule } from "./schedule.ts";

/** How `(gamma I + covariance)^-1` of the features under the current policy is found. */
export type CovarianceMethod =
  | { kind: "exact" }
  | { kind: "empirical"; rollouts: number }
  | { kind: "mgr"; batches: number; length: number };

/** What both forms of the policy optimiser work by. */
export interface PolicySettings {
  schedule: MdpSchedule;
  regularizer: Regularizer;
  estimator: Estimator;
  covariance: CovarianceMethod;
  /** Fresh trajectories for the magnitude-reduced estimator, or "reuse" for those of the covariance. */
  fresh: number | "reuse";
  /** Whether dilated bonuses come from the known dynamics. */
  exactBonus: boolean;
  seed: number;
}

/** The learning part of the policy optimiser: policies as tables, or computed when asked for. */
export interface PolicyCore<State> {
  /** The current policy in a state: an array of its own. */
  policyAt(layer: number, state: State): Float64Array;
  /** Features of a state's action: an array of its own. */
  featuresAt(layer: number, state: State, action: number): Float64Array;
  /** Learns from episode k: features met and suffix losses, by layer. Returns the smallest estimate of Q. */
  learn(k: number, chosen: readonly Float64Array[], suffix: Float64Array): number;
  /** Plain data, and its check and return; `load` gives what then puts it in place, after all checks have passed. */
  save(): unknown;
  load(saved: unknown, episodes: number): () => void;
}
