import { numpy as np } from "@jax-js/jax";
import type { SearchBatch } from "@minimand/lab/architecture";
import { derive } from "minimand/engine";
import { digitPixels, type Labelled, shuffled, taken } from "../../kit/rows.ts";
import type { TrialHost } from "../../reproduction.ts";
import { half, tuningRows } from "./settings.ts";

/** The rows of one seed: two halves for the search, the rest, which no search sees, and rows that only judge tuning. */
export interface Split {
  train: Labelled;
  val: Labelled;
  both: Labelled;
  test: Labelled;
  /** The same rows whatever the seed; in no other part of any seed. */
  tuning: Labelled;
}

/** Draws the rows of a seed; images `[8, 8, 1]`, or rows of 64 numbers. */
export async function splitDigits(
  host: TrialHost,
  seed: number,
  shape: readonly number[] = [8, 8, 1],
): Promise<Split> {
  const dataset = await host.dataset("digits");
  const all = shuffled(dataset.rows, derive(0, 70));
  const order = shuffled(all.slice(tuningRows), derive(seed, 71));
  const of = (rows: Int32Array): Labelled => ({
    x: digitPixels(dataset, rows),
    shape,
    y: Int32Array.from(rows, (row) => dataset.labels[row]),
    classes: 10,
  });
  return {
    train: of(order.subarray(0, half)),
    val: of(order.subarray(half, 2 * half)),
    both: of(order.subarray(0, 2 * half)),
    test: of(order.subarray(2 * half)),
    tuning: of(all.subarray(0, tuningRows)),
  };
}

/** Batches of a half, each epoch in a new order, cut to whole batches: `steps` of them. */
export function* drawn(
  { x, y, shape }: Labelled,
  size: number,
  steps: number,
  seed: number,
): Generator<SearchBatch> {
  const width = shape.reduce((a, b) => a * b, 1);
  let order: Int32Array = new Int32Array(0);
  let at = 0;
  for (let step = 0, epoch = 0; step < steps; step++) {
    if (at + size > order.length) {
      order = shuffled(y.length, derive(seed, epoch++));
      at = 0;
    }
    const rows = order.subarray(at, at + size);
    at += size;
    yield {
      x: np.array(taken(x, width, rows), { shape: [size, ...shape] }),
      y: np.array(Int32Array.from(rows, (row) => y[row])),
      weights: np.array(new Float32Array(size).fill(1)),
    };
  }
}

/** Pairs of batches of both halves, for a search. */
export function* pairs(
  { train, val }: Split,
  size: number,
  steps: number,
  seed: number,
): Generator<[SearchBatch, SearchBatch]> {
  const [a, b] = [drawn(train, size, steps, derive(seed, 1)), drawn(val, size, steps, derive(seed, 2))];
  for (const batch of a) yield [batch, b.next().value as SearchBatch];
}
