import type { Scale } from "../reproduction.ts";

interface Size {
  /** Seeds of each material. */
  seeds: Readonly<Record<string, number>>;
  /** Multiplies the materials' own epochs. */
  epochs: number;
  pairs: number;
  fraction: number;
}

export const scales: Record<Scale, Size> = {
  quick: { seeds: { letter: 2 }, epochs: 0.5, pairs: 1000, fraction: 0.15 },
  default: { seeds: { letter: 10, fashion: 5, omniglot: 5, orl: 5 }, epochs: 1, pairs: 4000, fraction: 1 },
  full: { seeds: { letter: 30, fashion: 20, omniglot: 20, orl: 30 }, epochs: 3, pairs: 10_000, fraction: 1 },
};
