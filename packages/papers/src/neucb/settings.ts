import { grid } from "../kit/grid.ts";
import type { Scale } from "../reproduction.ts";

/** A task of the comparison. */
export interface Task {
  id: string;
  label: string;
  rounds: number;
  seeds: number;
  /** Whether the rule counts it. */
  counted: boolean;
  scales: readonly Scale[];
}

const always: readonly Scale[] = ["quick", "default", "full"];

/** Rounds and seeds of every task; the rule counts the first two. */
export const tasks: readonly Task[] = [
  { id: "digits", label: "digits", rounds: 1797, seeds: 10, counted: true, scales: always },
  { id: "mnist", label: "MNIST", rounds: 3000, seeds: 5, counted: true, scales: always },
  { id: "wdbc", label: "breast cancer", rounds: 569, seeds: 5, counted: false, scales: always.slice(1) },
  { id: "wine", label: "wine, 3 passes", rounds: 534, seeds: 5, counted: false, scales: always.slice(1) },
  { id: "fashion", label: "Fashion-MNIST", rounds: 3000, seeds: 5, counted: false, scales: ["full"] },
];

/** `fraction` of the rounds, `seeds` times the seeds. */
export const scales: Record<Scale, { fraction: number; seeds: number }> = {
  quick: { fraction: 0.06, seeds: 0.2 },
  default: { fraction: 1, seeds: 1 },
  full: { fraction: 1, seeds: 3 },
};

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002];

/** One hidden layer, and a minibatch of the new example and replayed ones each round. */
export const network = { hidden: [100], replay: { capacity: 10_000, batch: 16 } };

/** c_p of the perturbation, and S = ceil(ln 100) sign vectors. */
export const perturbation = { cp: 0.01, samples: 5 };

/** Factors of all costs in the study of small costs; 1 is the comparison itself. */
export const costFactors = [1, 0.3, 0.1];

/** How the regression alone learns: perturbed, with steps that fall as 1 / t, or plain, as 1 / sqrt(t). */
export const learners = ["perturbed", "plain"] as const;

/** The study of the regression alone. */
export const growth = {
  dim: 10,
  hidden: [50],
  /** Prefixes whose regret is measured. */
  horizons: [250, 500, 1000, 2000, 4000],
  cp: 0.5,
  seeds: 5,
  /** Step sizes fall from `initial`, over `delay` examples at first. */
  grid: grid({ initial: [0.1, 0.3, 1], delay: [1, 30, 1000] }),
};

/** Points of a regret curve. */
export const curvePoints = 40;
