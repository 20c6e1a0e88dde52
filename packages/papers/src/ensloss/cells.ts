import { type Dataset, encode, fitEncoder } from "@minimand/compare";
import type { Examples } from "minimand";
import { derive, randomSource, shuffle } from "minimand/engine";
import type { Images, TrialHost } from "../reproduction.ts";

/** A table, cut 70/30, or two classes of Fashion-MNIST: few of the training images to train on, others to judge by. */
export type Source = { table: string } | { images: readonly [number, number]; train: number; judged: number };

/** One cell of the comparison. */
export interface Cell {
  id: string;
  /** Learning rates are chosen per data set. */
  dataset: string;
  source: Source;
  /** Hidden layers. */
  depth: number;
  weightDecay: number;
}

const musk = { dataset: "musk1", source: { table: "musk1" }, weightDecay: 5e-6 };
const shirts = (a: number, b: number) => ({
  dataset: `fashion ${a}/${b}`,
  source: { images: [a, b] as const, train: 600, judged: 1400 },
  weightDecay: 5e-4,
});

/** Weight decays are those of the official configuration for tables and for images. */
export const cells: readonly Cell[] = [
  { id: "musk1, 1 hidden layer", depth: 1, ...musk },
  { id: "musk1, 3 hidden layers", depth: 3, ...musk },
  { id: "musk1, 5 hidden layers", depth: 5, ...musk },
  {
    id: "sonar, 3 hidden layers",
    depth: 3,
    dataset: "sonar",
    source: { table: "sonar" },
    weightDecay: 5e-6,
  },
  { id: "T-shirt/shirt, 3 hidden layers", depth: 3, ...shirts(0, 6) },
  { id: "pullover/coat, 3 hidden layers", depth: 3, ...shirts(2, 4) },
];

/** Rows to train on and rows to judge by. */
export interface Prepared {
  train: Examples & { x: Float32Array; y: Int32Array };
  judged: { x: Float32Array; y: Int32Array };
  inputs: number;
}

/** Draws the rows of one split by its seed. For tuning the last fifth of the training rows judges instead of the test rows. */
export async function prepare(
  { source }: Cell,
  seed: number,
  judge: "test" | "tune",
  host: TrialHost,
): Promise<Prepared> {
  if ("table" in source) return fromTable(await host.dataset(source.table), seed, judge);
  const pool = await host.images("fashion-train");
  const order = ordered(rowsOf(pool, source.images), seed);
  const own = order.slice(0, source.train);
  const count = judge === "test" ? own.length : Math.round(own.length * 0.8);
  const train = fromImages(pool, own.slice(0, count), source.images);
  const inputs = train.shape[0];
  if (judge === "tune") return { train, judged: fromImages(pool, own.slice(count), source.images), inputs };
  // The bundled part of Fashion-MNIST has few test images, so training images that are left over judge as well.
  const test = await host.images("fashion-test");
  const testRows = rowsOf(test, source.images).slice(0, source.judged);
  const rest = order.slice(own.length, own.length + source.judged - testRows.length);
  const parts = [fromImages(test, testRows, source.images), fromImages(pool, rest, source.images)];
  const x = new Float32Array(parts[0].x.length + parts[1].x.length);
  x.set(parts[0].x);
  x.set(parts[1].x, parts[0].x.length);
  return { train, judged: { x, y: Int32Array.from([...parts[0].y, ...parts[1].y]) }, inputs };
}

function ordered(rows: Int32Array, seed: number): Int32Array {
  return shuffle(rows, randomSource(derive(seed, 1)));
}

function fromTable(dataset: Dataset, seed: number, judge: "test" | "tune"): Prepared {
  const order = ordered(
    Int32Array.from({ length: dataset.rows }, (_, i) => i),
    seed,
  );
  const all = Math.round(0.7 * dataset.rows);
  const count = judge === "test" ? all : Math.round(all * 0.8);
  const train = order.slice(0, count);
  const judged = judge === "test" ? order.slice(all) : order.slice(count, all);
  const encoder = fitEncoder(dataset, train);
  const labels = (rows: Int32Array) => rows.map((row) => dataset.labels[row]);
  return {
    train: {
      x: encode(encoder, dataset, train).x,
      shape: [encoder.inputs],
      y: labels(train),
      classes: 2,
    },
    judged: { x: encode(encoder, dataset, judged).x, y: labels(judged) },
    inputs: encoder.inputs,
  };
}

function rowsOf({ labels, count }: Images, [a, b]: readonly [number, number]): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i).filter((i) => labels[i] === a || labels[i] === b);
}

/** Mean and standard deviation of a pixel of Fashion-MNIST's training images, in units of 255. */
const pixel = { mean: 0.286, deviation: 0.353 };

function fromImages(
  { pixels, labels, height, width }: Images,
  rows: Int32Array,
  [, positive]: readonly [number, number],
): Prepared["train"] {
  const size = height * width;
  const x = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    for (let j = 0; j < size; j++)
      x[i * size + j] = (pixels[row * size + j] / 255 - pixel.mean) / pixel.deviation;
  });
  return { x, shape: [size], y: rows.map((row) => Number(labels[row] === positive)), classes: 2 };
}
