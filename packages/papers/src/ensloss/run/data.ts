import type { Dataset } from "@minimand/compare";
import { derive } from "minimand/engine";
import { type Labelled, type Prepared, range, shuffled, standardised } from "../../kit/rows.ts";
import type { Images, TrialHost } from "../../reproduction.ts";
import { molecules } from "./molecules.ts";
import type { Cell } from "./settings.ts";

/** Draws the rows of one split by its seed. For tuning the last fifth of the training rows judges instead of the test rows. Molecules are never cut. */
export async function prepare(
  { source }: Cell,
  seed: number,
  judge: "test" | "tune",
  host: TrialHost,
): Promise<Prepared> {
  if ("table" in source)
    return fromTable(
      await host.dataset(source.table),
      source.table === "musk1" ? molecules : null,
      seed,
      judge,
    );
  const pool = await host.images("fashion-train");
  const order = shuffled(rowsOf(pool, source.images), derive(seed, 1));
  const own = order.slice(0, source.train);
  const count = judge === "test" ? own.length : Math.round(own.length * 0.8);
  const train = fromImages(pool, own.slice(0, count), source.images);
  if (judge === "tune") return { train, judged: fromImages(pool, own.slice(count), source.images) };
  // The bundled part of Fashion-MNIST has few test images, so training images that are left over judge as well.
  const test = await host.images("fashion-test");
  const testRows = rowsOf(test, source.images).slice(0, source.judged);
  const rest = order.slice(own.length, own.length + source.judged - testRows.length);
  const [first, second] = [fromImages(test, testRows, source.images), fromImages(pool, rest, source.images)];
  const x = Float32Array.from([...first.x, ...second.x]);
  return { train, judged: { ...first, x, y: Int32Array.from([...first.y, ...second.y]) } };
}

function fromTable(
  dataset: Dataset,
  groups: Int32Array | null,
  seed: number,
  judge: "test" | "tune",
): Prepared {
  const split = (rows: Int32Array, share: number) =>
    byGroups(rows, groups ?? range(dataset.rows), Math.round(share * rows.length));
  const { train: all, judged: test } = split(shuffled(dataset.rows, derive(seed, 1)), 0.7);
  const { train, judged } = judge === "test" ? { train: all, judged: test } : split(all, 0.8);
  const labelled = standardised(dataset, train);
  return { train: labelled(train), judged: labelled(judged) };
}

/**
 * Cuts rows in two, never within a group: group after group, in the order of their first rows, goes to the rows to train on, as long as
 * there are no more than so many.
 */
export function byGroups(
  rows: Int32Array,
  groups: Int32Array,
  most: number,
): { train: Int32Array; judged: Int32Array } {
  const [train, judged]: [number[], number[]] = [[], []];
  for (const own of Map.groupBy(rows, (row) => groups[row]).values())
    (train.length + own.length <= most ? train : judged).push(...own);
  return { train: Int32Array.from(train), judged: Int32Array.from(judged) };
}

function rowsOf({ labels, count }: Images, [a, b]: readonly [number, number]): Int32Array {
  return range(count).filter((i) => labels[i] === a || labels[i] === b);
}

/** Mean and standard deviation of a pixel of Fashion-MNIST's training images, in units of 255. */
const pixel = { mean: 0.286, deviation: 0.353 };

function fromImages(
  { pixels, labels, height, width }: Images,
  rows: Int32Array,
  [, positive]: readonly [number, number],
): Labelled {
  const size = height * width;
  const x = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    for (let j = 0; j < size; j++)
      x[i * size + j] = (pixels[row * size + j] / 255 - pixel.mean) / pixel.deviation;
  });
  return {
    x,
    shape: [size],
    y: Int32Array.from(rows, (row) => Number(labels[row] === positive)),
    classes: 2,
  };
}
