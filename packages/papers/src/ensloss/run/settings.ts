import type { Scale } from "../../reproduction.ts";

/** A table, cut 70/30, or two classes of Fashion-MNIST: few of the training images to train on, others to judge by. */
export type Source = { table: string } | { images: readonly [number, number]; train: number; judged: number };

/** One cell of the comparison. */
export interface Cell {
  id: string;
  /** Learning rates are chosen per data set. */
  dataset: string;
  source: Source;
  /** Hidden layers, and units of each. */
  depth: number;
  width: number;
  weightDecay: number;
}

type Material = Pick<Cell, "dataset" | "source" | "weightDecay"> & { name: string };

const table = (name: string): Material => ({
  name,
  dataset: name,
  source: { table: name },
  weightDecay: 5e-6,
});
const shirts = (name: string, a: number, b: number): Material => ({
  name,
  dataset: `fashion ${a}/${b}`,
  source: { images: [a, b], train: 600, judged: 1400 },
  weightDecay: 5e-4,
});

/** Weight decays are those of the official configuration for tables and for images. */
const [musk, sonar, shirt, coat] = [
  table("musk1"),
  table("sonar"),
  shirts("T-shirt/shirt", 0, 6),
  shirts("pullover/coat", 2, 4),
];

const cellOf = ({ name, ...material }: Material, depth: number, width = 64): Cell => ({
  id: `${name}, ${depth} hidden layer${depth === 1 ? "" : "s"}${width === 64 ? "" : ` of ${width}`}`,
  depth,
  width,
  ...material,
});

const pilot = [
  cellOf(musk, 1),
  cellOf(musk, 3),
  cellOf(musk, 5),
  cellOf(sonar, 3),
  cellOf(shirt, 3),
  cellOf(coat, 3),
];
/** The claim is about deep networks: four depths of every data set. */
const deep = [musk, sonar, shirt, coat].flatMap((material) =>
  [1, 3, 5, 8].map((depth) => cellOf(material, depth, 128)),
);

/** Those of all scales. */
export const cells: readonly Cell[] = [...pilot, ...deep];

interface Size {
  cells: readonly Cell[];
  splits: number;
  epochs: number;
  tailSeeds: number;
  tailSteps: number;
}

/** How much is done at each scale. */
export const scales: Record<Scale, Size> = {
  quick: { cells: [cellOf(sonar, 3)], splits: 2, epochs: 4, tailSeeds: 1, tailSteps: 40 },
  default: { cells: pilot, splits: 30, epochs: 50, tailSeeds: 5, tailSteps: 2000 },
  full: { cells: deep, splits: 10, epochs: 200, tailSeeds: 10, tailSteps: 8000 },
};

/** The same for all losses. */
export const learningRates = [3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1, 3];

/** Splits used for tuning; the measured ones count from 0. */
export const tuningSeeds = [1001, 1002, 1003];
