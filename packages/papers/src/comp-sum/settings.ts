import type { Scale } from "../reproduction.ts";

/** How much of everything a scale does. */
export const scales: Record<Scale, { draws: number; seeds: number; fraction: number }> = {
  quick: { draws: 300, seeds: 1, fraction: 0.05 },
  default: { draws: 10_000, seeds: 5, fraction: 1 },
  full: { draws: 100_000, seeds: 20, fraction: 1 },
};

/** Seeds of the tuning runs, away from those that are reported. */
export const tuningSeeds = [1001, 1002];
