import { derive } from "minimand/engine";
import { injectLabelNoise } from "minimand/training";
import { part } from "../../kit/part.ts";
import {
  type Draw,
  halvedRows,
  type Labelled,
  type Prepared,
  range,
  shuffled,
  standardised,
} from "../../kit/rows.ts";
import type { Images, TrialHost } from "../../reproduction.ts";
import { type Cell, regimes } from "./settings.ts";

/** Rows to train on, with noisy labels where the cell says so, and others to judge by, with their own. */
export async function prepare(cell: Cell, draw: Draw, host: TrialHost): Promise<Prepared> {
  const regime = regimes[cell.regime];
  const { train, judged } = await (regime.source === "digits" ? digits : fashion)(regime, draw, host);
  const { labels } = injectLabelNoise(train.y, {
    kind: "uniform",
    rate: cell.noise,
    classes: train.classes,
    seed: derive(draw.seed, 2) | 0,
  });
  return { train: { ...train, y: new Int32Array(labels) }, judged };
}

type Sizes = { train: number; tuning: number };

async function digits(
  { train: all, tuning }: Sizes,
  { seed, judge, fraction }: Draw,
  host: TrialHost,
): Promise<Prepared> {
  const dataset = await host.dataset("digits");
  const order = shuffled(dataset.rows, derive(seed, 1));
  const rows = order.slice(0, part(all, fraction, 100));
  const judged = judge === "tune" ? order.slice(all, all + tuning) : order.slice(all + tuning);
  const labelled = standardised(dataset, rows);
  return { train: labelled(rows), judged: labelled(judged) };
}

async function fashion(
  { train: all, tuning }: Sizes,
  { seed, judge, fraction }: Draw,
  host: TrialHost,
): Promise<Prepared> {
  const pool = await host.images("fashion-train");
  const order = shuffled(pool.count, derive(seed, 1));
  const train = fromImages(pool, order.slice(0, part(all, fraction, 100)));
  const test = await host.images("fashion-test");
  const judged =
    judge === "tune" ? fromImages(pool, order.slice(all, all + tuning)) : fromImages(test, range(test.count));
  return { train, judged };
}

/** Means of 2 x 2 pixels, with about mean 0 and deviation 1. */
const fromImages = (images: Images, rows: Int32Array): Labelled =>
  halvedRows(images, rows, (sum) => (sum / 4 / 255 - 0.286) / 0.33);
