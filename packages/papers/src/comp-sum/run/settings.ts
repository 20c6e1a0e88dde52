import type { Scale } from "../../reproduction.ts";

/** Networks that are trained for robustness: two hidden layers, and the deviation of their weights at the start as a share of He's. */
export const nets = [
  { id: "two layers of 64", width: 64, start: 0.4 },
  { id: "two layers of 128, narrow start", width: 128, start: 0.4 },
  { id: "two layers of 128, He's start", width: 128, start: 1 },
] as const;
export type Net = (typeof nets)[number]["id"];

/** Draws, seeds, networks, and share of the epochs of a scale. */
export interface Amount {
  draws: number;
  seeds: number;
  fraction: number;
  nets: readonly Net[];
  /** The networks that tuning chooses for. */
  tuned: readonly Net[];
}

const all = nets.map(({ id }) => id);

export const scales: Record<Scale, Amount> = {
  quick: { draws: 300, seeds: 1, fraction: 0.05, nets: [nets[0].id], tuned: [nets[0].id] },
  default: { draws: 10_000, seeds: 10, fraction: 1, nets: [nets[0].id], tuned: all },
  full: { draws: 100_000, seeds: 5, fraction: 1, nets: [nets[1].id, nets[2].id], tuned: all },
};

/** Seeds of the tuning runs, other than those that are reported. */
export const tuningSeeds = [1001, 1002];
