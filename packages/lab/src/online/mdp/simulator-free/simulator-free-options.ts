import { checkNumber } from "minimand/engine";
import { checkCover, type PolicyCoverOptions } from "./cover-builder.ts";

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

/** Throws for sizes outside their range. */
export function checkSimulatorFreeOptions({
  cover,
  epoch,
  eta,
  beta,
  gamma,
  exploration,
  seed,
}: SimulatorFreeOptions): void {
  checkCover(cover);
  checkNumber("epoch", epoch, { min: 2, integer: true });
  checkNumber("epoch / 2", epoch / 2, { integer: true });
  checkNumber("eta", eta, { above: 0 });
  checkNumber("beta", beta, { min: 0 });
  checkNumber("gamma", gamma, { above: 0 });
  checkNumber("exploration", exploration, { min: 0, max: 1 });
  checkNumber("seed", seed, { integer: true });
}
