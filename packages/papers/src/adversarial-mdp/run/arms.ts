import type { CovarianceMethod, MdpAlgorithm } from "@minimand/lab/online";
import { named } from "../../kit/named.ts";
import type { Study } from "./settings.ts";

/** An algorithm with its gamma, or the uniform policy. */
export interface Arm {
  id: string;
  label: string;
  algorithm: MdpAlgorithm | "uniform";
  /** Multiplies the theory's gamma; by the horizon. */
  gammaScale(horizon: number): number;
  /** The arm whose tuned scale and bonus this one takes. */
  as?: string;
  /** Covariances from simulated trajectories instead of the known dynamics; in the MDP only. */
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

/** A hundredth of a gamma. */
const hundredth =
  (gammaScale: Arm["gammaScale"]): Arm["gammaScale"] =>
  (h) =>
    gammaScale(h) / 100;

const forms = [
  arm("luo", "Luo et al. 2021", "dilated-hedge", theory),
  arm("barrier", "log barrier", "log-barrier", withoutConstant),
  arm("reduced", "magnitude-reduced", "magnitude-reduced", ofReduced),
  arm("unprotected", "unprotected Hedge", "unprotected-hedge", withoutConstant),
];

/** The predecessor comes first, then both new algorithms, and after Hedge all four with a hundredth of their gamma. */
export const arms: readonly Arm[] = [
  ...forms,
  ...forms.map(({ id, label, algorithm, gammaScale }) =>
    arm(`${id}-small`, `${label}, gamma / 100`, algorithm, hundredth(gammaScale)),
  ),
  arm("barrier-theory", "log barrier, theory's gamma", "log-barrier", theory),
  arm("reduced-theory", "magnitude-reduced, theory's gamma", "magnitude-reduced", theory),
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

/** The arms that decide the verdict, and those of the verdict with the registered arm: a log barrier, and the other new algorithm. */
export const newArms = ["barrier", "reduced"] as const;
export const registeredArms = ["barrier-small", "reduced"] as const;

const own = arms
  .filter(({ as, algorithm }) => as === undefined && algorithm !== "uniform")
  .map(({ id }) => id);
const first = forms.map(({ id }) => id);

/**
 * The arms of each study that have choices of their own. With one-hot features the reduced estimates equal the plain ones; in the
 * trap all arms have the theory's learning rate and no bonus.
 */
export const tunedArms: Record<Study, readonly string[]> = {
  bandit: own,
  phases: first,
  mdp: own,
  lock: ["luo", "barrier", "barrier-small", "unprotected"],
  trap: [],
};

/** The arms of each study in a measured run. */
export const shownArms: Record<Study, readonly string[]> = {
  bandit: arms.filter(({ covariance }) => covariance === undefined).map(({ id }) => id),
  phases: [...tunedArms.phases, "uniform"],
  mdp: arms.map(({ id }) => id),
  lock: [...tunedArms.lock, "uniform"],
  trap: [...first, ...first.map((id) => `${id}-small`)],
};

/** The arm of that name. */
export const armOf = (id: string): Arm => named(arms, id, "arm");
