import type { Dataset } from "@minimand/compare";
import { derive } from "minimand/engine";
import { injectLabelNoise } from "minimand/training";
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
import type { AdversarialSpec, FamilySpec } from "./spec.ts";

/** Rows for training, validation and test: from a pool that the seed shuffles, and a fixed test part. */
function split(
  { seed, judge, fraction }: Draw,
  pool: Int32Array,
  test: Int32Array,
  sizes: { train: number; judged: number },
): { train: Int32Array; judged: Int32Array } {
  const order = shuffled(pool, derive(seed, 11));
  const train = Math.round(sizes.train * fraction);
  const judged = Math.round(sizes.judged * fraction);
  return {
    train: order.subarray(0, train),
    judged: judge === "test" ? test.subarray(0, judged) : order.subarray(train, train + judged),
  };
}

/** Returns the data of the family part: 5000 rows of the letter data, or 5000 pooled Fashion-MNIST images. */
export async function familyMaterial(spec: FamilySpec, host: TrialHost): Promise<Prepared> {
  if (spec.setting !== "fashion") return letterMaterial(spec, await host.dataset("letter"));
  const [pool, test] = [await host.images("fashion-train"), await host.images("fashion-test")];
  return imageMaterial(spec, pool, test, { train: 5000, judged: 2000 });
}

/** Returns the data of robust networks: 3000 pooled MNIST digits to train on, and 1000 others to test. */
export async function adversarialMaterial(spec: AdversarialSpec, host: TrialHost): Promise<Prepared> {
  const [pool, test] = [await host.images("mnist-train"), await host.images("mnist-test")];
  return imageMaterial(spec, pool, test, { train: 3000, judged: 1000 });
}

function letterMaterial(spec: FamilySpec, dataset: Dataset): Prepared {
  // The test part is the same for all seeds, and no tuning run sees it.
  const everything = shuffled(dataset.rows, derive(0, 12));
  const sizes = { train: 5000, judged: 4000 };
  const rows = split(spec, everything.subarray(4000), everything.subarray(0, 4000), sizes);
  const part = standardised(dataset, rows.train);
  const noisy = (part: Labelled, stream: number): Labelled => {
    if (spec.setting === "letter") return part;
    const [kind, seed] = ["other", derive(spec.seed, stream)] as const;
    const { labels } = injectLabelNoise(part.y, { kind, rate: 0.4, classes: part.classes, seed });
    return { ...part, y: new Int32Array(labels) };
  };
  const judged = part(rows.judged);
  // Tuning has no clean labels either.
  return { train: noisy(part(rows.train), 13), judged: spec.judge === "test" ? judged : noisy(judged, 14) };
}

function imageMaterial(
  spec: Draw,
  pool: Images,
  test: Images,
  sizes: { train: number; judged: number },
): Prepared {
  const rows = split(spec, range(pool.count), range(test.count), sizes);
  return {
    train: halvedRows(pool, rows.train),
    judged: halvedRows(spec.judge === "test" ? test : pool, rows.judged),
  };
}
