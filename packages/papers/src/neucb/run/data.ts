import { encode, fitEncoder } from "@minimand/compare";
import { type BanditEnvironment, classificationToBandit } from "@minimand/lab/online";
import { derive } from "minimand/engine";
import { halved, range, shuffled } from "../../kit/rows.ts";
import type { TrialHost } from "../../reproduction.ts";

/** Rows of an image set that only tuning draws from. */
const tuningImages = 4000;

/** Which rows, in which order. */
export interface Draw {
  task: string;
  seed: number;
  rounds: number;
  /** Images of tuning are others than those of measured runs; the small tables have too few rows for that. */
  judge: "test" | "tune";
}

/** A classification task as a bandit. */
export async function environmentOf(
  { task, seed, rounds, judge }: Draw,
  host: TrialHost,
): Promise<BanditEnvironment> {
  const order = derive(seed, 21);
  if (task === "mnist" || task === "fashion") {
    const images = await host.images(`${task}-train`);
    const everything = shuffled(images.count, derive(0, 22));
    const pool = judge === "tune" ? everything.subarray(0, tuningImages) : everything.subarray(tuningImages);
    const rows = shuffled(pool, order).subarray(0, rounds);
    const y = Int32Array.from(rows, (row) => images.labels[row]);
    const x = halved(images, rows, (sum) => sum / 4);
    return classificationToBandit(x, y, { features: 196, classes: 10 });
  }
  const dataset = await host.dataset(task === "wdbc" ? "breast_cancer_wdbc" : task);
  const rows = range(dataset.rows);
  const encoder = fitEncoder(dataset, rows);
  // Pixels of the digits keep their zeros; the columns of the other tables have scales of their own.
  const x = task === "digits" ? plain(dataset, rows) : encode(encoder, dataset, rows).x;
  return classificationToBandit(x, dataset.labels, {
    features: x.length / dataset.rows,
    classes: dataset.classes.length,
    seed: order,
    rounds,
  });
}

function plain(dataset: Awaited<ReturnType<TrialHost["dataset"]>>, rows: Int32Array): Float64Array {
  const width = dataset.features.length;
  const x = new Float64Array(rows.length * width);
  for (const [k, feature] of dataset.features.entries()) {
    if (feature.kind !== "numeric") throw new TypeError(`${feature.name}: expected a numeric column`);
    for (const row of rows) x[row * width + k] = feature.values[row];
  }
  return x;
}
