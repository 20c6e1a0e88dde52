import { type Dataset, encode, fitEncoder } from "@minimand/compare";
import type { Examples } from "minimand";
import { randomSource, shuffle } from "minimand/engine";
import type { Images } from "../reproduction.ts";

/** Rows of inputs with their class ids. */
export interface Labelled extends Examples {
  x: Float32Array<ArrayBuffer>;
  y: Int32Array<ArrayBuffer>;
  classes: number;
}

/** Rows to train on and rows to judge by. */
export interface Prepared {
  train: Labelled;
  judged: Labelled;
}

/** Which rows a trial draws. */
export interface Draw {
  /** Equal seeds share rows, start and batches, whatever the arm. */
  seed: number;
  /** `tune`: judged by rows that no measured run is judged by. */
  judge: "test" | "tune";
  /** Share of rows and epochs; below 1 for smoke tests. */
  fraction: number;
}

/** `from`, ..., `to - 1`. */
export const range = (to: number, from = 0): Int32Array<ArrayBuffer> =>
  Int32Array.from({ length: to - from }, (_, i) => from + i);

/** Shuffles row numbers, or the given ones, by the seed. */
export function shuffled(rows: number | Int32Array, seed: number): Int32Array {
  return shuffle(typeof rows === "number" ? range(rows) : rows.slice(), randomSource(seed));
}

/**
 * Returns rows of an order to train on and to judge by: the first ones and those behind them; for tuning a part of the first ones, and the
 * rest of them.
 */
export function heldOut(
  order: Int32Array,
  all: number,
  judge: Draw["judge"],
  kept = Math.round(0.8 * all),
): { train: Int32Array; judged: Int32Array } {
  if (judge === "test") return { train: order.slice(0, all), judged: order.slice(all) };
  return { train: order.slice(0, kept), judged: order.slice(kept, all) };
}

/** Returns a function that encodes rows of a table, standardised by those that are trained on. */
export function standardised(dataset: Dataset, train: Int32Array): (rows: Int32Array) => Labelled {
  const encoder = fitEncoder(dataset, train);
  return (rows) => ({
    x: encode(encoder, dataset, rows).x as Float32Array<ArrayBuffer>,
    shape: [encoder.inputs],
    y: Int32Array.from(rows, (row) => dataset.labels[row]),
    classes: dataset.classes.length,
  });
}

/**
 * Returns all 64 pixels of rows of the digits as grey levels from 0 to 1; columns that never change are no features of the data set and
 * stay 0.
 */
export function digitPixels({ features }: Dataset, rows: Int32Array): Float32Array<ArrayBuffer> {
  const x = new Float32Array(rows.length * 64);
  for (const feature of features) {
    const [, line, column] = /^pixel_([0-7])_([0-7])$/.exec(feature.name) ?? [];
    if (feature.kind !== "numeric" || column === undefined)
      throw new TypeError(`digits: expected numeric columns pixel_0_0 to pixel_7_7, got ${feature.name}`);
    const at = 8 * Number(line) + Number(column);
    rows.forEach((row, i) => {
      x[64 * i + at] = feature.values[row] / 16;
    });
  }
  return x;
}

/** Returns rows of a set of ten classes of images at half their height and width, as {@link halved} makes them. */
export function halvedRows(images: Images, rows: Int32Array, of?: (sum: number) => number): Labelled {
  return {
    x: Float32Array.from(halved(images, rows, of)),
    shape: [Math.floor(images.height / 2) * Math.floor(images.width / 2)],
    y: Int32Array.from(rows, (row) => images.labels[row]),
    classes: 10,
  };
}

/** Returns some rows of a matrix that has `width` columns. */
export function taken(x: Float32Array, width: number, rows: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const out = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++)
    out.set(x.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  return out;
}

/** Returns some images as rows of grey levels from 0 to 1. */
export function greyLevels(
  { pixels, height, width }: Images,
  rows: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  const size = height * width;
  const x = new Float32Array(rows.length * size);
  for (let i = 0; i < rows.length; i++)
    for (let k = 0; k < size; k++) x[i * size + k] = pixels[rows[i] * size + k] / 255;
  return x;
}

/** Returns images at half their height and width: a function of the sum of each 2 x 2 pixels, by default their mean in [0, 1]. */
export function halved(
  { pixels, height, width }: Images,
  rows: ArrayLike<number>,
  of: (sum: number) => number = (sum) => sum / (4 * 255),
): Float64Array {
  const [h, w] = [Math.floor(height / 2), Math.floor(width / 2)];
  const x = new Float64Array(rows.length * h * w);
  for (let i = 0; i < rows.length; i++)
    for (let r = 0; r < h; r++)
      for (let c = 0; c < w; c++) {
        const at = (rows[i] * height + 2 * r) * width + 2 * c;
        x[(i * h + r) * w + c] = of(
          pixels[at] + pixels[at + 1] + pixels[at + width] + pixels[at + width + 1],
        );
      }
  return x;
}
