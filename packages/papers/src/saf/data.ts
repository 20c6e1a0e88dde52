import { encode, fitEncoder } from "@minimand/compare";
import { type Examples, injectLabelNoise } from "minimand";
import { derive, randomSource, shuffle } from "minimand/engine";
import type { Images, TrialHost } from "../reproduction.ts";
import { type Cell, part, sizes } from "./settings.ts";

/** Rows with class ids. */
export type Labelled = Examples & { x: Float32Array<ArrayBuffer>; y: Int32Array<ArrayBuffer> };

/** Rows to train on, with noisy labels where the cell says so, and others to judge by, with their own. */
export interface Prepared {
  train: Labelled;
  judged: Labelled;
  inputs: number;
  classes: number;
}

/** Which rows are drawn. */
export interface Draw {
  /** Equal seeds draw equal rows and labels, whatever the arm. */
  seed: number;
  /** `tune`: judged on rows that are neither trained on nor tested. */
  judge: "test" | "tune";
  fraction: number;
}

export async function prepare(cell: Cell, draw: Draw, host: TrialHost): Promise<Prepared> {
  const prepared = cell.source === "digits" ? await digits(draw, host) : await fashion(draw, host);
  const { train, classes } = prepared;
  const { labels } = injectLabelNoise(train.y, {
    kind: "uniform",
    rate: cell.noise,
    classes,
    seed: derive(draw.seed, 2) | 0,
  });
  return { ...prepared, train: { ...train, y: labels as Int32Array<ArrayBuffer> } };
}

const ordered = (count: number, seed: number): Int32Array =>
  shuffle(
    Int32Array.from({ length: count }, (_, i) => i),
    randomSource(derive(seed, 1)),
  );

async function digits({ seed, judge, fraction }: Draw, host: TrialHost): Promise<Prepared> {
  const dataset = await host.dataset("digits");
  const { train: all, tuning } = sizes.digits;
  const order = ordered(dataset.rows, seed);
  const rows = order.slice(0, part(all, fraction, 100));
  const judged = judge === "tune" ? order.slice(all, all + tuning) : order.slice(all + tuning);
  const encoder = fitEncoder(dataset, rows);
  const classes = dataset.classes.length;
  const labelled = (of: Int32Array): Labelled => ({
    x: Float32Array.from(encode(encoder, dataset, of).x),
    shape: [encoder.inputs],
    y: Int32Array.from(of, (row) => dataset.labels[row]),
    classes,
  });
  return { train: labelled(rows), judged: labelled(judged), inputs: encoder.inputs, classes };
}

async function fashion({ seed, judge, fraction }: Draw, host: TrialHost): Promise<Prepared> {
  const pool = await host.images("fashion-train");
  const { train: all, tuning } = sizes.fashion;
  const order = ordered(pool.count, seed);
  const train = fromImages(pool, order.slice(0, part(all, fraction, 100)));
  const test = await host.images("fashion-test");
  const judged =
    judge === "tune"
      ? fromImages(pool, order.slice(all, all + tuning))
      : fromImages(
          test,
          Int32Array.from({ length: test.count }, (_, i) => i),
        );
  return { train, judged, inputs: train.shape[0], classes: 10 };
}

/** Means of 2 x 2 pixels, with about mean 0 and deviation 1. */
function fromImages({ pixels, labels, height, width }: Images, rows: Int32Array): Labelled {
  const [high, wide] = [height / 2, width / 2];
  const x = new Float32Array(rows.length * high * wide);
  rows.forEach((row, i) => {
    for (let v = 0; v < high; v++)
      for (let u = 0; u < wide; u++) {
        const at = (row * height + 2 * v) * width + 2 * u;
        const sum = pixels[at] + pixels[at + 1] + pixels[at + width] + pixels[at + width + 1];
        x[(i * high + v) * wide + u] = (sum / 4 / 255 - 0.286) / 0.33;
      }
  });
  return {
    x,
    shape: [high * wide],
    y: Int32Array.from(rows, (row) => labels[row]),
    classes: 10,
  };
}
