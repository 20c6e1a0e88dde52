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

/** The arm of that name. */
export const armOf = (id: string): Arm => named(arms, id, "arm");
