import type { Scale } from "../../reproduction.ts";

/** Numbers of support examples; Omniglot has 20 of a class. */
export function supportsOf(material: string): number[] {
  return material === "omniglot" ? [1, 2, 5, 10] : [1, 2, 5, 10, 20, 50];
}

interface Size {
  materials: readonly string[];
  seeds: number;
  draws: number;
  /** Multiplies the materials' own epochs. */
  epochs: number;
  fraction: number;
  tutorial: { seeds: number; images: number; epochs: number };
}

const all = { materials: ["letter", "fashion", "omniglot"], fraction: 1 };

/**
 * Seven epochs of the tutorial's digits are about as many updates as its one epoch on all of MNIST (1500 batches of 32).
 */
export const scales: Record<Scale, Size> = {
  quick: {
    materials: ["letter"],
    seeds: 2,
    draws: 1,
    epochs: 0.5,
    fraction: 0.15,
    tutorial: { seeds: 1, images: 2000, epochs: 1 },
  },
  default: { ...all, seeds: 5, draws: 3, epochs: 1, tutorial: { seeds: 5, images: 8000, epochs: 7 } },
  full: { ...all, seeds: 20, draws: 10, epochs: 3, tutorial: { seeds: 10, images: 10_000, epochs: 7 } },
};
