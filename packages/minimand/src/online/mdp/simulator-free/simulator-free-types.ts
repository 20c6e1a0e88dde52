import type { PolicyCoverOptions } from "./policy-cover.ts";

/** Options of `simulatorFreeLinearMdp`. */
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

/** One step as it was played. */
export interface Step {
  /** Features of all actions, and the one taken. */
  features: Float64Array;
  action: number;
}

/** A step as plain data. */
export interface SavedStep {
  features: number[];
  action: number;
}

export const stepOf = ({ features, action }: SavedStep): Step => ({
  features: Float64Array.from(features),
  action,
});

/** What an episode of an epoch is for: to estimate covariances, or Q. */
export interface Role {
  half: "covariance" | "estimate";
  explores: boolean;
  /** The layer that an exploring episode of the second half is for. */
  layer: number;
  /** The cover's policy it follows. */
  m: number;
}

/** An episode of the current epoch. */
export interface PlayedEpisode {
  role: Role;
  steps: Step[];
  losses: number[];
}
