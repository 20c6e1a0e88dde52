import type { CovarianceMethod, MdpAlgorithm } from "minimand";
import { named } from "../kit/named.ts";
import type { Study } from "./settings.ts";

/** An algorithm with its gamma, or the uniform policy. */
export interface Arm {
  id: string;
  label: string;
  algorithm: MdpAlgorithm | "uniform";
  /** Multiplies the theory's gamma; by the horizon. */
  gammaScale(horizon: number): number;
  /** Takes scale and bonus that were chosen for this arm, with a gamma of its own. */
  as?: string;
  /** From simulated trajectories instead of the known dynamics; in the MDP only. */
  covariance?: CovarianceMethod;
}

const arm = (
  id: string,
  label: string,
  algorithm: Arm["algorithm"],
  gammaScale: Arm["gammaScale"],
  as?: string,
  covariance?: CovarianceMethod,
): Arm => ({ id, label, algorithm, gammaScale, as, covariance });

const theory = (): number => 1;
/** eta^2 H^4 instead of 24 eta^2 H^4. */
const withoutConstant = (): number => 1 / 24;
/** 16 eta^2 H^2 instead of 24 eta^2 H^4. */
const ofReduced = (h: number): number => 16 / (24 * h * h);
const rollouts = { kind: "empirical", rollouts: 100 } as const;
const resampling = { kind: "mgr", batches: 4, length: 25 } as const;

/** The predecessor comes first, then both new algorithms; the others are shown and not counted. */
export const arms: readonly Arm[] = [
  arm("luo", "Luo et al. 2021", "dilated-hedge", theory),
  arm("barrier", "log barrier", "log-barrier", withoutConstant),
  arm("reduced", "magnitude-reduced", "magnitude-reduced", ofReduced),
  arm("unprotected", "unprotected Hedge", "unprotected-hedge", withoutConstant),
  arm("barrier-small", "log barrier, gamma / 100", "log-barrier", () => 1 / 2400),
  arm("barrier-theory", "log barrier, theory's gamma", "log-barrier", theory, "barrier"),
  arm("reduced-theory", "magnitude-reduced, theory's gamma", "magnitude-reduced", theory, "reduced"),
  arm("barrier-empirical", "log barrier, 100 rollouts", "log-barrier", withoutConstant, "barrier", rollouts),
  arm("barrier-mgr", "log barrier, resampling 4 x 25", "log-barrier", withoutConstant, "barrier", resampling),
  arm(
    "reduced-empirical",
    "magnitude-reduced, 100 rollouts",
    "magnitude-reduced",
    ofReduced,
    "reduced",
    rollouts,
  ),
  arm("uniform", "uniform policy", "uniform", theory),
];

export const newArms = ["barrier", "reduced"] as const;

/**
 * The arms of each study that have choices of their own. With one-hot features the reduced estimates are the plain ones; in the
 * trap all arms have the theory's learning rate and no bonus.
 */
export const tunedArms: Record<Study, readonly string[]> = {
  bandit: ["luo", "barrier", "reduced", "unprotected", "barrier-small"],
  phases: ["luo", "barrier", "reduced", "unprotected"],
  mdp: ["luo", "barrier", "reduced", "unprotected", "barrier-small"],
  lock: ["luo", "barrier", "unprotected"],
  trap: [],
};

/** The arms of each study in a measured run. */
export const shownArms: Record<Study, readonly string[]> = {
  bandit: arms.filter(({ covariance }) => covariance === undefined).map(({ id }) => id),
  phases: [...tunedArms.phases, "uniform"],
  mdp: arms.map(({ id }) => id),
  lock: [...tunedArms.lock, "uniform"],
  trap: tunedArms.phases,
};

/** The arm of that name. */
export const armOf = (id: string): Arm => named(arms, id, "arm");
