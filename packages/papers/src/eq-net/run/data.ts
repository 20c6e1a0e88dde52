import { derive } from "minimand/engine";
import { greyLevels, type Labelled, range, shuffled } from "../../kit/rows.ts";
import type { Images, TrialHost } from "../../reproduction.ts";
import { classes, type Sizes } from "./settings.ts";

/** Images to train on, others of the same file, and the test. */
export interface Material {
  train: Labelled;
  held: Labelled;
  test: Labelled;
}

/** Equal seeds have the same images; the test images are the same for all. */
export async function materialOf(seed: number, sizes: Sizes, host: TrialHost): Promise<Material> {
  const [pool, test] = [await host.images("fashion-train"), await host.images("fashion-test")];
  const order = shuffled(pool.count, derive(seed, 1));
  return {
    train: rowsOf(pool, order.slice(0, sizes.train)),
    held: rowsOf(pool, order.slice(sizes.train, sizes.train + sizes.held)),
    test: rowsOf(test, range(sizes.test)),
  };
}

function rowsOf(images: Images, rows: Int32Array): Labelled {
  const { labels, height, width } = images;
  const y = Int32Array.from(rows, (row) => labels[row]);
  return { x: greyLevels(images, rows), shape: [height * width], y, classes };
}
