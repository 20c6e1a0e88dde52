import type { CovarianceMethod, MdpAlgorithm } from "minimand";
import type { Scale } from "../reproduction.ts";

/** The environments learned in; `phases`, `lock` and `trap` are not judged. */
export const studies = ["bandit", "phases", "mdp", "lock", "trap"] as const;
export type Study = (typeof studies)[number];

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

/** eta^2 H^4 instead of 24 eta^2 H^4. */
const withoutConstant = (): number => 1 / 24;

/** The predecessor comes first, then both new algorithms; the others are shown and not counted. */
export const arms: readonly Arm[] = [
  { id: "luo", label: "Luo et al. 2021", algorithm: "dilated-hedge", gammaScale: () => 1 },
  { id: "barrier", label: "log barrier", algorithm: "log-barrier", gammaScale: withoutConstant },
  {
    id: "reduced",
    label: "magnitude-reduced",
    algorithm: "magnitude-reduced",
    gammaScale: (h) => 16 / (24 * h * h),
  },
  {
    id: "unprotected",
    label: "unprotected Hedge",
    algorithm: "unprotected-hedge",
    gammaScale: withoutConstant,
  },
  {
    id: "barrier-small",
    label: "log barrier, gamma / 100",
    algorithm: "log-barrier",
    gammaScale: () => 1 / 2400,
  },
  {
    id: "barrier-theory",
    label: "log barrier, theory's gamma",
    algorithm: "log-barrier",
    gammaScale: () => 1,
    as: "barrier",
  },
  {
    id: "reduced-theory",
    label: "magnitude-reduced, theory's gamma",
    algorithm: "magnitude-reduced",
    gammaScale: () => 1,
    as: "reduced",
  },
  {
    id: "barrier-empirical",
    label: "log barrier, 100 rollouts",
    algorithm: "log-barrier",
    gammaScale: withoutConstant,
    as: "barrier",
    covariance: { kind: "empirical", rollouts: 100 },
  },
  {
    id: "barrier-mgr",
    label: "log barrier, resampling 4 x 25",
    algorithm: "log-barrier",
    gammaScale: withoutConstant,
    as: "barrier",
    covariance: { kind: "mgr", batches: 4, length: 25 },
  },
  {
    id: "reduced-empirical",
    label: "magnitude-reduced, 100 rollouts",
    algorithm: "magnitude-reduced",
    gammaScale: (h) => 16 / (24 * h * h),
    as: "reduced",
    covariance: { kind: "empirical", rollouts: 100 },
  },
  { id: "uniform", label: "uniform policy", algorithm: "uniform", gammaScale: () => 1 },
];

export const newArms = ["barrier", "reduced"] as const;

/**
 * The arms of a study that have choices of their own. With one-hot features the reduced estimates are the plain ones; in the
 * trap all arms have the theory's learning rate and no bonus.
 */
export function tunedArms(study: Study): string[] {
  if (study === "trap") return [];
  if (study === "lock") return ["luo", "barrier", "unprotected"];
  if (study === "phases") return ["luo", "barrier", "reduced", "unprotected"];
  return ["luo", "barrier", "reduced", "unprotected", "barrier-small"];
}

/** The arms of a measured run. */
export function shownArms(study: Study): string[] {
  if (study === "lock" || study === "phases") return [...tunedArms(study), "uniform"];
  if (study === "trap") return ["luo", "barrier", "reduced", "unprotected"];
  return arms.filter(({ covariance }) => study === "mdp" || covariance === undefined).map(({ id }) => id);
}

/** What an arm is run with. */
export interface Choice {
  etaScale: number;
  bonusScale: number;
}

/** The same for all arms of a study. */
export const grids: Record<Study, { etaScale: readonly number[]; bonusScale: readonly number[] }> = {
  bandit: { etaScale: [1, 4, 16], bonusScale: [0, 0.1] },
  phases: { etaScale: [1, 4, 16], bonusScale: [0, 0.1] },
  mdp: { etaScale: [1, 3, 10, 30, 100, 300], bonusScale: [0, 0.1, 1] },
  lock: { etaScale: [1, 3, 10, 30, 100, 300], bonusScale: [0, 0.01, 0.1, 1] },
  trap: { etaScale: [1], bonusScale: [0] },
};

/** Numbers of episodes; the last one is tuned and judged by. */
export const horizons: Record<Study, readonly number[]> = {
  bandit: [300, 1200, 4800, 19_200],
  phases: [300, 1200, 4800, 19_200],
  mdp: [150, 600, 2400],
  lock: [2000],
  trap: [20_000],
};

/** How much is done at each scale; the fraction multiplies numbers of episodes. */
export const scales: Record<Scale, { seeds: Record<Study, number>; fraction: number; sequences: number }> = {
  quick: { seeds: { bandit: 3, phases: 2, mdp: 2, lock: 2, trap: 2 }, fraction: 1 / 30, sequences: 50 },
  default: { seeds: { bandit: 20, phases: 10, mdp: 20, lock: 10, trap: 40 }, fraction: 1, sequences: 1000 },
  full: { seeds: { bandit: 100, phases: 50, mdp: 50, lock: 20, trap: 200 }, fraction: 4, sequences: 10_000 },
};

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002, 1003, 1004, 1005, 1006];

export function armOf(id: string): Arm {
  const found = arms.find((arm) => arm.id === id);
  if (found === undefined) throw new RangeError(`arm: expected a known one, got ${id}`);
  return found;
}
