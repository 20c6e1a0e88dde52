import { derive, normal, type RandomSource, randomSource } from "minimand/engine";
import { digitPixels, greyLevels, range, shuffled, taken } from "../../kit/rows.ts";
import type { TrialHost } from "../../reproduction.ts";

/** Positive rows on the host. */
export interface Rows {
  x: Float32Array<ArrayBuffer>;
  /** Numbers per row. */
  d: number;
}

/** Pictures of ten classes, with 1 added to their grey levels as in the paper: numbers from 1 to 2. */
export interface Pictures {
  train: Rows & { labels: Int32Array<ArrayBuffer> };
  test: Rows & { labels: Int32Array<ArrayBuffer> };
}

export const countOf = ({ x, d }: Rows): number => x.length / d;

/** Some rows. */
export const rowsAt = ({ x, d }: Rows, rows: ArrayLike<number>): Rows => ({ x: taken(x, d, rows), d });

/** Splits the 8 x 8 digits, in the order of the seed, into so many for training and the rest for the test. */
export async function digitsOf(host: TrialHost, seed: number, train: number): Promise<Pictures> {
  const dataset = await host.dataset("digits");
  const order = shuffled(dataset.rows, derive(seed, 1));
  const part = (rows: Int32Array) => ({
    x: digitPixels(dataset, rows).map((value) => value + 1),
    d: 64,
    labels: Int32Array.from(rows, (row) => dataset.labels[row]),
  });
  return { train: part(order.slice(0, train)), test: part(order.slice(train)) };
}

/** Returns pictures of clothes: so many for training, in the order of the seed; for the test the same first ones for all seeds. */
export async function clothesOf(
  host: TrialHost,
  seed: number,
  { train, test }: { train: number; test: number },
): Promise<Pictures> {
  const part = async (name: string, rowsOf: (count: number) => Int32Array) => {
    const images = await host.images(name);
    const rows = rowsOf(images.count);
    return {
      x: greyLevels(images, rows).map((value) => value + 1),
      d: images.height * images.width,
      labels: Int32Array.from(rows, (row) => images.labels[row]),
    };
  };
  return {
    train: await part("fashion-train", (count) => shuffled(count, derive(seed, 1)).slice(0, train)),
    test: await part("fashion-test", (count) => range(Math.min(test, count))),
  };
}

/** Two half moons with some noise, moved to positive numbers by 5 as in the authors' demonstration. */
export function moons(count: number, seed: number): Rows {
  const next = randomSource(derive(seed, 2));
  const x = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const angle = Math.PI * next();
    const [a, b] =
      i % 2 === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
    x[2 * i] = 5 + 2 * a + 0.1 * normal(next);
    x[2 * i + 1] = 5 + 2 * b + 0.1 * normal(next);
  }
  return { x, d: 2 };
}

/** Draws each column on its own from the data: independent pixels with the right distributions. */
export function independent(rows: Rows, count: number, next: RandomSource): Rows {
  const of = countOf(rows);
  const x = new Float32Array(count * rows.d);
  for (let i = 0; i < x.length; i++) x[i] = rows.x[Math.floor(next() * of) * rows.d + (i % rows.d)];
  return { x, d: rows.d };
}

/** Draws uniform numbers from 1 to 2. */
export function uniformPixels(count: number, d: number, next: RandomSource): Rows {
  return { x: Float32Array.from({ length: count * d }, () => 1 + next()), d };
}

/** Mean and variance of each column of some numbers. */
export function columnMoments(
  x: ArrayLike<number>,
  d: number,
): { mean: Float32Array<ArrayBuffer>; variance: number } {
  const count = x.length / d;
  const mean = new Float32Array(d);
  for (let i = 0; i < x.length; i++) mean[i % d] += x[i] / count;
  let variance = 0;
  for (let i = 0; i < x.length; i++) variance += (x[i] - mean[i % d]) ** 2 / x.length;
  return { mean, variance };
}
