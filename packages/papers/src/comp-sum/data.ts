import { type Dataset, encode, fitEncoder } from "@minimand/compare";
import { type Examples, injectLabelNoise } from "minimand";
import { derive, randomSource, shuffle } from "minimand/engine";
import type { Images, TrialHost } from "../reproduction.ts";
import type { AdversarialSpec, FamilySpec } from "./spec.ts";

/** Training examples, and those a model is judged on. */
export interface Material {
  train: Examples & { y: Int32Array };
  judged: Examples & { y: Int32Array };
  inputs: number;
  classes: number;
}

type Share = Pick<FamilySpec, "seed" | "judge" | "fraction">;

/** Rows for training, validation and test: of a pool that the seed shuffles, and a fixed test part. */
function split(
  { seed, judge, fraction }: Share,
  pool: Int32Array,
  test: Int32Array,
  sizes: { train: number; judged: number },
): { train: Int32Array; judged: Int32Array } {
  const order = shuffle(pool.slice(), randomSource(derive(seed, 11)));
  const train = Math.round(sizes.train * fraction);
  const judged = Math.round(sizes.judged * fraction);
  return {
    train: order.subarray(0, train),
    judged: judge === "test" ? test.subarray(0, judged) : order.subarray(train, train + judged),
  };
}

const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);

/** What the family is trained on: 5000 rows of the letter data, or 5000 pooled Fashion-MNIST images. */
export async function familyMaterial(spec: FamilySpec, host: TrialHost): Promise<Material> {
  if (spec.setting !== "fashion") return letterMaterial(spec, await host.dataset("letter"));
  const [pool, test] = [await host.images("fashion-train"), await host.images("fashion-test")];
  return imageMaterial(spec, pool, test, { train: 5000, judged: 2000 });
}

/** What robust networks are trained on: 3000 pooled MNIST digits, judged on 1000 others. */
export async function adversarialMaterial(spec: AdversarialSpec, host: TrialHost): Promise<Material> {
  const [pool, test] = [await host.images("mnist-train"), await host.images("mnist-test")];
  return imageMaterial(spec, pool, test, { train: 3000, judged: 1000 });
}

function letterMaterial(spec: FamilySpec, dataset: Dataset): Material {
  // The test part is the same for all seeds, and no tuning run sees it.
  const everything = shuffle(range(0, dataset.rows), randomSource(derive(0, 12)));
  const rows = split(spec, everything.subarray(4000), everything.subarray(0, 4000), {
    train: 5000,
    judged: 4000,
  });
  const encoder = fitEncoder(dataset, rows.train);
  const classes = dataset.classes.length;
  const noisy = (y: Int32Array, stream: number) =>
    spec.setting === "letter"
      ? y
      : injectLabelNoise(y, { kind: "other", rate: 0.4, classes, seed: derive(spec.seed, stream) }).labels;
  const part = (part: Int32Array) => ({
    x: encode(encoder, dataset, part).x,
    shape: [encoder.inputs],
    y: Int32Array.from(part, (row) => dataset.labels[row]),
    classes,
  });
  const train = part(rows.train);
  const judged = part(rows.judged);
  return {
    train: { ...train, y: noisy(train.y, 13) },
    // Tuning has no clean labels either.
    judged: spec.judge === "test" ? judged : { ...judged, y: noisy(judged.y, 14) },
    inputs: encoder.inputs,
    classes,
  };
}

function imageMaterial(
  spec: Share,
  pool: Images,
  test: Images,
  sizes: { train: number; judged: number },
): Material {
  const rows = split(spec, range(0, pool.count), range(0, test.count), sizes);
  const part = (images: Images, part: Int32Array) => ({
    x: pooled(images, part),
    shape: [196],
    y: Int32Array.from(part, (row) => images.labels[row]),
    classes: 10,
  });
  return {
    train: part(pool, rows.train),
    judged: part(spec.judge === "test" ? test : pool, rows.judged),
    inputs: 196,
    classes: 10,
  };
}

/** Means of 2 x 2 pixels, in [0, 1], 14 x 14 an image. */
function pooled({ pixels, height, width }: Images, rows: Int32Array): Float32Array {
  const [h, w] = [height / 2, width / 2];
  const x = new Float32Array(rows.length * h * w);
  rows.forEach((row, i) => {
    for (let r = 0; r < h; r++) {
      for (let c = 0; c < w; c++) {
        const at = row * height * width + 2 * r * width + 2 * c;
        const sum = pixels[at] + pixels[at + 1] + pixels[at + width] + pixels[at + width + 1];
        x[(i * h + r) * w + c] = sum / (4 * 255);
      }
    }
  });
  return x;
}
