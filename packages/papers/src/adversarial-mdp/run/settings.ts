import type { Scale } from "../../reproduction.ts";

/** The environments; `phases`, `lock` and `trap` are not judged. */
export const studies = ["bandit", "phases", "mdp", "lock", "trap"] as const;
export type Study = (typeof studies)[number];

/** The settings an arm is run with. */
export interface Choice {
  etaScale: number;
  bonusScale: number;
}

/** The grids of tuning, the same for all arms of a study. */
export const grids: Record<Study, { etaScale: readonly number[]; bonusScale: readonly number[] }> = {
  bandit: { etaScale: [0.25, 1, 4, 16, 64, 256], bonusScale: [0, 0.1, 1] },
  phases: { etaScale: [0.25, 1, 4, 16, 64, 256], bonusScale: [0, 0.1, 1] },
  mdp: { etaScale: [0.3, 1, 3, 10, 30, 100, 300, 1e3, 1e4, 1e5], bonusScale: [0, 0.1, 1] },
  // At the largest of these all arms play the action of least estimated loss; larger ones would change nothing.
  lock: {
    etaScale: [1, 3, 10, 30, 100, 300, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11],
    bonusScale: [0, 0.001, 0.01, 0.1, 1],
  },
  trap: { etaScale: [1], bonusScale: [0] },
};

/** Numbers of episodes; tuning and the verdict use the last one. */
export const horizons: Record<Study, readonly number[]> = {
  bandit: [300, 1200, 4800, 19_200],
  phases: [300, 1200, 4800, 19_200],
  mdp: [150, 600, 2400],
  lock: [2000],
  trap: [20_000],
};

/** Numbers of seeds and sequences at each scale; the fraction multiplies numbers of episodes. */
export const scales: Record<Scale, { seeds: Record<Study, number>; fraction: number; sequences: number }> = {
  quick: { seeds: { bandit: 3, phases: 2, mdp: 2, lock: 2, trap: 2 }, fraction: 1 / 30, sequences: 50 },
  default: { seeds: { bandit: 20, phases: 10, mdp: 20, lock: 10, trap: 40 }, fraction: 1, sequences: 1000 },
  full: { seeds: { bandit: 20, phases: 10, mdp: 20, lock: 10, trap: 20 }, fraction: 8, sequences: 10_000 },
};

/** Seeds of measured runs count from here: results on 0 to 39 had been seen when the arms with a small gamma were registered. */
export const firstSeed = 100;

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002, 1003, 1004, 1005, 1006];
